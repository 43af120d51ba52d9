"""Everyday tasks of staff with contacts and interviews, with the number of clicks."""

import json
from datetime import UTC, date, datetime, time, timedelta
from unittest.mock import patch

from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from contacts.services import update_contact
from contacts.text import Notes
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import give_consent
from interviews.services.readings import read_steering
from orgs.models import Change, SecurityEvent
from staff.security_events import staff_actor
from tests.live.client import LiveClient
from tests.live.web.staff_pages import begin_as, new_staff, search
from tools.harness.browser import Browser
from tools.harness.processes import eventually

JSON_NOTES = {"role": "CTO", "pets": ["cat"]}


def value_of(browser: Browser, css: str) -> str:
    return browser.find(css).get_attribute("value") or ""


def unique(contact: Contact) -> Contact:
    """Gives the contact an address that no other contact in the database has."""
    contact.email = f"alice{contact.pk}@example.com"
    contact.save()
    return contact


def stored_notes(contact: Contact) -> str:
    contact.refresh_from_db()
    return contact.notes


def overwrite_notes(contact: Contact, notes: str, staff: str) -> None:
    update_contact(org_id=contact.org_id, contact_id=contact.pk, actor=staff_actor(staff), notes=Notes(notes))


def type_and_save(browser: Browser, notes: str, button: str = "Save") -> None:
    """One click."""
    browser.type("#id_notes", notes)
    browser.follow(button)


def test_notes_are_edited_as_text_and_as_json_and_restored(
    browser: Browser, api: LiveClient, interview_request: InterviewRequest
) -> None:
    contact = unique(interview_request.contact)
    begin_as(browser, "support")
    search(browser, contact.email)
    browser.follow(contact.email)
    type_and_save(browser, "Met in June.\nLikes cats.")
    assert browser.clicks == 2
    assert "was changed successfully" in browser.text
    assert [text.strip() for text in browser.texts("aside ins")] == ["Met in June.\nLikes cats."]
    assert api.get(f"/interviews/{interview_request.pk}").json()["contact"]["notes"] == "Met in June.\nLikes cats."

    type_and_save(browser, json.dumps(JSON_NOTES))
    assert browser.clicks == 3
    assert value_of(browser, "#id_notes") == stored_notes(contact) == json.dumps(JSON_NOTES, indent=2)

    type_and_save(browser, '{"role": "CEO",}')
    [error] = browser.texts(".errorlist li")
    assert error.startswith("Enter a valid JSON object: ")
    assert "line 1" in error
    assert value_of(browser, "#id_notes") == '{"role": "CEO",}'
    assert json.loads(stored_notes(contact)) == JSON_NOTES
    type_and_save(browser, '{"role": "CEO"}')
    assert browser.clicks == 5
    assert json.loads(stored_notes(contact)) == {"role": "CEO"}

    browser.clicks = 0
    browser.follow("What changed")
    browser.follow("Restore the text from before")
    assert browser.clicks == 2
    assert "The text of the notes was restored." in browser.text
    assert json.loads(stored_notes(contact)) == JSON_NOTES
    assert Change.objects.of(contact).count() == 4


def test_two_people_edit_one_contact(browser: Browser, interview_request: InterviewRequest) -> None:
    contact, colleague = unique(interview_request.contact), new_staff("support")
    begin_as(browser, "support")
    search(browser, contact.email)
    browser.follow(contact.email)
    overwrite_notes(contact, "From a colleague.", colleague.username)
    type_and_save(browser, "From me.", "Save")
    assert browser.texts(".current") == ["From a colleague."]
    assert value_of(browser, "#id_notes") == "From me."
    assert stored_notes(contact) == "From a colleague."
    type_and_save(browser, "From a colleague. From me.", "Save")
    assert browser.clicks == 3
    assert stored_notes(contact) == "From a colleague. From me."


def test_the_objective_of_a_running_interview_steers_it_and_the_prompt_shows_it(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    give_consent(interview_request)
    begin_as(browser, "support")
    search(browser, str(interview_request.pk))
    browser.follow(str(interview_request.pk))
    browser.type("#id_objective", "Focus on pricing")
    assert eventually(lambda: "Steers to “" in browser.find(".steering").text)
    assert "pricing" in browser.find(".steering").text
    browser.follow("Save")
    assert browser.clicks == 2
    interview_request.refresh_from_db()
    assert interview_request.objective == "Focus on pricing"
    read_steering(interview_request)  # as a worker does after a change
    browser.driver.refresh()
    assert "Steers to “" in browser.find(".steering").text

    browser.follow("Prompt preview")
    assert browser.clicks == 3
    assert "Focus on pricing" in " ".join(browser.texts("mark.objective"))
    assert "Old notes" in " ".join(browser.texts("mark.contact_notes"))
    [question] = browser.texts(".next-question")
    assert "what was happening at your company that set off this search?" in question
    assert SecurityEvent.objects.filter(kind="prompt_read", subject=str(interview_request.pk)).count() == 1


def last_tuesday() -> date:
    today = timezone.now().date()
    return today - timedelta((today.weekday() - 1) % 7 or 7)


def test_who_overwrote_notes_last_tuesday_is_found_and_the_notes_are_restored(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    contact, colleague, tuesday = interview_request.contact, new_staff("support"), last_tuesday()
    with patch("django.utils.timezone.now", return_value=datetime.combine(tuesday, time(12), UTC)):
        overwrite_notes(contact, "Lost.", colleague.username)
    begin_as(browser, "support")
    browser.follow("Who did what")
    for field in ("#id_since", "#id_until"):
        browser.find(field).send_keys(f"{tuesday:%m%d%Y}")
    browser.click("#id_field option[value=notes]")
    browser.follow("Show")
    [actor] = browser.texts(".results td:nth-child(2)")
    assert actor.endswith(colleague.username)
    assert browser.texts(".results td:nth-child(4)") == [contact.email]
    browser.follow("Notes overwritten")
    assert browser.texts(".change del") == ["Old notes"]
    browser.follow("Restore the text from before")
    assert browser.clicks == 5
    assert "The text of the notes was restored." in browser.text
    contact.refresh_from_db()
    assert contact.notes == "Old notes"
    assert Change.objects.of(contact).count() == 2


def test_an_auditor_reads_what_one_colleague_did(browser: Browser, interview_request: InterviewRequest) -> None:
    contact, colleague = interview_request.contact, new_staff("support")
    Client().force_login(colleague)
    overwrite_notes(contact, "Lost.", colleague.username)
    begin_as(browser, "auditor")
    browser.follow("Who did what")
    browser.find("#id_since").send_keys(f"{timezone.now():%m%d%Y}")
    browser.type("#id_actor", colleague.username)
    browser.follow("Show")
    assert browser.clicks == 2
    assert browser.texts(".results td:nth-child(3)") == ["Notes overwritten", "Login"]
    assert contact.email not in browser.text, "auditors may not see contacts"
