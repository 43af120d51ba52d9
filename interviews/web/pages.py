"""No page contains notes or objective."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hindsight.text.storable import grouped
from interviews.lifecycle import Stage
from interviews.models import InterviewRequest
from interviews.services import InterviewState
from interviews.text import MAX_ANSWER_LENGTH
from interviews.web.steps import Outcome

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422

TEMPLATES = {
    Stage.INVITED: "survey/invitation.html",
    # Without a question (another tab was faster), the page offers a reload.
    Stage.CONSENTED: "survey/question.html",
    Stage.IN_PROGRESS: "survey/question.html",
    Stage.RECAP: "survey/recap.html",
    Stage.COMPLETED: "survey/thanks.html",
}


@dataclass(frozen=True)
class Item:
    """A question with its text box. `error` says why the text cannot be stored."""

    number: int
    question: str
    text: str
    error: str


def state_page(
    request: HttpRequest, interview_request: InterviewRequest, state: InterviewState, outcome: Outcome | None = None
) -> HttpResponse:
    """Includes the texts that a step could not store."""
    outcome = outcome or Outcome()
    items = _items(state, outcome)
    shown = {item.number for item in items}
    without_box = [text for number, text in outcome.rejected.items() if number not in shown and text.strip()]
    context: dict[str, Any] = {
        "state": state,
        "token": interview_request.survey_token,
        "items": items,
        "unsaved": [*outcome.unsaved, *without_box],
    }
    context["has_errors"] = any(item.error for item in items)
    status = UNPROCESSABLE if context["has_errors"] else CONFLICT if context["unsaved"] else OK
    return render(request, TEMPLATES[state.stage], context, status=status)


def _items(state: InterviewState, outcome: Outcome) -> list[Item]:
    """Returns the unanswered question, or the questions of the recap."""
    questions = [(exchange.number, exchange.question, exchange.answer) for exchange in state.exchanges]
    if state.question:
        questions = [(state.question.number, state.question.text, "")]
    return [
        Item(number, question, outcome.rejected.get(number, answer), outcome.errors.get(number, ""))
        for number, question, answer in questions
    ]


def unknown_page(request: HttpRequest, unsaved: Sequence[str] = ()) -> HttpResponse:
    """The same for every invalid link."""
    return render(request, "survey/unknown.html", {"unsaved": unsaved}, status=404)


def unreadable_page(request: HttpRequest) -> HttpResponse:
    return render(request, "survey/unreadable.html", status=400)


def too_large_page(request: HttpRequest) -> HttpResponse:
    return render(request, "survey/too_large.html", {"max_answer_length": grouped(MAX_ANSWER_LENGTH)}, status=413)


def busy_page(request: HttpRequest, unsaved: Sequence[str], retry_after: int) -> HttpResponse:
    """A reload repeats the request."""
    context = {"unsaved": unsaved, "retry_after": retry_after}
    response = render(request, "survey/busy.html", context, status=429)
    response["Retry-After"] = str(retry_after)
    return response
