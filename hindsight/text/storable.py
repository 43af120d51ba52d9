"""Which text both databases can store."""

from django.core.exceptions import ValidationError


def storage_problem(text: str) -> str | None:
    """Why PostgreSQL cannot store the text, or None if it can."""
    if "\x00" in text:
        return "it holds a NUL character (\\u0000)"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "it holds half of a surrogate pair (\\ud800 to \\udfff)"
    return None


def clean_text(text: str, max_length: int) -> str:
    """Returns the text unchanged. Raises ValidationError if it is too long or cannot be stored."""
    if problem := storage_problem(text):
        raise ValidationError(f"This cannot be stored: {problem}.")
    if len(text) > max_length:
        raise ValidationError(f"Send at most {max_length:,} characters; this has {len(text):,}.")
    return text
