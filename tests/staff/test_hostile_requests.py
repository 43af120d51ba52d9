"""No page of the admin answers 500: wrong methods, unknown and malformed parameters, rows that do not exist."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from interviews.models import InterviewType
from orgs.models import Org
from staff import urls
from tests.factories import OrgFactory
from tests.staff.admin_pages import Rows, all_paths, make_rows
from tests.staff.conftest import Fields, cookies_of, log_in, staff_of

# Autocommit: in a test's own transaction, a lock without a transaction raises nothing.
pytestmark = pytest.mark.django_db(transaction=True)

Request = tuple[str, str, Any]

# PostgreSQL refuses NUL characters, and integers of more than eight bytes. Python refuses integers of 4,301 digits.
VALUES = ("%00", "9" * 30, "abc")
IDS = ("%00", "9" * 30, "abc", "404404")

PARAMETERS = (
    *("q", "p", "org", "change", "version", "before", "after", "start", "language", "ids", "one", "since", "until"),
    *("actor", "field", "csv", "next", "process", "action", "scope", "auth_params", "code", "state", "error"),
    *("_popup", "_to_field", "_changelist_filters", "unknown"),
)
PARAMETERS_OF_LISTS = (
    "q",
    "p",
    "o",
    "e",
    "all",
    "_popup",
    "_to_field",
    "_facets",
    "org__id__exact",
    "pk__in",
    "unknown",
)

# Fields of pages that only a script or another page sends.
POSTED: dict[str, tuple[str, ...]] = {
    "contacts_contact_restore": ("change", "seen"),
    "interviews_interviewrequest_restore": ("change", "seen"),
    "interviews_interviewrequest_steering": ("objective", "picks"),
    "contacts_contact_import": ("column", "import"),
    "mfa_login_webauthn": ("credential",),
    "mfa_reauthenticate_webauthn": ("credential",),
    "sessions": ("session",),
    "single_sign_on": ("remove",),
    "auth_user_sessions": ("session",),
    "auth_user_single-sign-on": ("remove",),
}
ARGUMENTS = {"provider_id": "sso", "uidb64": "MQ", "token": "abc-def", "pk": 1}


@pytest.fixture
def rows() -> Rows:
    return make_rows(OrgFactory.create(name="Acme", slug="acme"))


@pytest.mark.parametrize("who", ["superuser", "auditor", "anonymous"])
def test_no_page_answers_500(rows: Rows, settings: Settings, who: str) -> None:
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"  # no request ends the session
    client = {"superuser": superuser, "auditor": auditor, "anonymous": Client}[who]()
    client.raise_request_exception = False
    cookies = cookies_of(client)
    broken = []
    for name, path in every_path(rows).items():
        for method, url, data in hostile_requests(client, name, path, is_quick=who != "superuser"):
            response = client.generic(method, url) if data is None else client.post(url, data)
            client.cookies = SimpleCookie(cookies)
            if response.status_code >= 500:
                broken.append((name, method, url[:300], data))
            b"".join(response)
    assert broken == []
    assert (client.get("/admin/").status_code == 200) == (who != "anonymous")


def test_no_page_saves_a_copy(rows: Rows) -> None:
    client, copied = superuser(), {"_saveasnew": "1", "name": "Copy", "username": "copy", "plan": "growth"}
    paths = {name: path for name, path in all_paths(rows).items() if name.endswith("_change")}
    del paths["password_change"]
    counts = {model: model.objects.count() for model in (Org, InterviewType, User, Group)}
    statuses = {name: client.post(path, copied).status_code for name, path in paths.items()}
    assert {name: status for name, status in statuses.items() if status != 403} == {}
    assert {model: model.objects.count() for model in counts} == counts


def superuser() -> Client:
    return log_in("root", is_superuser=True).client


def auditor() -> Client:
    return staff_of("auditor").client


def every_path(rows: Rows) -> dict[str, str]:
    """Without those that end the session."""
    paths = all_paths(rows)
    for pattern in urls.urlpatterns:
        arguments = {name: ARGUMENTS[name] for name in pattern.pattern.converters}
        paths[str(pattern.name)] = reverse(pattern.name, kwargs=arguments)
    return {name: path for name, path in paths.items() if not name.endswith("logout")}


def hostile_requests(client: Client, name: str, path: str, *, is_quick: bool) -> Iterator[Request]:
    """Quick: without what only those notice whom the page lets in."""
    values = VALUES[:1] if is_quick else VALUES
    yield "PUT", path, None
    for value in values:  # each parameter twice
        yield "GET", f"{path}?{'&'.join(f'{one}=1&{one}={value}' for one in PARAMETERS)}", None
    if name.endswith(("_changelist", "_export")) and not is_quick:
        # One by one: the first wrong one ends it.
        for parameter in parameters_of_list(name):
            yield from (("GET", f"{path}?{parameter}={value}", None) for value in values)
    missing = paths_of_missing_rows(path)[: 1 if is_quick else None]
    yield from (("GET", url, None) for url in missing)
    yield from (("POST", url, {}) for url in missing[:1])
    fields = fields_of(client, name, path)
    yield from (("POST", path, dict.fromkeys(fields, value)) for value in ("\x00", "x" * 3000, "9" * 5000))


def parameters_of_list(name: str) -> list[str]:
    """Those of Django, of the list's filters, and of links to it."""
    model_name = name.rpartition("_")[0].replace("_", ".")
    of_model: Any = next(one for model, one in admin.site._registry.items() if model._meta.label_lower == model_name)
    filters = [each for each in of_model.list_filter if isinstance(each, type)]
    own = [str(each.parameter_name) for each in filters if hasattr(each, "parameter_name")]
    ranges = [parameter for each in filters for parameter in getattr(each, "parameters", ())]
    return [*PARAMETERS_OF_LISTS, *getattr(of_model, "lookups", ()), *own, *ranges]


def paths_of_missing_rows(path: str) -> list[str]:
    return [path.replace(number, f"/{value}/") for number in re.findall(r"/\d+/", path) for value in IDS]


def fields_of(client: Client, name: str, path: str) -> dict[str, str]:
    response = client.get(path)
    is_page = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    return dict.fromkeys(POSTED.get(name, ()), "") | (Fields(response).data if is_page else {})
