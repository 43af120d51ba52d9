"""An interview with a model: what the model receives and what is stored."""

import pytest
from pytest_django import Settings

from interviews.lifecycle import Engine, Move, Speaker, Stage
from interviews.models import InterviewRequest, Turn
from interviews.services.conversation_steps import complete_conversation, give_consent, next_question, submit_answer
from tests.client import ApiClient
from tests.fakes.provider import Server, fake_provider, says, status
from tests.interviews.steps import after, converse

ANSWER = "In March the numbers were wrong, and we lost an order."


def use_model(settings: Settings, provider: Server) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = provider.url, "fake", "key"


def test_a_patch_during_the_interview_is_in_the_next_prompt(
    settings: Settings, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    with fake_provider(says("1")) as provider:
        use_model(settings, provider)
        converse(interview_request, ANSWER, "It was slow.")
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
        next_question(converse(interview_request, ANSWER, ANSWER, ANSWER))

    turns = Turn.objects.filter(speaker=Speaker.PAIGE)
    assert [turn.engine for turn in turns] == [Engine.RULES, Engine.MODEL, Engine.FALLBACK, Engine.MODEL]
    assert [turn.topic for turn in turns] == ["trigger", "trigger", "trigger", "criteria"]
    assert [turn.move for turn in turns] == [Move.QUESTION, Move.FOLLOW_UP, Move.FOLLOW_UP, Move.QUESTION]
    assert [turn.follow_up for turn in turns] == [None, 4, 6, None]
    assert turns[1].text.startswith("You said “In March the numbers were wrong, and we lost an order”. Who at")
    assert [(turn.prompt_tokens, turn.completion_tokens) for turn in turns][1:] == [(900, 12), (None, None), (900, 12)]
    assert all(turn.latency_ms for turn in turns[1:])


@pytest.mark.slow
def test_an_interview_completes_with_an_unavailable_provider(
    settings: Settings, interview_request: InterviewRequest
) -> None:
    with fake_provider(status(503)) as provider:
        use_model(settings, provider)
    give_consent(interview_request)
    while question := next_question(interview_request).question:
        submit_answer(interview_request, number=question.number, text="It was slow. " * 20)
    assert after(complete_conversation, interview_request).stage == Stage.COMPLETED
    engines = set(Turn.objects.filter(speaker=Speaker.PAIGE).values_list("engine", flat=True))
    assert engines == {Engine.RULES, Engine.FALLBACK}
