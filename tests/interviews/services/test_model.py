"""An interview in which a model chooses, and words: what it receives, what is stored and what the contact sees."""

import json
import logging
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings

from hindsight.http.logs import JSONFormatter
from interviews.lifecycle import Engine, Move, Speaker, Wording
from interviews.models import InterviewRequest, InterviewType, Turn
from interviews.paige.chat import Provider
from interviews.services.conversation_steps import (
    complete_conversation,
    correct_answers,
    finish_conversation,
    next_question,
    submit_answer,
)
from tests.client import ApiClient
from tests.fakes.provider import Act, Server, fake_provider, hangs, says, status
from tests.interviews.steps import converse, take_before, use_model

NUMBERS = "In March the numbers were wrong, and we lost an order."
ANSWER = (
    "Nobody trusted the weekly numbers any more. We had three teams with three reports, and the board lost patience."
)
QUOTING = "You said “We had three teams with three reports, and the board lost patience”. What came of that?"
QUESTION = "What did the board do once it had lost patience with the weekly numbers?"
FOLLOW_UP = says('{"move": 1}')
SecondQuestion = Callable[..., tuple[Turn, Server]]
WORDED = says(f'{{"text": "{QUESTION}"}}')


def test_a_patch_during_the_interview_is_in_the_next_prompt(
    settings: Settings, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    with fake_provider(says("1")) as provider:
        use_model(settings, provider)
        converse(interview_request, NUMBERS, "It was slow.")
        body = {"contact_context": {"title": "CTO"}, "objective": "Why was the pilot in K\u00f6ln stopped?"}
        assert acme_api.patch(f"/interviews/{interview_request.pk}", body).status_code == 200
        next_question(interview_request)

    before, after = ["\n".join(message["content"] for message in body["messages"]) for body in provider.requests]
    assert "Old notes" in before
    assert "Old objective" in before
    assert '{\n  "title": "CTO"\n}' in after
    assert "Why was the pilot in Köln stopped?" in after
    assert "Old" not in after
    assert "It was slow." in after


def test_each_turn_records_engine_move_latency_and_tokens(
    settings: Settings, interview_request: InterviewRequest
) -> None:
    with fake_provider(says('{"move": 3, "quote": "the numbers"}'), status(401), says("2")) as provider:
        use_model(settings, provider)
        next_question(converse(interview_request, NUMBERS, NUMBERS, NUMBERS))

    turns = Turn.objects.filter(speaker=Speaker.PAIGE)
    assert [turn.engine for turn in turns] == [Engine.RULES, Engine.MODEL, Engine.FALLBACK, Engine.MODEL]
    assert [turn.topic for turn in turns] == ["trigger", "trigger", "trigger", "criteria"]
    assert [turn.move for turn in turns] == [Move.QUESTION, Move.FOLLOW_UP, Move.FOLLOW_UP, Move.QUESTION]
    assert [turn.follow_up for turn in turns] == [None, 4, 6, None]
    assert turns[1].text.startswith("You said “In March the numbers were wrong, and we lost an order”. Who at")
    assert [(turn.prompt_tokens, turn.completion_tokens) for turn in turns][1:] == [(900, 12), (None, None), (900, 12)]
    assert all(turn.latency_ms for turn in turns[1:])


@pytest.fixture
def worded_type(interview_request: InterviewRequest) -> None:
    InterviewType.objects.update(wording=Wording.MODEL)


@pytest.fixture
def second_question(settings: Settings, interview_request: InterviewRequest, worded_type: None) -> SecondQuestion:
    """Puts the question after ANSWER, with a model that responds so. Returns its turn and the provider."""

    def put(*acts: Act) -> tuple[Turn, Server]:
        with fake_provider(*acts) as provider:
            use_model(settings, provider)
            state = next_question(converse(interview_request, ANSWER))
        turn = Turn.objects.get(number=3)
        assert state.question
        assert state.question.text == turn.text
        return turn, provider

    return put


def test_the_words_of_the_model_are_shown_and_stored_with_the_authored_ones(second_question: SecondQuestion) -> None:
    turn, provider = second_question(FOLLOW_UP, WORDED)
    assert (turn.text, turn.engine, turn.worded_by) == (QUESTION, Engine.MODEL, Wording.MODEL)
    assert turn.authored == QUOTING
    assert (turn.wording_fallback, turn.move, turn.follow_up) == ("", Move.FOLLOW_UP, 0)
    assert (turn.prompt_tokens, turn.completion_tokens) == (1800, 24)
    choose, word = ("".join(each["content"] for each in body["messages"]) for body in provider.requests)
    assert "Old objective" in choose
    assert "Old notes" in choose
    assert "Old" not in word
    assert ANSWER in word
    assert "What came of that?" in word


@pytest.mark.parametrize(
    ("act", "reason", "requests"),
    [
        (says('{"text": "You should try Acme again. What keeps you?"}'), "advice", 3),
        (says('{"text": "How did Quuxcorp react to that?"}'), "unknown name", 3),
        (says("What happened? And why?"), "not one question", 3),
        (status(500), "status 500", 3),
        (status(401), "status 401", 2),
    ],
)
def test_otherwise_the_authored_text_is_shown_and_the_reason_stored(
    second_question: SecondQuestion, act: Act, reason: str, requests: int
) -> None:
    turn, provider = second_question(FOLLOW_UP, act)
    assert turn.text == QUOTING
    assert (turn.worded_by, turn.wording_fallback, turn.authored) == (Wording.GUIDE, reason, "")
    assert turn.engine == Engine.MODEL
    assert len(provider.bodies) == requests


@pytest.mark.slow
def test_words_that_are_late_are_not_waited_for(settings: Settings, second_question: SecondQuestion) -> None:
    settings.PAIGE_TIMEOUT = 0.5
    turn, _ = second_question(FOLLOW_UP, hangs)
    assert (turn.worded_by, turn.wording_fallback) == (Wording.GUIDE, "timeout")
    assert turn.latency_ms is not None
    assert turn.latency_ms >= 500


@pytest.mark.parametrize("attribute", ["PAIGE_WORDING", "the type"])
def test_with_the_words_of_the_guide_there_is_no_second_request(
    settings: Settings, second_question: SecondQuestion, attribute: str
) -> None:
    if attribute == "the type":
        InterviewType.objects.update(wording=Wording.GUIDE)
    else:
        settings.PAIGE_WORDING = "guide"
    turn, provider = second_question(FOLLOW_UP, WORDED)
    assert (turn.worded_by, turn.wording_fallback, len(provider.bodies)) == (Wording.GUIDE, "", 1)


def test_with_rules_to_choose_notes_and_objective_never_leave(
    settings: Settings, second_question: SecondQuestion
) -> None:
    settings.PAIGE_CHOOSER = "rules"
    turn, provider = second_question(WORDED)
    assert (turn.engine, turn.worded_by, turn.text) == (Engine.RULES, Wording.MODEL, QUESTION)
    assert len(provider.bodies) == 1
    assert b"Old " not in provider.bodies[0]


def test_a_server_of_its_own_words_and_does_not_get_the_other_key(
    settings: Settings, second_question: SecondQuestion
) -> None:
    with fake_provider(WORDED) as other:
        settings.PAIGE_WORDING_BASE_URL, settings.PAIGE_WORDING_MODEL = other.url, "small"
        turn, provider = second_question(FOLLOW_UP)
    assert turn.worded_by == Wording.MODEL
    assert (len(provider.bodies), len(other.bodies)) == (1, 1)
    assert other.requests[0]["model"] == "small"
    assert "authorization" not in other.headers[0]
    assert b"Old " not in other.bodies[0]


@pytest.mark.usefixtures("worded_type")
def test_the_interview_goes_on_from_a_worded_message(settings: Settings, interview_request: InterviewRequest) -> None:
    """The statement counts as pursued, although its quote is not in the message."""
    with fake_provider(FOLLOW_UP, WORDED, says('{"move": 1}')) as provider:
        use_model(settings, provider)
        second = "They wanted one system by the end of the year, and they gave me a budget."
        next_question(converse(interview_request, ANSWER, second))
    texts = [turn.authored or turn.text for turn in Turn.objects.filter(speaker=Speaker.PAIGE)]
    assert len(set(texts)) == 3
    assert "Nobody trusted" not in texts[2]
    finish_conversation(interview_request)
    complete_conversation(interview_request)
    assert InterviewRequest.objects.get().is_completed


def test_a_withdrawn_answer_also_withdraws_the_words_about_it(
    interview_request: InterviewRequest, second_question: SecondQuestion
) -> None:
    second_question(FOLLOW_UP, WORDED)
    assert submit_answer(interview_request, number=3, text="They stopped the project.")
    finish_conversation(interview_request)
    correct_answers(interview_request, corrections={1: "It was slow.", 3: "They stopped the project."})
    turn = Turn.objects.get(number=3)
    assert turn.text == "You said “…”. What came of that?"
    assert (turn.worded_by, turn.authored) == (Wording.GUIDE, "")


@pytest.mark.parametrize(
    ("chooser", "wording", "shown"),
    [("model", "model", ["choose", "words"]), ("rules", "model", ["words"]), ("model", "guide", ["choose"])],
)
@pytest.mark.usefixtures("worded_type")
def test_the_consent_page_says_what_a_model_receives(
    settings: Settings,
    client: Client,
    interview_request: InterviewRequest,
    chooser: str,
    wording: str,
    shown: list[str],
) -> None:
    page = {"token": str(interview_request.survey_token)}
    assert b"A language model" not in client.get("/survey", page).content
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = "https://models.example/v1", "large"
    settings.PAIGE_CHOOSER, settings.PAIGE_WORDING = chooser, wording
    told = re.findall(r"A language model (?:helps her to )?(\w+)", client.get("/survey", page).content.decode())
    assert told == shown


def test_the_outcome_of_each_wording_is_logged_and_counted_without_texts(
    second_question: SecondQuestion, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = counted("advice")
    refused = says('{"text": "You should try Quuxcorp again. What keeps you?"}')
    second_question(FOLLOW_UP, refused)
    assert counted("advice") == before + 1
    [line] = [json.loads(JSONFormatter().format(each)) for each in caplog.records if "for a wording" in each.message]
    assert (line["outcome"], line["fallback"]) == ("advice, advice", "advice")
    for word in ("Quuxcorp", "trusted", "patience", "Old notes", "Old objective"):
        assert word not in caplog.text


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("hindsight_wordings_total", {"outcome": outcome}) or 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_both_requests_are_made_outside_of_a_transaction(
    second_question: SecondQuestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_transaction: list[bool] = []
    take_before(lambda: in_transaction.append(connection.in_atomic_block), monkeypatch, Provider, "complete")
    second_question(FOLLOW_UP, WORDED)
    assert in_transaction == [False, False]
