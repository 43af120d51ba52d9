"""Everyday tasks of staff that remove data, with the number of clicks."""

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Org, SecurityEvent
from tests.live.web.staff_pages import begin, begin_as, search
from tools.harness.browser import Browser


def test_a_person_is_erased_and_an_org_deleted(browser: Browser, interview_request: InterviewRequest) -> None:
    contact, org = interview_request.contact, interview_request.org
    contact.email = f"alice{contact.pk}@example.com"
    contact.save()
    begin_as(browser, "superuser")
    search(browser, contact.email)
    browser.follow(contact.email)
    browser.follow("Erase personal data")
    browser.type("#word", "somebody")
    browser.follow("Erase")
    assert "The confirmation word is wrong. Nothing was changed." in browser.text
    assert Contact.objects.get(pk=contact.pk).name == "Alice"
    browser.clicks -= 1
    browser.type("#word", contact.email)
    browser.follow("Erase")
    assert browser.clicks == 3
    assert "The contact's personal data was erased." in browser.text
    contact.refresh_from_db()
    assert (contact.name, contact.notes, contact.email) == ("", "", contact.erased_email)

    begin(browser)
    search(browser, org.slug)
    browser.follow(org.name)
    browser.follow("Delete")
    assert "Contacts: 1" in browser.text
    browser.type("#word", org.slug)
    browser.follow("Delete")
    assert browser.clicks == 3
    assert f"The org {org.slug} was deleted." in browser.text
    assert not Org.objects.filter(pk=org.pk).exists()
    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert SecurityEvent.objects.filter(kind="deletion", subject=org.slug).exists()
