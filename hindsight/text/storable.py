from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext


def storage_problem(text: str) -> str | None:
    """Why PostgreSQL cannot store the text, or None."""
    if "\x00" in text:
        return gettext("it contains a NUL character (\\u0000)")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return gettext("it contains an unpaired surrogate (\\ud800 to \\udfff)")
    return None


def clean_text(text: str, max_length: int) -> str:
    """Raises ValidationError."""
    if problem := storage_problem(text):
        raise ValidationError(gettext("This cannot be stored: {problem}.").format(problem=problem))
    if len(text) > max_length:
        message = gettext("Send at most {limit} characters; this has {length}.")
        raise ValidationError(message.format(limit=grouped(max_length), length=grouped(len(text))))
    return text


def grouped(number: int) -> str:
    """Such as 10,000."""
    return number_format(number, force_grouping=True)
