"""The staff pages in a real browser."""

from selenium.webdriver.common.keys import Keys

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Change
from tests.completed import complete
from tests.live.client import LiveClient
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PHONE_AND_DESKTOP, problems_at_each_width, shows, work_as
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


def test_errors_of_a_form_get_the_focus(browser: Browser, interview_request: InterviewRequest) -> None:
    page, kind = BrowserPage(browser), interview_request.interview_type
    work_as(browser, "support")
    focused = "return document.activeElement.textContent"
    browser.open(f"/admin/interviews/interviewtype/{kind.pk}/guide/")
    page.run("document.getElementById('id_name').value = ''")
    browser.follow("Publish")
    assert eventually(lambda: "Nothing was saved. Please correct 1 error" in page.run(focused))
    browser.open(f"/admin/contacts/contact/{interview_request.contact_id}/change/")
    page.run("document.getElementById('id_notes').value = '{'")
    browser.follow("Save")
    assert eventually(lambda: "Please correct the error below." in page.run(focused))
    assert page.run("return document.activeElement.role") == "alert"


PRICE = "Acme was too *expensive*."
VISIBLE = "return document.querySelector('{}').checkVisibility()"


def test_read_a_completed_transcript_and_put_the_key_answers_into_a_mail(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    complete(interview_request, [("pricing", PRICE)])
    page = BrowserPage(browser)
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": browser.base}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    work_as(browser, "support")
    browser.open(f"/admin/interviews/interviewrequest/{interview_request.pk}/change/")
    browser.press("Copy key answers")
    assert eventually(lambda: browser.texts("[data-copy='key-answers']") == ["Copied"])
    copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert "Contact: Alice <alice@example.com>" in copied
    assert f"“{PRICE}” (turn 2)" in copied

    top = "return document.querySelector('{}').getBoundingClientRect().top"
    assert page.run(top.format("#turn-1")) < page.run(top.format("#interviewrequest_form"))
    assert abs(page.run(top.format(".interview > div > section")) - page.run(top.format(".findings"))) < 5, (
        "next to each other"
    )
    page.emulate("setEmulatedMedia", media="print")
    shown = {css: page.run(VISIBLE.format(css)) for css in ("#turn-2", ".quotes dd", "#header", "#navigation", "form")}
    assert shown == {"#turn-2": True, ".quotes dd": True, "#header": False, "#navigation": False, "form": False}
    page.emulate("setEmulatedMedia", media="")
    assert problems_at_each_width(page, browser.path) == []

    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(browser.path)
    assert "Copy key answers" not in browser.text
    browser.click(".interview summary")
    assert PRICE in (browser.find("#key-answers").get_attribute("value") or "")
