"""Swagger UI sends requests, in a real browser with a real server."""

import pytest
from selenium.webdriver import Keys

from interviews.models import InterviewRequest
from tests.live.web.browser import Browser
from tests.live.web.browser_page import BrowserPage
from tools.harness.web import Server

PATH = "/api/docs/try"
UPDATE = "[id$=-update_interview_request]"


class SwaggerUI(BrowserPage):
    def authorize(self, key: str) -> None:
        self.browser.open(PATH)
        self.browser.click(".auth-wrapper .authorize")
        self.browser.type(".modal-ux input", key)
        self.browser.click(".modal-ux .authorize")
        self.browser.click(".modal-ux .btn-done")

    def update(self, key: str, interview_request: InterviewRequest) -> str:
        """Sends the example of the description. Returns the status of the response."""
        self.authorize(key)
        self.browser.click(f"{UPDATE} .opblock-summary-control")
        self.browser.type(f"{UPDATE} [data-param-name=id] input", f"{interview_request.pk}{Keys.TAB}")
        self.browser.click(f"{UPDATE} .execute")
        return self.browser.find(f"{UPDATE} .live-responses-table .response .response-col_status").text


@pytest.fixture
def page(quiet_browser: Browser) -> SwaggerUI:
    return SwaggerUI(quiet_browser)


@pytest.mark.parametrize(
    ("width", "scheme", "paper"),
    [(400, "light", "rgba(0, 0, 0, 0)"), (1400, "dark", "rgb(28, 32, 34)")],
    ids=["phone, light", "desktop, dark"],
)
def test_it_sends_an_update(
    page: SwaggerUI, acme_key: str, interview_request: InterviewRequest, width: int, scheme: str, paper: str
) -> None:
    page.use_width(width)
    page.use_scheme(scheme)
    assert page.update(acme_key, interview_request) == "200"
    interview_request.refresh_from_db()
    assert interview_request.objective == "Focus on why pricing was a blocker vs. Competitor X"
    assert page.run("return getComputedStyle(document.querySelector('.swagger-ui')).backgroundColor") == paper
    assert [each for each in page.problems() if "color-contrast" in each or "too wide" in each] == []
    assert page.other_hosts() == []
    page.browser.console_messages()  # drops those that axe causes


def test_the_key_is_kept_nowhere(
    page: SwaggerUI, server: Server, acme_key: str, interview_request: InterviewRequest
) -> None:
    page.update(acme_key, interview_request)
    kept = page.run(
        "return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state, location.href,"
        " performance.getEntries().map(entry => entry.name)])"
    )
    assert acme_key[12:] not in kept + server.log
    page.browser.open("/api/docs")
    page.browser.driver.back()
    assert page.browser.find(".auth-wrapper .authorize.unlocked")
