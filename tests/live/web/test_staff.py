"""The staff pages in a real browser."""

import pytest
from selenium.webdriver.common.keys import Keys

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.transitions import complete_interview
from orgs.models import Change, Org
from tests.completed import complete
from tests.live.client import LiveClient
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PHONE_AND_DESKTOP, lists_of, problems_at_each_width, shows, work_as
from tools.harness.browser import Browser
from tools.harness.processes import eventually


def test_a_quote_leads_to_its_place_in_the_transcript(browser: Browser, interview_request: InterviewRequest) -> None:
    said = [
        ("trigger", "Are you a bot? " + "We were losing weekends. " * 100 + "Acme was too *expensive*."),
        ("vendor", "Fast."),
    ]
    complete(interview_request, said)
    page, path = BrowserPage(browser), f"/admin/interviews/interviewrequest/{interview_request.pk}/change/"
    work_as(browser, "read only")
    browser.open(path)
    assert browser.texts(".quotes strong") == ["Against", "For"]
    page.run("document.querySelector('.quotes strong').parentNode.querySelector('a').click()")
    place = "document.querySelector(location.hash)"
    assert page.run(f"return {place}.textContent") == "Acme was too *expensive*."
    assert page.run(f"return {place}.closest('.turn').id") == "turn-2"
    assert page.run(f"return getComputedStyle({place}).backgroundColor") != "rgba(0, 0, 0, 0)", "it is highlighted"
    assert page.run(f"const top = {place}.getBoundingClientRect().top; return top >= 0 && top < innerHeight")
    assert problems_at_each_width(page, path, PHONE_AND_DESKTOP) == []


def test_saving_an_untouched_form_changes_nothing(browser: Browser, interview_request: InterviewRequest) -> None:
    Contact.objects.filter(pk=interview_request.contact_id).update(notes="\n  one\n\ntwo\n")
    work_as(browser, "support")
    browser.open(f"/admin/contacts/contact/{interview_request.contact_id}/change/")
    browser.follow("Save")
    assert "was changed successfully" in browser.text
    assert not Change.objects.of(interview_request.contact).exists()


IS_STOPPED = """
const event = new Event("beforeunload", {cancelable: true});
dispatchEvent(event);
return event.defaultPrevented;
"""


def test_lost_edits_warn_and_ctrl_enter_saves(browser: Browser, interview_request: InterviewRequest) -> None:
    page, path = BrowserPage(browser), f"/admin/contacts/contact/{interview_request.contact_id}/change/"
    work_as(browser, "support")
    browser.open(path)
    assert not page.run(IS_STOPPED)
    browser.find("#id_notes").send_keys(" More.")
    assert page.run(IS_STOPPED)

    browser.find("#id_name").clear()
    browser.find("#id_name").send_keys(Keys.CONTROL, Keys.ENTER)
    assert eventually(lambda: "This field is required." in browser.text)
    assert page.run(IS_STOPPED), "the refused edits are not saved"
    browser.find("#id_name").send_keys("Alice", Keys.CONTROL, Keys.ENTER)
    assert eventually(lambda: "was changed successfully" in browser.text)
    assert Contact.objects.get(pk=interview_request.contact_id).notes == "Old notes More."
    browser.open(path)
    assert not page.run(IS_STOPPED)

    browser.find("#id_notes").send_keys(" Last.")
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    browser.open(path)
    assert eventually(lambda: browser.texts(".other-tab") == ["This page has unsaved edits in another tab."])
    assert not page.run(IS_STOPPED)
    browser.driver.close()
    browser.driver.switch_to.window(first)


NO_MATCH = "The objective matches no topic of this guide."


def choose(page: BrowserPage, topic: str, value: str) -> None:
    page.run(f"const pick = document.querySelector('#id_picks-{topic}'); pick.value = '{value}'")
    page.run(f"document.querySelector('#id_picks-{topic}').dispatchEvent(new Event('input', {{bubbles: true}}))")


