"""The staff pages in a real browser."""

from collections.abc import Callable, Mapping
from typing import Any

from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from contacts.models import Contact
from interviews.lifecycle import DeclineReason
from interviews.models import Driver, InterviewRequest
from interviews.services.marks import CANCELLED, mark_one
from interviews.services.wishes import decline_interview
from orgs.models import Change, Org
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.interviews.steps import SAM, converse, erase, mark_sent
from tests.live.client import LiveClient
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tests.live.web.staff_pages import PHONE_AND_DESKTOP, problems_at_each_width, shows, work_as
from tools.harness.processes import eventually

PRICE = "Acme was too *expensive*."
VISIBLE = "return document.querySelector('{}').checkVisibility()"


def test_a_quote_leads_to_its_place_in_the_transcript(browser: Browser, interview_request: InterviewRequest) -> None:
    said = [
        ("trigger", "Are you a bot? " + "We were losing weekends. " * 100 + "Acme was too *expensive*."),
        ("vendor", "Fast."),
    ]
    complete(interview_request, said)
    page, path = BrowserPage(browser), f"/admin/interviews/interviewrequest/{interview_request.pk}/change/"
    work_as(browser, "read only")
    browser.open(path)
    assert browser.texts(".driver .pill") == ["Against", "For"]
    page.run("document.querySelectorAll('details.module').forEach(part => part.open = true)")  # the page is long
    page.run("document.querySelector('.driver a').click()")
    place = "document.querySelector(location.hash)"
    assert page.run(f"return {place}.textContent") == "Acme was too *expensive*."
    assert page.run(f"return {place}.closest('.turn').id") == "turn-2"
    assert page.run(f"return getComputedStyle({place}).backgroundColor") != "rgba(0, 0, 0, 0)", "it is highlighted"
    in_sight = "const {{ top, bottom }} = {}.getBoundingClientRect(); return top > 0 && bottom < innerHeight"
    assert eventually(lambda: page.run(in_sight.format(place)))
    assert page.run("return document.querySelector('.said').scrollTop") > 0, "the transcript scrolls on its own"
    assert page.run(in_sight.format("document.querySelector('.driver')")), "and leaves its driver in sight"
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


