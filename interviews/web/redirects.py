from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """Browsers follow 303 with GET, so a reload does not submit again."""

    status_code = 303
