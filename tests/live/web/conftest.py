"""One browser for all tests. Tests check its console messages themselves."""

import os
from collections.abc import Iterator

import pytest

from harness.browser import NO_SCREENSHOTS, Browser, BrowserMissingError, browsing, programs
from harness.web import Server


@pytest.fixture(scope="session")
def one_browser(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    try:
        programs()
    except BrowserMissingError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
    with browsing(f"http://127.0.0.1:{server.port}", tmp_path_factory.mktemp("profile"), *NO_SCREENSHOTS) as browser:
        yield browser
