import json
import logging
import sys

import pytest

from hindsight.http.logs import JSONFormatter, TextFormatter, begin_request


@pytest.fixture
def record() -> logging.LogRecord:
    """A record with a chained exception whose messages quote a customer."""
    begin_request("crm-77")
    words = "main concern is " + "pricing"
    try:
        try:
            raise ValueError(words)
        except ValueError as error:
            raise KeyError(words) from error
    except KeyError:
        return logging.LogRecord("hindsight", logging.ERROR, "", 0, "It %s", ("broke",), sys.exc_info())


def test_json_line(record: logging.LogRecord) -> None:
    record.org = "acme"
    line = json.loads(JSONFormatter().format(record))
    assert line["message"] == "It broke"
    assert (line["level"], line["request_id"], line["org"]) == ("ERROR", "crm-77", "acme")


def test_text_line_has_only_fields_with_a_value() -> None:
    begin_request("crm-77")
    record = logging.LogRecord("hindsight.access", logging.INFO, "", 0, "GET /", (), None)
    record.created = 12 * 60 * 60 + 34
    record.org, record.api_key, record.duration_ms = "acme", "", 0
    line = TextFormatter().format(record)
    assert line == "12:00:34 INFO hindsight.access: GET / (request_id=crm-77 duration_ms=0 org=acme)"


@pytest.mark.parametrize("formatter", [JSONFormatter(), TextFormatter()])
def test_exceptions_are_logged_without_their_messages(record: logging.LogRecord, formatter: logging.Formatter) -> None:
    line = formatter.format(record)
    assert line.index("builtins.ValueError") < line.index("builtins.KeyError")
    assert "test_logs.py" in line
    assert "main concern is pricing" not in line


def test_cyclic_exception_chain_is_logged_once() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    line = TextFormatter().format(
        logging.LogRecord("hindsight", logging.ERROR, "", 0, "It broke", (), (ValueError, first, None))
    )
    assert (line.count("builtins.ValueError"), line.count("builtins.KeyError")) == (1, 1)
