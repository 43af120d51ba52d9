from io import StringIO

from django.core.management import call_command


def run(*words: object, stdout: StringIO | None = None) -> str:
    """What a command prints on standard output. Raises CommandError."""
    out = stdout or StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue()
