from django.core.exceptions import ValidationError


def storage_problem(text: str) -> str | None:
    """Why PostgreSQL cannot store the text, or None."""
    if "\x00" in text:
        return "it contains a NUL character (\\u0000)"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "it contains an unpaired surrogate (\\ud800 to \\udfff)"
    return None


def clean_text(text: str, max_length: int) -> str:
    """Raises ValidationError."""
    if problem := storage_problem(text):
        raise ValidationError(f"This cannot be stored: {problem}.")
    if len(text) > max_length:
        raise ValidationError(f"Send at most {max_length:,} characters; this has {len(text):,}.")
    return text
