"""A form that is sent after the session has ended: the text is shown after the login, and never saved by itself."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Change
from staff.drafts import NOT_SAVED
from tests.staff.authenticator import SECRET, add_app, code_of
from tests.staff.conftest import Staff, log_in

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PASSWORD = "correct horse battery"
WRITTEN = "Two hours of work.\r\n\r\n\"Quotes\" & <tags>, 'ümläuts' \U0001f600"


def login_of(name: str) -> User:
    return User.objects.create_user(name, password=PASSWORD, is_staff=True, is_superuser=True)


def end_session(staff: Staff) -> Staff:
    staff.client.session.flush()
    return staff


def sent_after_the_end(staff: Staff, page: str, pk: int, **changed: str) -> tuple[Client, Any, str]:
    """Returns the browser, the response to the POST, and the URL."""
    form = staff.form(page, pk)
    url = reverse(f"admin:{page}", args=[pk])
    return staff.client, end_session(staff).client.post(url, {**form, **changed}), url


def fields_of(response: Any) -> dict[str, str]:
    """The hidden fields of the login form, as a browser would send them."""
    form = re.search(r'id="login-form".*?</form>', response.content.decode(), re.S)[0]  # type: ignore[index]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}


def log_in_with(client: Client, response: Any, username: str) -> Any:
    sent = {**fields_of(response), "username": username, "password": PASSWORD}
    return client.post("/admin/login/", sent)


def test_the_text_is_in_the_form_after_the_login(alice: Contact) -> None:
    login_of("ann")
    client, answer, url = sent_after_the_end(
        log_in("bo", is_superuser=True), "contacts_contact_change", alice.pk, notes=WRITTEN, _save="Save"
    )
    assert answer.status_code == 403
    assert "Log in: the form is then shown with your text." in answer.content.decode()
    refused = client.post("/admin/login/", {**fields_of(answer), "username": "ann", "password": "wrong"})
    done = log_in_with(client, refused, "ann")
    assert done.headers["Location"] == url

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
    add_app(login_of("ann"))
    client, answer, url = sent_after_the_end(
        log_in("bo", is_superuser=True), "interviews_interviewrequest_change", interview_request.pk, objective=WRITTEN
    )
    assert log_in_with(client, answer, "ann").headers["Location"] == "/admin/login/code/"
    assert client.post("/admin/login/code/", {"code": code_of(SECRET)}).headers["Location"] == url
    assert client.get(url).context["adminform"].form["objective"].value() == WRITTEN
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def test_a_conflict_is_shown_too(alice: Contact) -> None:
    login_of("ann")
    client, answer, url = sent_after_the_end(
        log_in("bo", is_superuser=True), "contacts_contact_change", alice.pk, notes=WRITTEN
    )
    Contact.objects.filter(pk=alice.pk).update(notes="From the CRM")
    log_in_with(client, answer, "ann")
    assert "From the CRM" in client.get(url).content.decode()
    alice.refresh_from_db()
    assert alice.notes == "From the CRM"


@pytest.mark.parametrize("page", ["guide", "guide-json"])
def test_a_guide_is_shown_again(interview_request: InterviewRequest, page: str) -> None:
    login_of("ann")
    kind, staff = interview_request.interview_type, log_in("bo", is_superuser=True)
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
    log_in_with(staff.client, answer, "ann")
    again = staff.client.get(url).content.decode()
    assert "WRITTEN" in again
    assert NOT_SAVED in again
    stored = json.dumps(kind.guide)
    kind.refresh_from_db()
    assert json.dumps(kind.guide) == stored


def test_only_the_person_who_logs_in_gets_it(alice: Contact) -> None:
    login_of("ann")
    _, answer, url = sent_after_the_end(
        log_in("bo", is_superuser=True), "contacts_contact_change", alice.pk, notes=WRITTEN
    )
    other = Client()
    other.force_login(User.objects.get(username="ann"))
    assert NOT_SAVED not in other.get(url).content.decode()
    client = Client()
    client.post("/admin/login/", {**fields_of(answer), "username": "ann", "password": "wrong"})
    assert not client.session.keys(), "nothing is stored for a wrong password"


@pytest.mark.parametrize("draft", ["{", "[]", '{"notes": "text"}', '{"notes": [1]}'])
def test_a_damaged_draft_is_no_error(alice: Contact, draft: str) -> None:
    login_of("ann")
    url = reverse("admin:contacts_contact_change", args=[alice.pk])
    client = Client()
    sent = {"username": "ann", "password": PASSWORD, "next": url, "draft": draft}
    assert client.post("/admin/login/", sent).headers["Location"] == url
    assert client.get(url).status_code == 200
    alice.refresh_from_db()
    assert alice.notes == "Old notes"


def test_other_forms_lead_to_the_login_as_before(alice: Contact) -> None:
    """A form with a password or a secret is never put into a page."""
    staff = end_session(log_in("bo", is_superuser=True))
    for page in ("/admin/password_change/", f"/admin/contacts/contact/{alice.pk}/erase/"):
        answer = staff.client.post(page, {"old_password": "secret", "word": "alice@example.com"})
        assert answer.headers["Location"] == f"/admin/login/?next={page}"
