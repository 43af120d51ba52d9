"""A German interview in a browser that prefers English."""

from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide.guide import shipped_guide
from tests.live.web.browser import Browser
from tests.live.web.survey_page import BrowserSurveyPage

FROM_THE_PAGE = "new Response('', {status: 500})"
FROM_THE_SERVER = "window.unchanged(url, {...options, body: new URLSearchParams({text: 'x'.repeat(2 ** 20)})})"


def test_a_german_interview_stays_german_and_accessible(
    one_browser: Browser, interview_request: InterviewRequest
) -> None:
    InterviewType.objects.filter(pk=interview_request.interview_type_id).update(
        guide=shipped_guide("win_loss_buyer_de")
    )
    page = BrowserSurveyPage(one_browser, str(interview_request.survey_url))
    page.use_width(360)
    page.open()
    assert page.heading == "Guten Tag Alice, Acme möchte Ihre Sicht kennenlernen"
    page.press("Zustimmen und starten")
    page.box.send_keys("Sind Sie ein Bot?")
    page.run("window.unchanged = window.fetch")
    for response, message in (
        (FROM_THE_PAGE, "Bei uns ist etwas schiefgegangen."),
        (FROM_THE_SERVER, "Ihr Text ist zu lang zum Senden. Eine Antwort kann bis zu 10.000 Zeichen haben."),
    ):
        page.run(f"window.fetch = async (url, options) => {response}")
        page.browser.press("Antwort senden")
        page.wait_for(lambda _, expected=message: page.status.startswith(expected))
    page.run("window.fetch = window.unchanged")
    page.press("Antwort senden")
    assert page.heading.startswith("Hier ist die Frage noch einmal:")
    assert page.run("return document.documentElement.lang") == "de"
    assert page.problems() == []
    one_browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