def test_a_driver_is_corrected_and_the_correction_undone_with_the_keyboard(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    complete(interview_request, [("pricing", PRICE)])
    page, driver = BrowserPage(browser), Driver.objects.get(interview_request=interview_request)
    path = f"/admin/interviews/interviewrequest/{interview_request.pk}/change/"
    work_as(browser, "support")
    browser.open(path)
    menu = f"#driver-{driver.pk} .menu"

    def press(css: str, *keys: str) -> None:
        page.run(f"document.querySelector('{css}').focus()")
        ActionChains(browser.driver).send_keys(*keys).perform()

    press(f"{menu} summary", Keys.ENTER)
    assert page.run(VISIBLE.format(f"{menu} form"))
    assert page.problems() == []
    browser.console_messages()  # drops those that axe causes
    ActionChains(browser.driver).send_keys(Keys.TAB, Keys.ESCAPE).perform()
    assert page.run(VISIBLE.format(f"{menu} form")) is False
    assert page.run("return document.activeElement.textContent") == "Edit"
    press(f"{menu} summary", Keys.ENTER, Keys.TAB, "f")
    browser.leave(lambda: press(f"{menu} [name=about_name]", Keys.ENTER))
    assert "Corrected." in browser.text
    assert browser.texts(f"#driver-{driver.pk} > p") == [f"For {PRICE} turn 2", "by staff\nUndo the correction"]
    driver.refresh_from_db()
    assert (driver.direction, driver.source) == ("for", "staff")
    assert "Driver in turn 2: direction" in browser.texts(".changes .change strong")

    undo = f"#driver-{driver.pk} [name=undo]"
    assert page.run(VISIBLE.format(undo)), "no menu hides it"
    browser.leave(lambda: press(undo, Keys.ENTER))
    driver.refresh_from_db()
    assert (driver.direction, driver.source, driver.as_read) == ("against", "read", None)
    assert browser.texts(undo) == []


def test_the_page_shows_what_a_new_objective_steers_to_without_a_reload(
    browser: Browser, interview_request: InterviewRequest
) -> None:
    """No worker runs, so the objective is not read."""
    InterviewRequest.objects.filter(pk=interview_request.pk).update(objective="Focus on pricing")
    page, path = BrowserPage(browser), f"/admin/interviews/interviewrequest/{interview_request.pk}/change/"
    work_as(browser, "support")
    browser.open(path)
    assert eventually(lambda: "Steers to: How price and packaging came into it" in browser.find(".steering").text)
    browser.type("#id_notes", "Please do not mention the trial.")
    assert eventually(lambda: "Avoids: The experience with people" in browser.find(".steering").text)
    interview_request.contact.refresh_from_db()
    assert interview_request.contact.notes == "Old notes", "only shown"
    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(path)
    assert "Objective or notes have just changed." in browser.find(".steering").text


def decline(row: InterviewRequest) -> None:
    decline_interview(row, reason=DeclineReason.NO_TIME, comment="In a merger.")


def cancel(row: InterviewRequest) -> None:
    mark_one(CANCELLED, org_id=row.org_id, interview_request_id=row.pk, actor=SAM)


STATES: Mapping[str, tuple[Callable[[InterviewRequest], Any], list[str]]] = {
    "created": (lambda row: None, ["Copy"]),
    "sent": (mark_sent, ["Copy"]),
    "under way": (lambda row: converse(row, "It was too expensive for our team."), ["Copy"]),
    "declined": (decline, ["Archive"]),
    "cancelled": (cancel, ["Take the cancellation back"]),
    "erased": (erase, []),
    "completed": (lambda row: complete(row, [("pricing", PRICE)]), ["Copy key answers"]),
}
"""How an interview gets into a state, and its main action."""


def problems_of_state(page: BrowserPage, row: InterviewRequest) -> list[str]:
    widths = (360, 768, 1280)
    return problems_at_each_width(page, f"/admin/interviews/interviewrequest/{row.pk}/change/", widths)


def test_every_state_of_an_interview_has_one_main_action_and_no_problems(browser: Browser, acme: Org) -> None:
    page, found = BrowserPage(browser), {}
    work_as(browser, "support")
    for state, (prepare, main_action) in STATES.items():
        row = InterviewRequestFactory.create(org=acme, contact__name="Wilhelmina Featherstonehaugh " * 4)
        prepare(row)
        found[state] = problems_of_state(page, row)
        shown = "return [...document.querySelectorAll('main .default')].filter(each => each.checkVisibility())"
        names = page.run(f"{shown}.map(each => each.textContent || each.value)")
        assert [name for name in names if name != "Save"] == main_action, state
    assert {state: problems for state, problems in found.items() if problems} == {}


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
    assert page.run(top.format("#turn-1")) < page.run(top.format(".facts"))
    assert page.run(top.format(".said")) == page.run(top.format(".findings")), "next to each other"
    page.run("scrollTo(0, document.body.scrollHeight)")
    below = "return document.querySelector('{}').getBoundingClientRect().bottom"
    assert page.run(below.format(".said")) <= page.run(top.format(".facts")), "not over what is below"
    page.emulate("setEmulatedMedia", media="print")
    printed, hidden = ("#turn-2", ".driver q", ".quotes dd", "h1"), ("#header", "#navigation", "form", ".facts")
    assert {css: page.run(VISIBLE.format(css)) for css in (*printed, *hidden)} == {
        **dict.fromkeys(printed, True),
        **dict.fromkeys(hidden, False),
    }
    page.emulate("setEmulatedMedia", media="")
    assert problems_at_each_width(page, browser.path) == []

    page.emulate("setScriptExecutionDisabled", value=True)
    browser.open(browser.path)
    assert "Copy key answers" not in browser.text
    browser.click(".findings details.module summary")
    assert PRICE in (browser.find("#key-answers").get_attribute("value") or "")
