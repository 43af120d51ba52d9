"""Requests through nginx and Caddy, set up as docs/operations.md says. See `make test-proxies`."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from http.client import HTTPException
from pathlib import Path
from secrets import token_urlsafe

import pytest

from orgs.services import create_api_key
from tests.live.client import response_to
from tests.live.conftest import Serve, new_org
from tests.live.reverse_proxies import ProxyMissingError, caddy, nginx
from tools.harness.processes import free_port
from tools.harness.web import Server

PROXIES: dict[str, tuple[int, Callable[[Sequence[int]], AbstractContextManager[int]]]] = {
    "nginx": (1, nginx),
    "nginx, two servers": (2, nginx),
    "caddy": (1, caddy),
}


@pytest.fixture(scope="module")
def servers(serve: Serve) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        settings = {"TRUSTED_PROXIES": "127.0.0.1", "ANONYMOUS_RATE_LIMIT": "100000"}
        yield [stack.enter_context(serve(workers=1, **settings)) for _ in range(2)]


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request: pytest.FixtureRequest, servers: list[Server]) -> Iterator[int]:
    count, start = PROXIES[request.param]
    try:
        with start([server.port for server in servers[:count]]) as port:
            yield port
    except ProxyMissingError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))


def status_of(port: int, method: str, path: str, size: int, headers: dict[str, str]) -> int | str:
    try:
        return response_to(port, method, path, b"x" * size, headers, seconds=20).status_code
    except (OSError, HTTPException) as error:
        return type(error).__name__


@pytest.mark.parametrize("size", [100_000, 900_000, 7_000_000])
def test_no_early_response_becomes_the_proxys_502(proxy: int, size: int) -> None:
    json = {"Content-Type": "application/json"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    limited = create_api_key(org=new_org(requests_per_minute=1), name="CRM")[1]
    free = create_api_key(org=new_org(), name="CRM")[1]
    cases: dict[str, tuple[str, str, dict[str, str], set[int]]] = {
        "401": ("PATCH", "/api/v1/interviews/1", json, {401}),
        "404": ("POST", "/api/nowhere", json, {404}),
        "405": ("PUT", "/api/v1/interviews/1", json | {"Authorization": f"Bearer {free}"}, {405}),
        "413": ("PATCH", "/api/v1/interviews/1", json | {"Authorization": f"Bearer {free}"}, {400, 413}),
        "429": ("PATCH", "/api/v1/interviews/1", json | {"Authorization": f"Bearer {limited}"}, {400, 413, 429}),
        "admin": ("POST", "/admin/login/", form, {403}),
        "survey page": ("POST", "/survey", form, {400, 404, 413}),
    }
    with ThreadPoolExecutor(4) as pool:
        for name, (method, path, headers, expected) in cases.items():
            calls = [pool.submit(status_of, proxy, method, path, size, headers) for _ in range(12)]
            statuses = Counter(call.result() for call in calls)
            assert set(statuses) <= expected, (name, statuses)


OPERATIONS = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()


def documented(pattern: str) -> str:
    found = re.search(pattern, OPERATIONS, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def nginx_with_logs(ports: Sequence[int], directory: Path) -> AbstractContextManager[int]:
    """With the documented logs, in another directory."""
    logs = documented(r"^(    access_log .*? crit;)$").replace("/var/log/nginx", str(directory))
    return nginx(ports, http=documented(r"^(map \$uri .*?_id';)$"), server=logs, directory=directory)


def caddy_with_logs(ports: Sequence[int], directory: Path) -> AbstractContextManager[int]:
    return caddy(ports, options=documented(r"^{\n(\tlog {\n.*?\n\t})$"), directory=directory)


@pytest.mark.parametrize("is_up", [True, False])
@pytest.mark.parametrize("start", [nginx_with_logs, caddy_with_logs])
def test_the_proxys_logs_have_no_secrets(
    start: Callable[[Sequence[int], Path], AbstractContextManager[int]],
    servers: list[Server],
    tmp_path: Path,
    *,
    is_up: bool,
) -> None:
    secret = token_urlsafe(24)
    paths = [f"/admin/set-password/MQ/{secret}/", f"/survey?token={secret}", f"/{secret}", f"/api/v1/{secret}/x"]
    ports = [servers[0].port if is_up else free_port()]
    try:
        with start(ports, tmp_path) as port:
            for path in paths:
                status = status_of(port, "GET", path, 0, {"Referer": f"http://x.example/{secret}"})
                assert (status == 502) != is_up, status
    except ProxyMissingError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))
    logs = {file.name: file.read_text(errors="replace") for file in tmp_path.rglob("*") if file.is_file()}
    assert [name for name, text in logs.items() if secret in text] == []
    if start is nginx_with_logs:
        lines = re.findall(r'"GET (\S+)" (\d+) \d+ (\S+)$', logs["hindsight.log"], re.MULTILINE)
        assert [path for path, _, _ in lines][-4:] == ["/admin", "/survey", "/*", "/api/v1"]
        assert all((len(request_id) == 32) == is_up for _, _, request_id in lines[-4:])
