"""The model engine with a real local HTTP server. Every failure falls back to the rules' choice."""

import gzip
import json
import logging
import threading
import tracemalloc
from dataclasses import replace
from time import monotonic

import pytest

from hindsight.http.logs import JSONFormatter
from hindsight.http.outgoing import Slots
from interviews.lifecycle import Engine, Move
from interviews.paige.chat import MAX_TOKENS, Provider
from interviews.paige.engines import ModelEngine, RulesEngine
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.moves import moves
from tests.fakes.provider import Act, Server, breaks_off, fake_provider, hangs, says, sends, status, trickles
from tests.hindsight.http.test_outgoing import is_free
from tests.interviews.paige.interviews import after, buyer_brief
from tools.harness.processes import eventually

NOTES, OBJECTIVE = "Zephyr-9 budget was cut by Bartholomew", "Find out about the kerfuffle with Quuxcorp"
ANSWER = "Nobody trusted the weekly numbers any more."
TIMEOUT = 10.0
TOPIC = "5"
"""The number of the move that goes on with the second topic."""


@pytest.fixture
def jane() -> Brief:
    return replace(after(buyer_brief(OBJECTIVE), ANSWER), contact_notes=NOTES)


def engine_of(provider: Server, timeout: float = TIMEOUT, concurrency: int = 2) -> ModelEngine:
    return ModelEngine(Provider(provider.url, "fake", "s3cret", Slots(concurrency)), timeout=timeout)


def choose(provider: Server, brief: Brief, timeout: float = TIMEOUT) -> Choice:
    return engine_of(provider, timeout).choose(brief, moves(brief))


def assert_fallback(choice: Choice, brief: Brief) -> None:
    by_rules = RulesEngine().choose(brief, moves(brief))
    assert (choice.move, choice.engine) == (by_rules.move, Engine.FALLBACK)


def test_the_provider_receives_the_prompt_the_schema_and_the_key(jane: Brief) -> None:
    with fake_provider(says(TOPIC)) as provider:
        choose(provider, jane)
    [body] = provider.requests
    assert provider.headers[0]["authorization"] == "Bearer s3cret"
    assert provider.headers[0]["accept-encoding"] == "identity"
    assert (body["model"], body["max_tokens"]) == ("fake", MAX_TOKENS)
    choices = body["response_format"]["json_schema"]["schema"]["properties"]
    assert choices == {"move": {"type": "integer", "enum": list(range(1, len(moves(jane)) + 1))}}
    system, user = [message["content"] for message in body["messages"]]
    assert NOTES in system
    assert OBJECTIVE in system
    assert ANSWER in user
    assert [message["role"] for message in body["messages"]] == ["system", "user"]


def test_content_in_parts_with_any_finish_reason_is_accepted(jane: Brief) -> None:
    parts = [{"type": "text", "text": '{"move"'}, {"type": "text", "text": ': 4, "quote": "cut o'}]
    for finish_reason in ("stop", "length", "", None):
        with fake_provider(says(parts, finish_reason)) as provider:
            assert choose(provider, jane).move.move == Move.QUESTION


REFUSES_MAX_TOKENS = b'{"error": {"message": "Unsupported parameter: use max_completion_tokens instead of max_tokens"}}'
REFUSES_SCHEMA = b'{"error": {"message": "response_format is not supported"}}'


def test_a_server_that_refuses_max_tokens_gets_max_completion_tokens(jane: Brief) -> None:
    with fake_provider(sends(REFUSES_MAX_TOKENS, 400), says(TOPIC)) as provider:
        engine = engine_of(provider)
        for _ in range(2):
            assert engine.choose(jane, moves(jane)).engine == Engine.MODEL
    limits = [{name for name in body if name.startswith("max_")} for body in provider.requests]
    assert limits == [{"max_tokens"}, {"max_completion_tokens"}, {"max_completion_tokens"}]


def test_a_server_that_refuses_the_schema_is_asked_without_it(jane: Brief) -> None:
    with fake_provider(sends(REFUSES_SCHEMA, 422), says(TOPIC)) as provider:
        assert choose(provider, jane).engine == Engine.MODEL
    assert ["response_format" in body for body in provider.requests] == [True, False]
    with fake_provider(status(400)) as provider:
        assert_fallback(choose(provider, jane), jane)
    assert len(provider.bodies) == 2, "nothing is left to change"


