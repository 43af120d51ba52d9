"""The survey page in a real browser, with a real server."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.support.expected_conditions import staleness_of

from interviews.lifecycle import Rating, Stage, Status
from interviews.models import Conversation, InterviewRequest
from interviews.services.conversation_steps import give_consent, submit_answer
from orgs.models import Org
from orgs.services import set_logo
from tests.factories import InterviewTypeFactory
from tests.fakes.provider import fake_provider, hangs, says
from tests.images import PNG
from tests.live.client import LiveClient
from tests.live.conftest import Serve
from tests.live.web.browser import Browser
from tests.live.web.survey_page import FIRST, LONG, BrowserSurveyPage, answers

# The first move offered: a follow-up that quotes the answer.
CHOICE = '{"move": 1}'
SLOW = "We had grown to 40 people. The reports were slow."
FOLLOW_UP = "You said “The reports were slow”. What was behind that?"


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_an_interview_from_the_api_call_to_the_transcript(
    serve: Serve, browser: Browser, acme: Org, acme_key: str, scripts: bool
) -> None:
    """POST, PATCH, the interview with another PATCH in between, GET; and the prompts."""
    body = {"contact_email": "alice@example.com", "contact_name": "Alice", "contact_context": "n0tes-of-march"}
    interview_type = InterviewTypeFactory.create(org=acme)
    with fake_provider(says(CHOICE)) as provider:
        paige = {"PAIGE_BASE_URL": provider.url, "PAIGE_MODEL": "fake", "PAIGE_API_KEY": "key"}
        with serve(workers=1, **paige) as server:
            api = LiveClient(server, acme_key)
            created = api.post("/interviews", {**body, "interview_type_id": interview_type.public_id}).json()
            path = f"/interviews/{created['interview_request_id']}"
            api.patch(path, {"objective": "0bjective-of-april"})

            page = BrowserSurveyPage(Browser(browser.driver, f"http://127.0.0.1:{server.port}"), created["survey_url"])
            page.emulate("setScriptExecutionDisabled", value=not scripts)
            page.open()
            assert "Paige, an AI interviewer" in page.text
            assert not provider.bodies
            document = browser.find("html")
            page.press("I agree, start the interview")
            assert staleness_of(document)(browser.driver) is not scripts, "only without JavaScript is it a new document"
            first = page.heading
            assert first.endswith(FIRST)

            api.patch(path, {"contact_context": {"call": "n0tes-of-may"}, "objective": "0bjective-of-june"})
            page.answer(SLOW)
            assert f"{page.browser.find('.reply').text} {page.heading}" == FOLLOW_UP
            for marker in ("n0tes", "0bjective", "alice@example.com"):
                assert marker not in browser.driver.page_source
            page.box.send_keys("Bob.")
            page.press("Finish here")
            assert page.browser.find(".said").text == SLOW
            page.edit()
            page.box.send_keys(" Very slow.")
            page.press("Send my answers")
            assert page.heading == "Thank you, Alice"

            got = api.get(path).json()
            assert created["survey_token"] not in server.log
            assert "slow" not in server.log
    [prompt] = provider.bodies
    assert b"n0tes-of-may" in prompt
    assert b"0bjective-of-june" in prompt
    assert b"march" not in prompt
    assert b"april" not in prompt
    assert got["status"] == Status.COMPLETED
    turns = ("Paige", first), ("Alice", f"{SLOW} Very slow."), ("Paige", FOLLOW_UP), ("Alice", "Bob.")
    assert got["transcript"]["content"] == "\n\n".join(f"**{speaker}:** {text}" for speaker, text in turns)


def unfold(page: BrowserSurveyPage) -> None:
    page.run("for (const details of document.querySelectorAll('main details')) details.open = true")


def walk(page: BrowserSurveyPage, look: Callable[[str], None]) -> None:
    """Goes through every state of the page, and calls `look` for each."""
    look("invitation")
    page.press("No, thanks")
    page.browser.find("input[value=no_time]").click()
    page.press("Send my reason")
    look("declined")
    page.press("Take part after all")
    page.press("I agree, start the interview")
    look("question")
    page.press("Send answer")
    look("question without an answer")
    page.answer("It was slow. " + "x" * 200)
    look("second question")
    page.press("End without sending")
    look("end after an answer")
    page.box.send_keys("Never mind.")
    page.press("Skip this question")
    look("skip with text")
    page.press("Skip without my text")
    page.press("Skip this question")
    page.open()
    look("welcome back")
    page.press("Finish here")
    look("recap")
    page.edit()
    page.edit(3)
    look("recap with two answers that are being changed")
    page.run("document.querySelector('textarea[name]').value = 'x'.repeat(10001)")
    page.press("Send my answers")
    look("recap with an answer that is too long")
    page.press("End without sending")
    look("recap before the end")
    page.box.clear()
    page.box.send_keys("It was slow.")
    page.press("Send my answers")
    page.press("Mostly")
    look("thanks")
    page.browser.follow("What is stored about you")
    unfold(page)
    look("what is stored")
    page.press("Take it back")
    look("answer taken back")
    unfold(page)
    page.browser.find("[name=sure]").click()
    page.press("Delete my data")
    look("data deleted")


def look_at_closed_pages(page: BrowserSurveyPage, look: Callable[[str], None]) -> None:
    InterviewRequest.objects.update(cancelled_at=timezone.now())
    page.open()
    look("cancelled")
    Org.objects.update(is_active=False)
    page.open()
    look("paused")
    page.browser.open("/survey?token=unknown")
    look("unknown")
    page.browser.open(f"/survey?{'&' * 2000}")
    look("unreadable")


@pytest.mark.parametrize(
    ("width", "scheme", "color"),
    [(320, "light", ""), (1400, "dark", "#b3121d")],
    ids=["phone, light", "desktop, dark, branded"],
)
def test_every_state_of_the_page_is_accessible(
    page: BrowserSurveyPage, interview_request: InterviewRequest, width: int, scheme: str, color: str
) -> None:
    """No axe violations, no horizontal scrolling, and nothing from another host."""
    Org.objects.update(contact_address="research@acme.example", privacy_url="https://acme.example", transcript_days=90)
    if color:
        Org.objects.update(brand_color=color, imprint_url="https://acme.example/imprint")
        set_logo(org_id=interview_request.org_id, content=PNG)
    page.use_width(width)
    page.use_scheme(scheme)
    problems: list[tuple[str, str]] = []

    def look(state: str) -> None:
        problems.extend((state, problem) for problem in page.problems())

    look_at_closed_pages(page, look)
    InterviewRequest.objects.update(cancelled_at=None)
    Org.objects.filter(pk=interview_request.org_id).update(is_active=True)
    page.open()
    walk(page, look)
    assert problems == []


def test_a_contact_declines_changes_their_mind_and_rates(
    page: BrowserSurveyPage, interview_request: InterviewRequest
) -> None:
    """After each step that does not change the stage, the focus is on its confirmation."""
    page.press("No, thanks")
    assert (page.focused, page.heading) == ("h1#", "You have declined the interview")
    page.box.send_keys("In a merger.")
    page.press("Send my reason")
    assert page.run("return document.activeElement.textContent") == "Your reason is saved. You can change it here."
    conversation = Conversation.objects.get(pk=interview_request.pk)
    assert (conversation.stage, conversation.decline_comment) == (Stage.DECLINED, "In a merger.")
    page.browser.find("summary").click()
    page.press("Ask for deletion")
    assert page.run("return document.activeElement.textContent").startswith("Acme has been told")
    page.press("Take part after all")
    page.press("I agree, start the interview")
    page.press("Finish here")
    page.press("End the interview")
    assert (page.focused, page.heading) == ("h1#", "Thank you, Alice")
    page.press("Mostly")
    assert page.run("return document.activeElement.textContent").startswith("Thank you, your rating is saved.")
    page.press("Fully")
    assert page.browser.find("[aria-pressed=true]").text == "Fully"
    conversation.refresh_from_db()
    interview_request.refresh_from_db()
    assert (conversation.rating, interview_request.flags) == (Rating.FULLY, "wants_deletion")


def test_the_keyboard_is_sufficient(page: BrowserSurveyPage, interview_request: InterviewRequest) -> None:
    """After every step, the focus is on the element that the contact needs next."""

    def tab_to(button: str, tabs: int) -> None:
        for _ in range(tabs):
            ActionChains(page.browser.driver).send_keys(Keys.TAB).perform()
        element = page.browser.driver.switch_to.active_element
        assert element.text == button
        assert element.value_of_css_property("outline-style") == "solid"

    def enter() -> None:
        main = page.browser.find("main")
        ActionChains(page.browser.driver).send_keys(Keys.ENTER).perform()
        page.wait_for_replacement_of(main)

    tab_to("I agree, start the interview", 2)
    enter()
    assert page.focused == "textarea#text-1"
    ActionChains(page.browser.driver).send_keys("It was slow.", Keys.ENTER, "Very.").perform()
    tab_to("Send answer", 1)
    enter()
    assert page.focused == "textarea#text-3"
    tab_to("Skip this question", 2)
    enter()
    assert page.focused == "textarea#text-5"
    tab_to("Send answer", 1)
    enter()
    assert page.focused == "textarea#text-5", "the box with the error"
    assert page.box.get_attribute("aria-invalid") == "true"
    tab_to("Finish here", 3)
    enter()
    assert (page.focused, page.heading) == ("h1#", "Look over your answers")
    tab_to("Send my answers", 3)
    enter()
    assert (page.focused, page.heading) == ("h1#", "Thank you, Alice")
    assert answers(interview_request) == ["It was slow.\nVery.", ""]


def test_screen_readers_get_labels_descriptions_and_errors(page: BrowserSurveyPage) -> None:
    page.press("I agree, start the interview")
    assert page.box.accessible_name == page.heading
    assert "In your own words" in page.description
    assert page.browser.find(".status").aria_role == "status"
    page.press("Send answer")
    assert "Write an answer, or skip the question." in page.description
    assert page.browser.driver.title.startswith("Please check your answer")


@pytest.mark.parametrize("key", [Keys.CONTROL, Keys.META])
def test_control_and_enter_send_the_answer(
    page: BrowserSurveyPage, interview_request: InterviewRequest, key: str
) -> None:
    page.press("I agree, start the interview")
    page.box.send_keys("It was slow.")
    main = page.browser.find("main")
    ActionChains(page.browser.driver).key_down(key).send_keys(Keys.ENTER).key_up(key).perform()
    page.wait_for_replacement_of(main)
    assert answers(interview_request) == ["It was slow."]


def test_a_double_click_sends_once(page: BrowserSurveyPage, interview_request: InterviewRequest) -> None:
    page.press("I agree, start the interview")
    page.box.send_keys("It was slow.")
    main = page.browser.find("main")
    page.run("performance.clearResourceTimings(); document.querySelector('button').click()")
    page.run("document.querySelector('form[aria-busy=true] button')?.click()")
    page.wait_for_replacement_of(main)
    assert page.run("return performance.getEntriesByType('resource').length") == 1
    assert answers(interview_request) == ["It was slow."]


def test_the_text_stays_and_a_status_is_shown_while_paige_is_thinking(
    serve: Serve, browser: Browser, interview_request: InterviewRequest
) -> None:
    with fake_provider(hangs) as provider:
        paige = {"PAIGE_BASE_URL": provider.url, "PAIGE_MODEL": "fake", "PAIGE_TIMEOUT": "2"}
        with serve(workers=1, **paige) as server:
            page = BrowserSurveyPage(
                Browser(browser.driver, f"http://127.0.0.1:{server.port}"), str(interview_request.survey_url)
            )
            page.open()
            page.press("I agree, start the interview")
            page.box.send_keys(LONG)
            main, before = page.browser.find("main"), page.heading
            page.browser.press("Send answer")
            assert page.status == "Saving your answer. Paige is thinking…"
            assert page.written == LONG
            assert page.box.get_attribute("readonly") == "true"
            page.wait_for_replacement_of(main)
            assert page.heading != before
            assert (page.status, page.written) == ("", "")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_question_that_another_request_computes_appears_by_itself(
    page: BrowserSurveyPage, interview_request: InterviewRequest, scripts: bool
) -> None:
    """After the link was opened, and after an answer that another tab has sent."""
    conversation = Conversation.objects.filter(pk=interview_request.pk)
    page.emulate("setScriptExecutionDisabled", value=not scripts)
    for before, step in (
        (give_consent, page.open),
        (partial(submit_answer, number=1, text=SLOW), lambda: page.answer(SLOW)),
    ):
        before(interview_request)
        conversation.update(leased_until=timezone.now() + timedelta(minutes=1))
        step()
        assert page.heading == "One moment"
        assert "Paige is thinking…" in page.text
        conversation.update(leased_until=None)
        page.wait_for(lambda driver: page.browser.texts("textarea[name=text]"))
        assert not scripts or page.focused.startswith("textarea#text-")
    assert answers(interview_request) == [SLOW]
