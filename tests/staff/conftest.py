"""Staff users and their browsers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from interviews.models import InterviewRequest, InterviewType
from orgs.models import Org


@dataclass
class Staff:
    """A login and its browser."""

    user: User
    client: Client

    def get(self, page: str, *args: Any, **query: Any) -> Any:
        return self.client.get(reverse(f"admin:{page}", args=args), query)

    def post(self, page: str, *args: Any, **data: Any) -> Any:
        return self.client.post(reverse(f"admin:{page}", args=args), data)

    def text(self, page: str, *args: Any, **query: Any) -> str:
        """The source of the page."""
        response = self.get(page, *args, **query)
        assert response.status_code == 200
        return str(response.content.decode())

    def listed(self, page: str, **query: Any) -> list[Any]:
        """The rows of a list."""
        return list(self.get(f"{page}_changelist", **query).context["cl"].result_list)

    def save(self, page: str, pk: Any, **edits: Any) -> Any:
        """Sends the form of a row with these edits."""
        return self.post(page, pk, **{**self.form(page, pk), **edits})

    def form(self, page: str, *args: Any) -> dict[str, str]:
        """The data that the unchanged form would submit."""
        return form_of(self.get(page, *args))


def form_of(response: Any) -> dict[str, str]:
    form = response.context["adminform"].form
    sent = {field.html_name: field.value() for field in form}
    sent["seen"] = unescape(re.search(r'name="seen" value="([^"]*)"', response.content.decode())[1])  # type: ignore[index]
    # Like a browser: CRLF line ends, and no values of unchecked boxes.
    return {name: str(value).replace("\n", "\r\n") for name, value in sent.items() if value not in (None, False)}


def cookies_of(client: Client) -> SimpleCookie:
    """A copy."""
    return SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})


class Fields(HTMLParser):
    """The successful controls of a page's form, without its buttons."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self.select = self.area = ""
        self.feed(page.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, kind = given.get("name") or "", given.get("type")
        if tag == "textarea":
            self.area, self.data[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and (self.select not in self.data or "selected" in given):
            self.data[self.select] = given["value"] or ""
        elif tag == "input" and name and kind != "submit" and (kind != "checkbox" or "checked" in given):
            self.data[name] = given.get("value", "on" if kind == "checkbox" else "") or ""

    def handle_endtag(self, tag: str) -> None:
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area:
            self.data[self.area] += data.removeprefix("\n") if not self.data[self.area] else data


def log_in(username: str, **fields: Any) -> Staff:
    user = User.objects.create(username=username, is_staff=True, **fields)  # no password: hashing is slow
    client = Client()
    client.force_login(user)
    return Staff(user, client)


def attempt(username: str, password: str = "wrong", address: str = "192.0.2.1") -> Any:
    """To log in."""
    return Client().post("/admin/login/", {"username": username, "password": password}, REMOTE_ADDR=address)


def is_open(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def root(db: None) -> Staff:
    return log_in("root", is_superuser=True)


def staff_of(role: str, username: str = "") -> Staff:
    staff = log_in(username or role.replace(" ", "-"))
    staff.user.groups.add(Group.objects.get(name=role))
    return staff


@pytest.fixture
def support(db: None) -> Staff:
    return staff_of("support", "sue")


@pytest.fixture
def manager(acme: Org) -> Staff:
    """Of Acme."""
    staff = staff_of("account manager")
    acme.account_managers.add(staff.user)
    return staff


@pytest.fixture
def kind(interview_request: InterviewRequest) -> InterviewType:
    return interview_request.interview_type


@contextmanager
def committed_rows(django_db_blocker: Any) -> Iterator[None]:
    """Creates many rows outside the transactions of the tests, and deletes them at the end, on PostgreSQL."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        yield
        cursor.execute("SET hindsight.audit_removal = 'allowed'")
        cursor.execute("TRUNCATE orgs_org, orgs_change, orgs_securityevent CASCADE")
        cursor.execute("RESET hindsight.audit_removal")