FAILURES: dict[str, tuple[Act, int]] = {
    "a question of its own": (says("How did Quuxcorp come into it?"), 2),
    "two moves": (says("Either 1 or 2."), 2),
    "an unfinished thought": (says("<think>Move 3 is"), 2),
    "empty": (says(""), 2),
    "null": (says(None), 2),
    "500": (status(500), 2),
    "401": (status(401), 1),
    "half a body": (breaks_off, 2),
    "HTML": (sends(b"<html>busy</html>", content_type="text/html"), 2),
    "invalid JSON": (sends(b"{"), 2),
    "no choices": (sends(b'{"choices": []}'), 2),
    "wrong bytes": (sends(b"\xff\xfe\x00"), 2),
    "too large": (says("6" + " " * 70_000), 2),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_falls_back_to_the_rules(jane: Brief, name: str) -> None:
    act, calls = FAILURES[name]
    with fake_provider(act) as provider:
        choice = choose(provider, jane)
    assert_fallback(choice, jane)
    assert len(provider.bodies) == calls


@pytest.mark.parametrize("code", [302, 307])
def test_redirects_are_not_followed(jane: Brief, code: int) -> None:
    with fake_provider(says(TOPIC)) as other, fake_provider(status(code, Location=f"{other.url}/x")) as provider:
        assert_fallback(choose(provider, jane), jane)
    assert other.bodies == []


@pytest.mark.parametrize("act", [hangs, trickles])
@pytest.mark.slow
def test_a_slow_provider_is_cut_off_at_the_timeout(jane: Brief, act: Act) -> None:
    with fake_provider(act) as provider:
        started = monotonic()
        choice = choose(provider, jane, timeout=0.5)
        took = monotonic() - started
    assert_fallback(choice, jane)
    assert 0.5 <= took < 2
    assert choice.asked.latency_ms >= 500


def test_a_compressed_response_is_refused_before_it_is_decoded(jane: Brief) -> None:
    bomb = gzip.compress(bytes(2**20)) * 700  # 700 MB once decoded
    with fake_provider(sends(bomb, Content_Encoding="gzip")) as provider:
        engine, offered = engine_of(provider), moves(jane)
        tracemalloc.start()
        started = monotonic()
        choice = engine.choose(jane, offered)
        took, (_, peak) = monotonic() - started, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert_fallback(choice, jane)
    assert took < 1
    assert peak < 20 * 2**20


@pytest.mark.slow
def test_slow_name_resolution_counts_towards_the_timeout(jane: Brief, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that is left behind keeps its slot, so that such calls cannot pile up."""
    resolved = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *arguments, **options: resolved.wait() and [])
    provider = Provider("http://models.example/v1", "fake", "")
    engine = ModelEngine(provider, timeout=0.5)
    started = monotonic()
    assert_fallback(engine.choose(jane, moves(jane)), jane)
    assert 0.5 <= monotonic() - started < 2
    assert not is_free(provider.slots)
    resolved.set()
    assert eventually(lambda: is_free(provider.slots))


def test_an_unavailable_provider_falls_back_to_the_rules(jane: Brief) -> None:
    with fake_provider(says(TOPIC)) as provider:
        pass
    assert_fallback(choose(provider, jane), jane)


@pytest.mark.parametrize("url", ["http://", "ftp://x", "nonsense", "http://[", "http://256.256.256.256:1/v1"])
def test_an_invalid_url_falls_back_to_the_rules(jane: Brief, url: str) -> None:
    assert_fallback(ModelEngine(Provider(url, "fake", ""), timeout=TIMEOUT).choose(jane, moves(jane)), jane)


def test_a_call_over_the_concurrency_limit_uses_the_rules_at_once(jane: Brief) -> None:
    with fake_provider(hangs) as provider:
        engine = engine_of(provider, concurrency=1)
        waiting: list[Choice] = []
        thread = threading.Thread(target=lambda: waiting.append(engine.choose(jane, moves(jane))))
        thread.start()
        assert provider.arrived.wait(TIMEOUT)
        choice = engine.choose(jane, moves(jane))
        assert not waiting
        provider.over.set()
        thread.join()
        assert_fallback(choice, jane)
        assert len(waiting) == 1


@pytest.mark.parametrize("act", [says("Quuxcorp? Bartholomew?"), status(500), status(400), breaks_off, sends(b"{")])
def test_logs_contain_no_notes_objective_reply_or_key(jane: Brief, act: Act, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with fake_provider(act) as provider:
        choose(provider, jane)
    assert caplog.records
    for word in ("Zephyr", "Bartholomew", "kerfuffle", "Quuxcorp", "s3cret", "weekly"):
        assert word not in caplog.text


def test_each_turn_has_one_line_with_outcomes(jane: Brief, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with fake_provider(status(500), says(TOPIC), status(401)) as provider:
        engine = engine_of(provider)
        for _ in range(2):
            engine.choose(jane, moves(jane))
    lines = [json.loads(JSONFormatter().format(record)) for record in caplog.records]
    about = {"message": "Paige asked the model for a move", "logger": "interviews.paige.model.asking", "duration_ms": 0}
    assert [{**line, "duration_ms": 0} for line in lines] == [
        {**lines[0], **about, "level": "INFO", "outcome": "status 500, chosen"},
        {**lines[1], **about, "level": "WARNING", "outcome": "status 401", "fallback": "status 401"},
    ]
    assert all(0 < line["duration_ms"] < TIMEOUT * 1000 for line in lines)
