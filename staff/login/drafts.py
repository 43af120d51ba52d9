"""The text of a form that was sent after the session had ended (decision 31).

After the login, the form is shown with the text, as if it had been refused.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, QueryDict

from hindsight.limits.local import hit

PAGES = {
    "contacts_contact_change",
    "interviews_interviewrequest_change",
    "interviews_interviewtype_guide",
    "interviews_interviewtype_guide-json",
}
NOT_SAVED = "Nothing has been saved: your session had ended. Check your text, and save it now."

SESSION_KEY = "draft"
BUTTONS = ("_save", "_continue", "_addanother", "do")

# A hidden field of these forms: who writes, signed. Without it, anybody could fill the table of sessions.
WRITER = "writer"
SALT = "staff.login.drafts"
MAX_AGE = timedelta(days=7)
# Drafts that are stored, for each writer in a number of minutes.
DRAFTS = (30, 5)


def signed_writer(request: HttpRequest) -> str:
    """Empty on other pages."""
    return signing.dumps(request.user.pk, salt=SALT) if _is_kept(request) else ""


def writer_of(request: HttpRequest) -> int | None:
    """None if the text is not kept, such as that of somebody who is no longer staff."""
    if request.method != "POST" or not _is_kept(request):
        return None
    try:
        writer: int = signing.loads(request.POST.get(WRITER, ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    is_staff = User.objects.filter(pk=writer, is_active=True, is_staff=True).exists()
    return writer if is_staff and hit(request, "staff drafts", str(writer), *DRAFTS)[0] <= DRAFTS[0] else None


def keep(request: HttpRequest, writer: int) -> None:
    left_out = {"csrfmiddlewaretoken", WRITER, *BUTTONS}
    fields = {name: values for name, values in request.POST.lists() if name not in left_out}
    request.session[SESSION_KEY] = {"path": request.path, "fields": fields, "writer": writer}


def is_waiting(request: HttpRequest) -> bool:
    return SESSION_KEY in request.session


def take(request: HttpRequest) -> None:
    """Turns a GET for the form into the lost POST. The view must check `is_draft()` before it saves."""
    kept = request.session.get(SESSION_KEY)
    if kept and kept["writer"] != request.user.pk:
        del request.session[SESSION_KEY]
    elif kept and request.method == "GET" and kept["path"] == request.path:
        del request.session[SESSION_KEY]
        posted = QueryDict(mutable=True)
        for name, values in kept["fields"].items():
            posted.setlist(name, values)
        request.method, request.POST = "POST", posted  # type: ignore[assignment]
        request.is_draft = True  # type: ignore[attr-defined]


class NeverSaved:
    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        self.add_error(None, NOT_SAVED)  # type: ignore[attr-defined]
        return cleaned


def is_draft(request: HttpRequest) -> bool:
    return getattr(request, "is_draft", False)


def _is_kept(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.url_name in PAGES
