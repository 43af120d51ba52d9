from io import StringIO

from django.core.management import call_command


def run(*arguments: object, stdout: StringIO | None = None) -> str:
    """Returns the standard output of a command. Raises CommandError."""
    out = stdout or StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()
