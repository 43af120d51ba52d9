"""The page that sends requests, in a real browser with a real server."""

import os
import subprocess
from collections.abc import Iterator

import pytest
from selenium.webdriver.support.ui import Select

from interviews.models import InterviewRequest
from tests.live.web.browser_page import BrowserPage
from tools.harness.browser import Browser
from tools.harness.processes import eventually
from tools.harness.web import Server

PATH = "/api/docs/try"


class Console(BrowserPage):
    def choose(self, call: str) -> None:
        Select(self.browser.find("#call")).select_by_visible_text(call)

    def fill(self, name: str, text: str) -> None:
        self.browser.type(f"form:not([hidden]) [name={name}]", text)

    def send(self) -> str:
        """Returns the status of the response."""
        self.browser.find("form:not([hidden]) button").click()
        assert eventually(lambda: self.browser.find("#response").is_displayed())
        return self.browser.find("#response .line").text

    def update(self, key: str, interview_request: InterviewRequest, body: str) -> str:
        """The call that is shown first."""
        self.browser.open(PATH)
        self.browser.type("#key", key)
        self.fill("id", str(interview_request.pk))
        self.fill("body", body)
        return self.send()


@pytest.fixture
def console(one_browser: Browser) -> Iterator[Console]:
    """Asserts that the browser logs no failed script and no violation of the Content Security Policy."""
    console = Console(one_browser)
    yield console
    console.emulate("clearDeviceMetricsOverride")
    console.use_scheme("")
    assert [line for line in one_browser.console_messages() if "status of 401" not in line] == []


def test_it_sends_an_update_and_shows_request_and_response(
    console: Console, acme_key: str, interview_request: InterviewRequest
) -> None:
    assert console.update(acme_key, interview_request, '{"objective": "Acme\'s reason"}').startswith("200 OK in")
    assert f'"interview_request_id": {interview_request.pk}' in console.browser.find("#response .body").text
    assert "x-ratelimit-remaining: " in console.browser.find("#response .headers").text
    interview_request.refresh_from_db()
    assert interview_request.objective == "Acme's reason"

    command = console.browser.find("#request code").text
    InterviewRequest.objects.filter(pk=interview_request.pk).update(objective="")
    environment = {"PATH": os.environ["PATH"], "HINDSIGHT_API_KEY": acme_key}
    subprocess.run(["bash", "-euc", command], env=environment, check=True, capture_output=True)
    interview_request.refresh_from_db()
    assert interview_request.objective == "Acme's reason"


def test_it_sends_other_calls_with_their_parameters(
    console: Console, acme_key: str, interview_request: InterviewRequest
) -> None:
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="deal 1&2")
    console.browser.open(PATH)
    console.browser.type("#key", acme_key)
    console.choose("GET /interviews: List interview requests")
    console.fill("deal_id", "deal 1&2")
    assert console.send().startswith("200 OK")
    assert f'"interview_request_id": {interview_request.pk}' in console.browser.find("#response .body").text


def test_the_key_is_kept_nowhere(
    console: Console, server: Server, acme_key: str, interview_request: InterviewRequest
) -> None:
    console.update(acme_key, interview_request, '{"objective": "New"}')
    kept = console.run(
        "return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state, location.href,"
        " performance.getEntries().map(entry => entry.name), document.documentElement.outerHTML])"
    )
    secret = acme_key[12:]
    assert secret not in kept
    assert secret not in server.log
    console.browser.open("/api/docs")
    console.browser.driver.back()
    assert console.browser.find("#key").get_attribute("value") == ""


def test_a_refused_request_shows_the_error(console: Console, interview_request: InterviewRequest) -> None:
    assert console.update("hsk_wrong", interview_request, '{"objective": "New"}').startswith("401 Unauthorized")
    assert '"code": "unauthorized"' in console.browser.find("#response .body").text
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1400, "dark")], ids=["phone, light", "desktop, dark"])
def test_it_is_accessible(
    console: Console, acme_key: str, interview_request: InterviewRequest, width: int, scheme: str
) -> None:
    console.use_width(width)
    console.use_scheme(scheme)
    console.update(acme_key, interview_request, '{"objective": "New"}')
    console.run("document.querySelector('form:not([hidden]) details').open = true")
    assert console.problems() == []
