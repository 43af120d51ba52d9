"""A form that is sent after the session has ended: the text is shown after the login, and never saved by itself."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Change
from staff.login.drafts import DRAFTS, NOT_SAVED
from tests.staff.authenticator import SECRET, add_app, code_of
from tests.staff.conftest import Staff, log_in

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
WRITTEN = "Two hours of work.\r\n\r\n\"Quotes\" & <tags>, 'ümläuts' \U0001f600"


def login_of(name: str) -> Staff:
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    return Staff(user, client)


def end_session(staff: Staff) -> Staff:
    staff.client.session.flush()
    return staff


def sent_after_the_end(staff: Staff, page: str, pk: int, **changed: str) -> tuple[Client, Any, str]:
    """Returns the browser, the response to the POST, and the URL."""
    form = {**staff.form(page, pk), "writer": writer_in(staff.get(page, pk))}
    url = reverse(f"admin:{page}", args=[pk])
    return staff.client, end_session(staff).client.post(url, {**form, **changed}), url


def writer_in(page: Any) -> str:
    return re.search(r'name="writer" value="([^"]+)"', page.content.decode())[1]  # type: ignore[index]


def log_in_as(client: Client, username: str, url: str, password: str = PASSWORD) -> Any:
    return client.post("/admin/login/", {"username": username, "password": password, "next": url})


def test_the_text_is_in_the_form_after_the_login(alice: Contact) -> None:
    client, answer, url = sent_after_the_end(
        login_of("ann"), "contacts_contact_change", alice.pk, notes=WRITTEN, _save="Save"
    )
    assert answer.status_code == 403
    assert f'name="next" value="{url}"' in answer.content.decode()
    refused = log_in_as(client, "ann", url, "wrong")
    for page in (answer, refused):
        assert "Log in: the form is then shown with your text." in page.content.decode()
        assert "Two hours of work." not in page.content.decode()
    assert log_in_as(client, "ann", url).headers["Location"] == url

    page = client.get(url)
    assert NOT_SAVED in page.content.decode()
    form = page.context["adminform"].form
    assert form["notes"].value() == WRITTEN
    alice.refresh_from_db()
    assert alice.notes == "Old notes"
    assert not Change.objects.exists()
    again = {name: value for name, value in form.data.items() if isinstance(value, str)}
    assert client.post(url, {**again, "_save": "Save"}).status_code == 302
    alice.refresh_from_db()
    assert alice.notes == WRITTEN.replace("\r\n", "\n")
    assert NOT_SAVED not in client.get(url).content.decode(), "the draft is shown once"


def test_the_text_survives_the_second_factor(interview_request: InterviewRequest) -> None:
    ann = login_of("ann")
    add_app(ann.user)
    client, _, url = sent_after_the_end(
        ann, "interviews_interviewrequest_change", interview_request.pk, objective=WRITTEN
    )
    assert log_in_as(client, "ann", url).headers["Location"] == "/admin/login/code/"
    assert client.post("/admin/login/code/", {"code": code_of(SECRET)}).headers["Location"] == url
    assert client.get(url).context["adminform"].form["objective"].value() == WRITTEN
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def test_a_conflict_is_shown_too(alice: Contact) -> None:
    client, _, url = sent_after_the_end(login_of("ann"), "contacts_contact_change", alice.pk, notes=WRITTEN)
    Contact.objects.filter(pk=alice.pk).update(notes="From the CRM")
    log_in_as(client, "ann", url)
    assert "From the CRM" in client.get(url).content.decode()
    alice.refresh_from_db()
    assert alice.notes == "From the CRM"


@pytest.mark.parametrize("page", ["guide", "guide-json"])
def test_a_guide_is_shown_again(interview_request: InterviewRequest, page: str) -> None:
    kind, staff = interview_request.interview_type, login_of("ann")
    url = reverse(f"admin:interviews_interviewtype_{page}", args=[kind.pk])
    shown = staff.client.get(url).content.decode()
    sent = {
        name: unescape(value) for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', shown)
    }
    texts = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', shown, re.S)
    sent |= {name: unescape(value) for name, value in texts}
    name = "guide" if page == "guide-json" else next(name for name in sent if name.endswith("question"))
    answer = end_session(staff).client.post(url, {**sent, name: f"{sent[name]} WRITTEN"})
    assert answer.status_code == 403
    log_in_as(staff.client, "ann", url)
    again = staff.client.get(url).content.decode()
    assert "WRITTEN" in again
    assert NOT_SAVED in again
    stored = json.dumps(kind.guide)
    kind.refresh_from_db()
    assert json.dumps(kind.guide) == stored


def test_only_the_person_who_wrote_it_gets_it(alice: Contact) -> None:
    login_of("bo")
    client, _, url = sent_after_the_end(login_of("ann"), "contacts_contact_change", alice.pk, notes=WRITTEN)
    log_in_as(client, "bo", url)
    assert NOT_SAVED not in client.get(url).content.decode()
    client.post("/admin/logout/")
    log_in_as(client, "ann", url)
    assert NOT_SAVED not in client.get(url).content.decode(), "it is deleted"


def test_nothing_is_stored_for_a_form_that_no_staff_opened(alice: Contact) -> None:
    url = reverse("admin:contacts_contact_change", args=[alice.pk])
    for writer in ("", "1", "forged:1:x", signing.dumps(1, salt="another")):
        answer = Client().post(url, {"notes": WRITTEN, "writer": writer})
        assert answer.headers["Location"] == f"/admin/login/?next={url}"
        assert not Session.objects.exists()


@pytest.mark.parametrize("field", ["is_active", "is_staff"])
def test_the_form_of_somebody_who_has_left_is_not_kept(alice: Contact, field: str) -> None:
    staff = login_of("ann")
    writer = writer_in(staff.get("contacts_contact_change", alice.pk))
    User.objects.filter(pk=staff.user.pk).update(**{field: False})
    Session.objects.all().delete()
    url = reverse("admin:contacts_contact_change", args=[alice.pk])
    for client in (Client(), staff.client):
        assert client.post(url, {"notes": WRITTEN, "writer": writer}).headers["Location"] == f"/admin/login/?next={url}"
    assert not Session.objects.exists()


@time_machine.travel("2026-03-01T12:00:30Z", tick=False)
def test_the_drafts_of_one_writer_are_limited(alice: Contact) -> None:
    writer = writer_in(login_of("ann").get("contacts_contact_change", alice.pk))
    Session.objects.all().delete()
    url, limit = reverse("admin:contacts_contact_change", args=[alice.pk]), DRAFTS[0]
    answers = [Client().post(url, {"notes": WRITTEN, "writer": writer}).status_code for _ in range(limit + 1)]
    assert answers == [*[403] * limit, 302]
    assert Session.objects.count() == limit


def test_a_form_that_was_opened_more_than_a_week_ago_is_not_kept(alice: Contact) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=7, seconds=1), tick=False):
        ann = login_of("ann")
        writer = writer_in(ann.get("contacts_contact_change", alice.pk))
    url = reverse("admin:contacts_contact_change", args=[alice.pk])
    assert Client().post(url, {"notes": WRITTEN, "writer": writer}).status_code == 302


def test_other_forms_lead_to_the_login_as_before(alice: Contact) -> None:
    """A form with a password or a secret is never put into a page."""
    staff = end_session(log_in("bo", is_superuser=True))
    for page in ("/admin/password_change/", f"/admin/contacts/contact/{alice.pk}/erase/"):
        answer = staff.client.post(page, {"old_password": "secret", "word": "alice@example.com"})
        assert answer.headers["Location"] == f"/admin/login/?next={page}"
