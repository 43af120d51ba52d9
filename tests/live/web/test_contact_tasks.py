"""Everyday tasks of staff with contacts and interviews, with the number of clicks."""

import json
from datetime import UTC, datetime, time, timedelta
from unittest.mock import patch

from django.utils import timezone

from contacts.models import Contact
from contacts.services import update_contact
from contacts.text import Notes
from harness.browser import Browser
from harness.processes import eventually
from interviews.models import InterviewRequest
from interviews.services import give_consent
from orgs.models import Change, SecurityEvent
from staff.events import staff_actor
from tests.live.web.staff_pages import new_staff, work_as

JSON_NOTES = {"role": "CTO", "pets": ["cat"]}


def value_of(browser: Browser, css: str) -> str:
    return browser.find(css).get_attribute("value") or ""


def overwrite_notes(contact: Contact, notes: str, staff: str) -> None:
    update_contact(org_id=contact.org_id, contact_id=contact.pk, actor=staff_actor(staff), notes=Notes(notes))


def test_notes_are_edited_and_a_colleagues_edit_is_merged(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    contact, colleague = interview_request.contact, new_staff("support")
    work_as(browser, "support")
    browser.open(f"/admin/contacts/contact/{contact.pk}/change/")

    for typed, stored in (("Met in May.", "Met in May."), (json.dumps(JSON_NOTES), json.dumps(JSON_NOTES, indent=2))):
        browser.clicks = 0
        browser.type("#id_notes", typed)
        browser.follow("Save and continue editing")
        assert browser.clicks == 1
        assert "was changed successfully" in browser.text
        contact.refresh_from_db()
        assert contact.notes == value_of(browser, "#id_notes") == stored

    browser.clicks = 0
    browser.type("#id_notes", '{"role": "CEO",}')
    browser.follow("Save and continue editing")
    [error] = browser.texts(".errorlist li")
    assert error.startswith("Enter a valid JSON object: ")
    assert "line 1" in error
    assert value_of(browser, "#id_notes") == '{"role": "CEO",}'
    contact.refresh_from_db()
    assert json.loads(contact.notes) == JSON_NOTES
    browser.type("#id_notes", '{"role": "CEO"}')
    browser.follow("Save and continue editing")
    assert browser.clicks == 2
    contact.refresh_from_db()
    assert json.loads(contact.notes) == {"role": "CEO"}

    overwrite_notes(contact, "From a colleague.", colleague.username)
    browser.clicks = 0
    browser.type("#id_notes", "From me.")
    browser.follow("Save")
    assert browser.texts(".current") == ["From a colleague."]
    assert value_of(browser, "#id_notes") == "From me."
    contact.refresh_from_db()
    assert contact.notes == "From a colleague."
    browser.type("#id_notes", "From a colleague. From me.")
    browser.follow("Save")
    assert browser.clicks == 2
    contact.refresh_from_db()
    assert contact.notes == "From a colleague. From me."


def test_the_objective_of_a_running_interview_steers_it_and_the_prompt_shows_it(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    give_consent(interview_request)
    work_as(browser, "support")
    browser.open(f"/admin/contacts/contact/{interview_request.contact_id}/change/")
    browser.clicks = 0
    browser.follow(str(interview_request.pk))
    browser.type("#id_objective", "Focus on pricing")
    assert eventually(lambda: "Steers to “" in browser.find(".steering").text)
    assert "pricing" in browser.find(".steering").text
    browser.follow("Save and continue editing")
    assert browser.clicks == 2
    interview_request.refresh_from_db()
    assert interview_request.objective == "Focus on pricing"
    assert "Steers to “" in browser.find(".steering").text

    browser.follow("Prompt preview")
    assert browser.clicks == 3
    assert "Focus on pricing" in " ".join(browser.texts("mark.objective"))
    assert "Old notes" in " ".join(browser.texts("mark.contact_notes"))
    assert SecurityEvent.objects.filter(kind="prompt_read", subject=str(interview_request.pk)).count() == 1


def test_who_overwrote_notes_last_tuesday_is_found_and_the_notes_are_restored(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    contact, colleague = interview_request.contact, new_staff("support")
    today = timezone.now().date()
    tuesday = today - timedelta((today.weekday() - 1) % 7 or 7)
    with patch("django.utils.timezone.now", return_value=datetime.combine(tuesday, time(12), UTC)):
        overwrite_notes(contact, "Lost.", colleague.username)
    work_as(browser, "support")
    browser.open("/admin/")
    browser.clicks = 0
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

    work_as(browser, "auditor")
    browser.open("/admin/")
    browser.clicks = 0
    browser.follow("Who did what")
    browser.find("#id_since").send_keys(f"{tuesday:%m%d%Y}")
    browser.type("#id_actor", colleague.username)
    browser.follow("Show")
    assert browser.clicks == 2
    assert browser.texts(".results td:nth-child(3)") == ["Notes overwritten"]
    assert contact.email not in browser.text, "auditors may not see contacts"
