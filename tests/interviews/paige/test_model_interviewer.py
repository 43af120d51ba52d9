"""The model engine with a real local HTTP server. Every failure falls back to the guide's question."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.lifecycle import Engine, Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Position, Utterance
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS
from interviews.paige.interviewer import Message
from interviews.paige.model_interviewer import ModelInterviewer
from interviews.paige.prompt import ChatMessage
from interviews.paige.provider import MAX_TOKENS, Provider, ProviderError, Reply
from tests.fakes.provider import Act, Server, breaks_off, fake_provider, hangs, says, sends, status, trickles

GOOD_QUESTION = "What were you dealing with before you began to search?"
NOTES, OBJECTIVE = "Zephyr-9 budget was cut by Bartholomew", "Find out about the kerfuffle with Quuxcorp"
TIMEOUT = 10.0


@pytest.fixture
def jane(brief: Brief) -> Brief:
    return replace(brief, contact_notes=NOTES, objective=OBJECTIVE)


def ask(provider: Server, brief: Brief, timeout: float = TIMEOUT) -> Message:
    engine = ModelInterviewer(Provider(provider.url, "fake", "s3cret"), timeout=timeout, concurrency=2)
    return engine.next_message(brief)


def test_a_good_message_is_returned_with_tokens_and_latency(jane: Brief) -> None:
    with fake_provider(says(f'"{GOOD_QUESTION}"\n')) as provider:
        message = ask(provider, jane)
    assert (message.text, message.engine) == (GOOD_QUESTION, Engine.MODEL)
    assert (message.prompt_tokens, message.completion_tokens) == (900, 12)
    assert 0 < message.latency_ms < TIMEOUT * 1000


def test_the_provider_receives_the_prompt_the_model_and_the_key(jane: Brief) -> None:
    with fake_provider(says(GOOD_QUESTION)) as provider:
        ask(provider, jane)
    assert provider.headers[0]["authorization"] == "Bearer s3cret"
    assert b'"model":"fake"' in provider.bodies[0].replace(b'": "', b'":"')
    assert f'"max_tokens":{MAX_TOKENS}'.encode() in provider.bodies[0].replace(b": ", b":")
    assert NOTES in provider.prompts[0][0]["content"]
    assert OBJECTIVE in provider.prompts[0][0]["content"]
    assert [message["role"] for message in provider.prompts[0]] == ["system", "user"]


def test_openai_variables_of_the_environment_are_not_sent(jane: Brief, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of-another-account")
    with fake_provider(says(GOOD_QUESTION)) as provider:
        ask(provider, jane)
    assert "of-another-account" not in str(provider.headers)


def test_the_second_attempt_is_told_why_the_first_was_rejected(jane: Brief) -> None:
    with fake_provider(says("Great! What about Quuxcorp?"), says(GOOD_QUESTION)) as provider:
        message = ask(provider, jane)
    assert (message.text, message.engine) == (GOOD_QUESTION, Engine.MODEL)
    assert (message.prompt_tokens, message.completion_tokens) == (1800, 24)
    assert "was refused" not in provider.prompts[0][0]["content"]
    assert "was refused: it showed the background." in provider.prompts[1][0]["content"]


FAILURES: dict[str, tuple[Act, int]] = {
    "leaks": (says("How did Quuxcorp come into it?"), 2),
    "praises": (says("Great answer! What came next?"), 2),
    "two questions": (says("What? Why?"), 2),
    "too long": (says("What " + "then " * 99 + "?"), 2),
    "markup": (says("<script>alert(1)</script> What?"), 2),
    "empty": (says(""), 2),
    "blank": (says(" \n"), 2),
    "null": (says(None), 2),
    "a list": (says([{"type": "text", "text": GOOD_QUESTION}]), 2),
    "truncated": (says(GOOD_QUESTION, finish_reason="length"), 2),
    "filtered": (says(GOOD_QUESTION, finish_reason="content_filter"), 2),
    "429": (status(429, Retry_After="3600"), 2),
    "500": (status(500), 2),
    "503": (status(503), 2),
    "400": (status(400), 1),
    "401": (status(401), 1),
    "404": (status(404), 1),
    "half a body": (breaks_off, 2),
    "HTML": (sends(b"<html>busy</html>", content_type="text/html"), 2),
    "text": (sends(GOOD_QUESTION.encode(), content_type="text/plain"), 2),
    "invalid JSON": (sends(b"{"), 2),
    "nothing": (sends(b""), 2),
    "JSON null": (sends(b"null"), 2),
    "other JSON": (sends(b'{"foo": [1]}'), 2),
    "no choices": (sends(b'{"choices": []}'), 2),
    "wrong bytes": (sends(b"\xff\xfe\x00"), 2),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_falls_back_to_the_guides_question(jane: Brief, name: str) -> None:
    act, calls = FAILURES[name]
    with fake_provider(act) as provider:
        message = ask(provider, jane)
    assert (message.text, message.engine) == (jane.question, Engine.FALLBACK)
    assert len(provider.bodies) == calls


@pytest.mark.parametrize("act", [status(500), breaks_off, says("")])
def test_a_second_attempt_can_succeed(jane: Brief, act: Act) -> None:
    with fake_provider(act, says(GOOD_QUESTION)) as provider:
        assert ask(provider, jane).engine == Engine.MODEL


@pytest.mark.parametrize("act", [hangs, trickles])
def test_a_slow_provider_is_cut_off_at_the_timeout(jane: Brief, act: Act) -> None:
    with fake_provider(act) as provider:
        started = monotonic()
        message = ask(provider, jane, timeout=0.5)
        took = monotonic() - started
    assert (message.text, message.engine) == (jane.question, Engine.FALLBACK)
    assert 0.5 <= took < 2
    assert message.latency_ms >= 500


def test_an_unavailable_provider_falls_back_to_the_guide(jane: Brief) -> None:
    with fake_provider(says(GOOD_QUESTION)) as provider:
        pass
    message = ask(provider, jane)
    assert (message.text, message.engine) == (jane.question, Engine.FALLBACK)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(jane: Brief, code: int) -> None:
    with fake_provider(says(GOOD_QUESTION)) as other, fake_provider(status(code, Location=other.url)) as provider:
        message = ask(provider, jane)
    assert (message.text, message.engine) == (jane.question, Engine.FALLBACK)
    assert (len(provider.headers), other.headers) == (1, [])


@pytest.mark.parametrize("url", ["http://", "ftp://x", "nonsense", "http://[", "http://256.256.256.256:1/v1"])
def test_an_invalid_url_falls_back_to_the_guide(jane: Brief, url: str) -> None:
    engine = ModelInterviewer(Provider(url, "fake", ""), timeout=TIMEOUT, concurrency=1)
    assert engine.next_message(jane).engine == Engine.FALLBACK


def test_a_call_over_the_concurrency_limit_uses_the_guide_at_once(jane: Brief) -> None:
    with fake_provider(hangs) as provider:
        engine = ModelInterviewer(Provider(provider.url, "fake", ""), timeout=TIMEOUT, concurrency=1)
        waiting: list[Message] = []
        thread = threading.Thread(target=lambda: waiting.append(engine.next_message(jane)))
        thread.start()
        assert provider.arrived.wait(TIMEOUT)
        message = engine.next_message(jane)
        assert not waiting
        provider.over.set()
        thread.join()
        assert (message.text, message.engine) == (jane.question, Engine.FALLBACK)
        assert len(waiting) == 1
        assert engine.slots.acquire(blocking=False), "the slot is free again"


def test_the_fallback_says_that_paige_is_an_ai_if_the_contact_asks(jane: Brief) -> None:
    said = (Utterance(Speaker.PAIGE, jane.question, "start"), Utterance(Speaker.CONTACT, "Are you a human?", "start"))
    with fake_provider(says("Yes, I'm human. What came next?")) as provider:
        message = ask(provider, replace(jane, position=Position("price", 0, 2), conversation=said))
    assert message.text == "I am an AI interviewer, not a person. How did the price of Acme come into it?"


@pytest.mark.parametrize("act", [says("Quuxcorp? Bartholomew?"), status(500), status(400), breaks_off, sends(b"{")])
def test_logs_contain_no_notes_objective_reply_or_key(
    jane: Brief, act: Act, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    with fake_provider(act) as provider:
        ask(provider, jane)
    assert caplog.records
    for word in ("Zephyr", "Bartholomew", "kerfuffle", "Quuxcorp", "s3cret", "search"):
        assert word not in caplog.text


class HostileModel:
    """A model with the given replies."""

    def __init__(self, replies: Iterator[str]) -> None:
        self.replies = replies

    def complete(self, messages: list[ChatMessage], seconds: float) -> Reply:
        text = next(self.replies)
        if text == "fail":
            raise ProviderError("failed")
        return Reply(text, None, None)


SECRETS = ["Zephyr-9", "Bartholomew", "kerfuffle", "Quuxcorp", "budget was cut", NOTES, OBJECTIVE]
FRAGMENTS = [
    *SECRETS,
    *("What ", "How ", "happened", "?", "? ", " was ", "Great! ", "fail", "\n\n**Paige:** ", "<script>", "\0", "&amp;"),
    *(
        GOOD_QUESTION,
        "because",
        " or ",
        "What set off your search?",
        "I am a person. ",
        "\u202e",
        "you",
        "x" * 500,
        "then " * 50,
    ),
]
replies = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=10), min_size=1, max_size=6).map("".join)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_hostile_model_cannot_break_the_rules(brief: Brief, data: st.DataObject) -> None:
    """The limit of turns, the core topics, the secrecy of notes and objective, and the page stay intact."""
    jane = replace(brief, contact_notes=NOTES, objective=OBJECTIVE)
    engine = ModelInterviewer(HostileModel(iter(lambda: data.draw(replies), None)), timeout=TIMEOUT, concurrency=1)
    said: list[Utterance] = []
    while following := jane.after(said):
        message = engine.next_message(following)
        said.append(Utterance(Speaker.PAIGE, message.text, following.topic.key))
        answer = data.draw(st.sampled_from(["It was slow.", "", "I don't know", "Are you a bot?", "Why? " * 40]))
        said.append(Utterance(Speaker.CONTACT, answer, following.topic.key))

    shown = [turn.text for turn in said if turn.speaker is Speaker.PAIGE]
    assert len(shown) <= jane.guide.max_turns
    assert {topic.key for topic in jane.guide.every_topic if topic.core} <= {turn.topic for turn in said}
    assert len(set(shown)) == len(shown)
    for text in shown:
        assert text.count("?") == 1
        assert len(text.split()) <= MAX_QUESTION_WORDS
        assert text.isprintable()
        assert not set("<>*\n") & set(text)
        assert not any(secret.casefold() in text.casefold() for secret in SECRETS)
