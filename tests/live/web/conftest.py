"""The browser of all tests here; each of them looks itself whether it had anything to complain of."""

from collections.abc import Iterator

import pytest

from tests.live.server import Server
from tests.live.web.browser import UNSEEN, Browser, browsing


@pytest.fixture(scope="session")
def one_browser(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(f"http://127.0.0.1:{server.port}", tmp_path_factory.mktemp("profile"), *UNSEEN) as browser:
        yield browser
