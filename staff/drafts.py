"""The text of a form that was sent after the session had ended.

The response to such a POST is the login page with the form's fields in it. With the right password they go into the new
session. After the login, the form is shown with them, as if it had been refused: nothing is saved until the person
presses Save.
"""

import json
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve

# Forms with texts that take time to write.
PAGES = {
    "contacts_contact_change",
    "interviews_interviewrequest_change",
    "interviews_interviewtype_guide",
    "interviews_interviewtype_guide-json",
}
NOT_SAVED = "Nothing has been saved: your session had ended. Check your text, and save it now."

FIELD = "draft"
SESSION_KEY = "draft"
BUTTONS = ("_save", "_continue", "_addanother", "do")


def is_kept(path: str) -> bool:
    try:
        return resolve(path).url_name in PAGES
    except Resolver404:
        return False


def fields_in(request: HttpRequest) -> str:
    """The fields of the form that was sent, as JSON for a hidden field of the login page."""
    left_out = {"csrfmiddlewaretoken", *BUTTONS}
    fields = {name: values for name, values in request.POST.lists() if name not in left_out}
    return json.dumps(fields, ensure_ascii=False)


def keep(request: HttpRequest, path: str) -> None:
    """In the session of somebody who has just entered the right password."""
    path, draft = path.partition("?")[0], request.POST.get(FIELD, "")
    if draft and is_kept(path):
        request.session[SESSION_KEY] = {"path": path, "fields": draft}


def take(request: HttpRequest) -> None:
    """Turns a GET for the form into the POST that was lost. The view must check `is_draft()` before it saves."""
    kept = request.session.get(SESSION_KEY) if request.method == "GET" else None
    if not kept or kept["path"] != request.path:
        return
    del request.session[SESSION_KEY]
    posted = QueryDict(mutable=True)
    for name, values in _fields(kept["fields"]).items():
        posted.setlist(name, values)
    request.method, request.POST = "POST", posted  # type: ignore[assignment]
    request.is_draft = True  # type: ignore[attr-defined]


class NeverSaved:
    """A mixin for the form that shows a draft."""

    def clean(self) -> Any:
        cleaned = super().clean()  # type: ignore[misc]
        self.add_error(None, NOT_SAVED)  # type: ignore[attr-defined]
        return cleaned


def is_draft(request: HttpRequest) -> bool:
    return getattr(request, "is_draft", False)


def _fields(text: str) -> dict[str, list[Any]]:
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) and all(isinstance(values, list) for values in fields.values()) else {}