def test_the_effect_of_picked_topics_is_shown_before_they_are_saved(
    browser: Browser, api: LiveClient, interview_request: InterviewRequest
) -> None:
    page = BrowserPage(browser)
    path = f"/admin/interviews/interviewrequest/{interview_request.pk}/change/"
    work_as(browser, "support")
    browser.open(path)
    browser.type("#id_objective", "Zzz")
    assert eventually(lambda: NO_MATCH in browser.find(".steering").text)
    choose(page, "vendor", "1")
    assert eventually(lambda: "Picked by staff." in browser.find(".steering").text)
    assert "Steers to: What stood out about Acme" in browser.find(".steering").text
    interview_request.refresh_from_db()
    assert (interview_request.objective, interview_request.picks) == ("Old objective", "")
    browser.follow("Save")
    interview_request.refresh_from_db()
    assert (interview_request.objective, interview_request.picks) == ("Zzz", "emphasize: vendor")
    topics = api.get(f"/interviews/{interview_request.pk}").json()["objective_topics"]
    assert [topic["key"] for topic in topics["emphasize"]] == ["vendor"]

    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(path)
    browser.find("#id_picks-vendor [value='']").click()
    browser.find("#id_picks-criteria [value='2']").click()
    browser.find("input[name=_save]").click()
    assert shows(browser, "Steers to: What mattered most")
    page.emulate("setScriptExecutionDisabled", value=False)

    assert problems_at_each_width(page, path, PHONE_AND_DESKTOP) == []


WEBHOOKS = {"Webhook deliveries", "Webhook endpoints"}


@pytest.mark.parametrize(
    ("role", "sees", "refused"),
    [
        (
            "support",
            {"Contacts", "Deals", "Exports and imports", "Interview requests", "Interview types", "Orgs", *WEBHOOKS},
            "orgs/org/{org}/issue-key/",
        ),
        (
            "account manager",
            {"API keys", "Deals", "Interview requests", "Orgs", *WEBHOOKS},
            "contacts/contact/{contact}/change/",
        ),
        (
            "read only",
            {"API keys", "Contacts", "Deals", "Interview requests", "Interview types", "Orgs", *WEBHOOKS},
            "contacts/contact/{contact}/erase/",
        ),
    ],
)
def test_a_role_sees_only_its_own_pages(
    browser: Browser, interview_request: InterviewRequest, role: str, sees: set[str], refused: str
) -> None:
    work_as(browser, role)
    browser.open("/admin/")
    assert lists_of(browser) == sees
    browser.open(f"/admin/{refused.format(org=interview_request.org_id, contact=interview_request.contact_id)}")
    assert "No permission" in browser.text


def test_no_page_violates_the_content_security_policy(
    browser: Browser, interview_request: InterviewRequest, acme: Org
) -> None:
    complete_interview(interview_request, content="**Paige:** Why?\n\n**Alice:** Price.")
    work_as(browser, "superuser")
    contact_id = interview_request.contact_id
    for path in (
        "orgs/org/",
        "orgs/org/add/",
        f"orgs/org/{acme.pk}/delete/",
        "orgs/apikey/",
        "contacts/contact/?q=alice",
        f"contacts/contact/{contact_id}/history/",
        f"contacts/contact/{contact_id}/erase/",
        "interviews/interviewrequest/",
        f"interviews/interviewrequest/{interview_request.pk}/change/",
        f"interviews/interviewrequest/{interview_request.pk}/prompt/",
        "interviews/interviewtype/",
        "auth/user/",
        "auth/group/add/",
    ):
        browser.open(f"/admin/{path}")
        assert browser.texts("h1"), path


def test_errors_of_a_form_get_the_focus(browser: Browser, interview_request: InterviewRequest) -> None:
    page, kind = BrowserPage(browser), interview_request.interview_type
    work_as(browser, "support")
    focused = "return document.activeElement.textContent"
    browser.open(f"/admin/interviews/interviewtype/{kind.pk}/guide/")
    page.run("document.getElementById('id_name').value = ''")
    browser.follow("Save as a new version")
    assert eventually(lambda: "Nothing was saved. Please correct 1 error" in page.run(focused))
    browser.open(f"/admin/contacts/contact/{interview_request.contact_id}/change/")
    page.run("document.getElementById('id_notes').value = '{'")
    browser.follow("Save")
    assert eventually(lambda: "Please correct the error below." in page.run(focused))
    assert page.run("return document.activeElement.role") == "alert"


def test_an_interview_request_is_created_by_hand(browser: Browser, interview_request: InterviewRequest) -> None:
    page = BrowserPage(browser)
    work_as(browser, "support")
    browser.open(f"/admin/interviews/interviewrequest/add/?org={interview_request.org.slug}")
    browser.find("#id_email").send_keys("bob@example.com")
    browser.follow("Create the interview request")
    created = InterviewRequest.objects.get(contact__email="bob@example.com")
    link = browser.find("#new-survey-link").get_attribute("value") or ""
    assert link.endswith(f"/survey?token={created.survey_token}")
    path = browser.driver.current_url.partition("/admin/")[2]
    assert problems_at_each_width(page, f"/admin/{path}", PHONE_AND_DESKTOP) == []
