"""No page contains notes or objective."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hindsight.text.storable import grouped
from interviews.lifecycle import DeclineReason, Rating, Stage
from interviews.models import InterviewRequest
from interviews.paige.language import reply_and_question
from interviews.services.state import Exchange, InterviewState
from interviews.text import MAX_ANSWER_LENGTH
from interviews.web.languages import languages_of_invitation, offered_languages
from interviews.web.steps import COMMENT, StepOutcome

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422

RETURN_AFTER = timedelta(minutes=10)
"""Without activity for this long, a contact is reminded of the last exchange."""

TEMPLATES = {
    Stage.INVITED: "survey/consent.html",
    Stage.CONSENTED: "survey/question.html",
    Stage.IN_PROGRESS: "survey/question.html",
    Stage.RECAP: "survey/recap.html",
    Stage.COMPLETED: "survey/thanks.html",
    Stage.DECLINED: "survey/declined.html",
}


@dataclass(frozen=True)
class Message:
    """Of Paige: `reply` is to the answer before, `question` is what she asks."""

    reply: str
    question: str


@dataclass(frozen=True)
class Item:
    """`error`: why the text cannot be stored. `version`: of the stored answer."""

    number: int
    message: Message
    text: str
    error: str
    version: str


def visited_page(
    request: HttpRequest, interview_request: InterviewRequest, state: InterviewState, number: int | None
) -> HttpResponse:
    """`number`: the question of the address, or None for the contact's link."""
    earlier = next((exchange for exchange in state.exchanges if exchange.number == number), None)
    if earlier:
        shown = {"exchange": earlier, "message": Message(*reply_and_question(earlier.question))}
        return render(request, "survey/earlier.html", {**page_context(interview_request, state), **shown})
    last = _last_exchange_of_return(state, is_new_visit=number is None)
    shown = {"last": last, "items": _items(state), "waits": state.is_thinking}
    context = {**_question_context(interview_request, state), **shown}
    return render(request, TEMPLATES[state.stage], context)


def state_page(
    request: HttpRequest, interview_request: InterviewRequest, state: InterviewState, outcome: StepOutcome
) -> HttpResponse:
    items = _items(state, outcome)
    shown = {item.number for item in items}
    without_box = [text for number, text in outcome.rejected.items() if number not in shown and text.strip()]
    context = {
        **_question_context(interview_request, state),
        "items": items,
        "unsaved": [*outcome.unsaved, *without_box],
        "has_errors": any(item.error for item in items),
        "asks_to_skip": outcome.asks_to_skip and not without_box,
        "asks_to_end": outcome.asks_to_end,
    }
    is_refused = context["has_errors"] or context["asks_to_skip"] or context["asks_to_end"]
    status = UNPROCESSABLE if is_refused else CONFLICT if context["unsaved"] else OK
    return render(request, TEMPLATES[state.stage], context, status=status)


def page_context(interview_request: InterviewRequest, state: InterviewState) -> dict[str, Any]:
    """`interview` names the drafts on the contact's device. It does not open the interview."""
    token = str(interview_request.survey_token)
    shared = {"state": state, "token": token, "interview": _digest(token), "org": interview_request.org}
    return {**shared, "reasons": DeclineReason.choices, "ratings": Rating.choices}


def _question_context(interview_request: InterviewRequest, state: InterviewState) -> dict[str, Any]:
    offered = {}
    if state.stage == Stage.INVITED:
        offered = languages_of_invitation(interview_request, state.chosen_language)
    elif state.question:
        offered = offered_languages(interview_request)
    return {**page_context(interview_request, state), "offered": offered}


def _last_exchange_of_return(state: InterviewState, *, is_new_visit: bool) -> Exchange | None:
    if state.question is None or state.last_activity_at is None or not state.exchanges:
        return None
    was_away = timezone.now() - state.last_activity_at > RETURN_AFTER
    return state.exchanges[-1] if is_new_visit or was_away else None


def _items(state: InterviewState, outcome: StepOutcome | None = None) -> list[Item]:
    outcome = outcome or StepOutcome()
    questions = [(exchange.number, exchange.question, exchange.answer) for exchange in state.exchanges]
    if state.question:
        questions = [(state.question.number, state.question.text, "")]
    if state.is_thinking:
        questions = []
    if state.stage == Stage.DECLINED:
        questions = [(COMMENT, "", state.decline_comment)]
    return [
        Item(
            number,
            Message(*reply_and_question(question)),
            outcome.rejected.get(number, answer),
            outcome.errors.get(number, ""),
            _digest(answer),
        )
        for number, question, answer in questions
    ]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def unknown_page(request: HttpRequest, unsaved: Sequence[str] = ()) -> HttpResponse:
    """The same for every invalid link."""
    return render(request, "survey/unknown.html", {"unsaved": unsaved}, status=404)


def closed_page(
    request: HttpRequest, interview_request: InterviewRequest, unsaved: Sequence[str] = ()
) -> HttpResponse | None:
    """None if the interview is open. 403, not 503: monitoring and proxies should not take it for a failure of the
    server.
    """
    if not interview_request.org.is_active:
        template = "paused"
    elif interview_request.is_cancelled:
        template = "cancelled"
    else:
        return None
    interview = _digest(str(interview_request.survey_token))
    context = {"org": interview_request.org, "interview": interview, "unsaved": unsaved}
    return render(request, f"survey/{template}.html", context, status=403)


def unreadable_page(request: HttpRequest) -> HttpResponse:
    return render(request, "survey/unreadable.html", status=400)


def too_large_page(request: HttpRequest) -> HttpResponse:
    return render(request, "survey/too_large.html", {"max_answer_length": grouped(MAX_ANSWER_LENGTH)}, status=413)


def busy_page(request: HttpRequest, unsaved: Sequence[str], retry_after: int) -> HttpResponse:
    context = {"unsaved": unsaved, "retry_after": retry_after}
    response = render(request, "survey/busy.html", context, status=429)
    response["Retry-After"] = str(retry_after)
    return response
