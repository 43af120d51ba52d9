"""An interview with a model: what the model receives and what is stored."""

import asyncio

import pytest
from django.db import connection
from pytest_django import Settings

from interviews import services
from interviews.lifecycle import Engine, Speaker, Stage
from interviews.models import InterviewRequest, Turn
from tests.client import ApiClient
from tests.fakes.provider import Server, fake_provider, says, status
from tests.interviews.steps import after

QUESTIONS = [
    "What were things like before you began to look around?",
    "Who at your end cared most about this, and how did they go about it?",
    "Which need weighed heaviest when you sat down to compare?",
]


def use_model(settings: Settings, provider: Server) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = provider.url, "fake", "key"


def test_a_patch_during_the_interview_is_in_the_next_prompt(
    settings: Settings, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    with fake_provider(*map(says, QUESTIONS)) as provider:
        use_model(settings, provider)
        services.give_consent(interview_request)
        services.next_question(interview_request)
        services.submit_answer(interview_request, number=1, text="It was slow.")
        body = {"contact_context": {"title": "CTO"}, "objective": "Why was the pilot in K\u00f6ln stopped?"}
        assert acme_api.patch(f"/interviews/{interview_request.pk}", body).status_code == 200
        services.next_question(interview_request)

    before, after = provider.bodies
    assert b"Old notes" in before
    assert b"Old objective" in before
    assert rb"{\n  \"title\": \"CTO\"\n}" in after
    assert "Why was the pilot in Köln stopped?".encode() in after
    assert b"Old" not in after
    assert b"It was slow." in after


def test_each_turn_records_engine_latency_and_tokens(settings: Settings, interview_request: InterviewRequest) -> None:
    with fake_provider(says(QUESTIONS[0]), status(401), says(QUESTIONS[2])) as provider:
        use_model(settings, provider)
        services.give_consent(interview_request)
        for number in (1, 3, 5):
            services.next_question(interview_request)
            services.submit_answer(interview_request, number=number, text="It was slow. " * 20)

    turns = Turn.objects.filter(speaker=Speaker.PAIGE)
    assert [turn.engine for turn in turns] == [Engine.MODEL, Engine.FALLBACK, Engine.MODEL]
    assert [turn.text for turn in turns][::2] == [QUESTIONS[0], QUESTIONS[2]]
    assert turns[1].text.startswith("From the first conversations to the final choice")
    assert [(turn.prompt_tokens, turn.completion_tokens) for turn in turns] == [(900, 12), (None, None), (900, 12)]
    assert all(turn.latency_ms is not None and turn.latency_ms > 0 for turn in turns)


def test_an_unanswered_question_is_not_requested_again(settings: Settings, interview_request: InterviewRequest) -> None:
    with fake_provider(says(QUESTIONS[0])) as provider:
        use_model(settings, provider)
        services.give_consent(interview_request)
        assert services.next_question(interview_request) == services.next_question(interview_request)
    assert len(provider.bodies) == 1


@pytest.mark.django_db(transaction=True)
def test_the_model_is_called_outside_of_a_transaction(settings: Settings, interview_request: InterviewRequest) -> None:
    in_transaction: list[bool] = []
    with fake_provider(says(QUESTIONS[0])) as provider:
        use_model(settings, provider)
        services.give_consent(interview_request)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("asyncio.run", _recording(in_transaction))
            services.next_question(interview_request)
    assert in_transaction == [False]
    assert Turn.objects.get().engine == Engine.MODEL


def _recording(in_transaction: list[bool]) -> object:
    run = asyncio.run

    def recording(*arguments: object) -> object:
        in_transaction.append(connection.in_atomic_block)
        return run(*arguments)  # type: ignore[arg-type]

    return recording


def test_an_interview_completes_with_an_unavailable_provider(
    settings: Settings, interview_request: InterviewRequest
) -> None:
    with fake_provider(status(503)) as provider:
        use_model(settings, provider)
    services.give_consent(interview_request)
    while question := services.next_question(interview_request).question:
        services.submit_answer(interview_request, number=question.number, text="It was slow. " * 20)
    assert after(services.complete_conversation, interview_request).stage == Stage.COMPLETED
    assert set(Turn.objects.filter(speaker=Speaker.PAIGE).values_list("engine", flat=True)) == {Engine.FALLBACK}
