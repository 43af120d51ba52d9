"""Pages of a list of the API."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.client import ApiClient


def page(api: ApiClient, path: str = "/interviews", **query: Any) -> dict[str, Any]:
    response = api.get(f"{path}?{urlencode(query)}")
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def walk(api: ApiClient, path: str = "/interviews", **query: Any) -> list[dict[str, Any]]:
    """The rows of all pages."""
    found = page(api, path, **query)
    rows: list[dict[str, Any]] = found["data"]
    if found["next_cursor"] is None:
        return rows
    return rows + walk(api, path, **{**query, "cursor": found["next_cursor"]})


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["interview_request_id"] for row in rows]


def statements(call: Callable[[], object]) -> list[str]:
    """The SQL of a call, without the counters of the rate limit."""
    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"] for query in queries if "rate_limit_counter" not in query["sql"]]
