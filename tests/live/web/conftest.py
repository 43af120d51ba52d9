"""One browser for all tests. Tests check its console messages themselves."""

import os
from collections.abc import Iterator

import pytest

from interviews.models import InterviewRequest
from tests.live.web.browser import NO_SCREENSHOTS, Browser, BrowserMissingError, browsing, programs
from tests.live.web.browser_page import BrowserPage
from tests.live.web.survey_page import BrowserSurveyPage
from tools.harness.web import Server

# The browser logs each response with an error status.
EXPECTED_MESSAGES = (
    *(f"status of {code}" for code in (400, 403, 404, 409, 413, 422, 429)),
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_REFUSED",
)


@pytest.fixture(scope="session")
def one_browser(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    try:
        programs()
    except BrowserMissingError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
    with browsing(f"http://127.0.0.1:{server.port}", tmp_path_factory.mktemp("profile"), *NO_SCREENSHOTS) as browser:
        yield browser


@pytest.fixture
def browser(one_browser: Browser) -> Iterator[Browser]:
    """Asserts that the browser logs no failed script and no violation of the Content Security Policy."""
    one_browser.clear_data()
    yield one_browser
    one_browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    one_browser.driver.execute_cdp_cmd("Emulation.setPageScaleFactor", {"pageScaleFactor": 1})
    one_browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    one_browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    messages = one_browser.console_messages()
    assert [line for line in messages if not any(part in line for part in EXPECTED_MESSAGES)] == []


@pytest.fixture
def quiet_browser(one_browser: Browser) -> Iterator[Browser]:
    """Asserts that the browser logs nothing: no failed script and no violation of the Content Security Policy."""
    yield one_browser
    page = BrowserPage(one_browser)
    page.emulate("clearDeviceMetricsOverride")
    page.use_scheme("")
    assert one_browser.console_messages() == []


@pytest.fixture
def page(browser: Browser, interview_request: InterviewRequest) -> BrowserSurveyPage:
    page = BrowserSurveyPage(browser, str(interview_request.survey_url))
    page.open()
    return page
