"""The survey pages, and their language. No page contains notes or objective.

Pages without an interview use the browser's preferred language.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import get_language_info

from interviews.lifecycle import DeclineReason, Rating, Stage
from interviews.models import InterviewRequest
from interviews.paige.guide.guide import guide_of_version
from interviews.paige.language import QUOTED, Phrase, reply_and_question, wording
from interviews.services.conversations import guide_in, offered_languages
from interviews.services.state import Exchange, InterviewState, language_of
from interviews.text import trimmed
from interviews.web.steps import COMMENT, StepOutcome

CONFLICT, UNPROCESSABLE = 409, 422

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

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(*reply_and_question(text))

    @property
    def quote(self) -> str:
        """The sentence before the question, if it quotes the contact. "What led to that?" is about the quote."""
        sentence = reply_and_question(self.reply)[1]
        return sentence if QUOTED.search(sentence) else ""


@dataclass(frozen=True)
class Item:
    """`answer`: as stored. `text`: in the box. `error`: why the text cannot be stored."""

    number: int
    message: Message
    answer: str
    text: str
    error: str

    @property
    def version(self) -> str:
        return _digest(self.answer)

    @property
    def is_changed(self) -> bool:
        return trimmed(self.text) != self.answer


@contextmanager
def browser_language(request: HttpRequest) -> Iterator[None]:
    """Restores the thread's language at the end, also after `use_language()`."""
    with translation.override(translation.get_language()):
        use_language(request, translation.get_language_from_request(request))
        yield


def use_language(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = language  # for error pages, which are rendered later


def in_chosen_language(
    request: HttpRequest, interview_request: InterviewRequest, state: InterviewState
) -> InterviewState:
    """The invitation in the language of the address, if it is offered. The consent has it too."""
    language = request.GET.get("language", "")
    if state.stage != Stage.INVITED or not language or not (other := guide_in(interview_request, language)):
        return state
    use_language(request, language)
    guide = guide_of_version(other.pk, other.guide_version, lambda: other.guide)
    return replace(state, purpose=guide.for_vendor(state.vendor).purpose, chosen_language=language)


def visited_page(
    request: HttpRequest, interview_request: InterviewRequest, state: InterviewState, number: int | None
) -> HttpResponse:
    """`number`: the question of the address, or None for the contact's link."""
    earlier = next((exchange for exchange in state.exchanges if exchange.number == number), None)
    if earlier:
        shown = {"exchange": earlier, "message": Message.of(earlier.question)}
        return render(request, "survey/earlier.html", {**page_context(interview_request, state), **shown})
    last = _last_exchange_of_return(state, is_new_visit=number is None)
    shown = {"last": last, "message": Message.of(last.question)} if last else {}
    return state_page(request, interview_request, state, StepOutcome(), waits=state.is_thinking, **shown)


def state_page(
    request: HttpRequest, interview_request: InterviewRequest, state: InterviewState, outcome: StepOutcome, **shown: Any
) -> HttpResponse:
    items = _items(state, outcome)
    boxes = {item.number for item in items}
    without_box = [text for number, text in outcome.rejected.items() if number not in boxes and text.strip()]
    context = {
        **_question_context(interview_request, state),
        **shown,
        "items": items,
        "unsaved": [*outcome.unsaved, *without_box],
        "has_errors": any(item.error for item in items),
        "asks_to_skip": outcome.asks_to_skip and not without_box,
        "asks_to_end": outcome.asks_to_end,
    }
    is_refused = context["has_errors"] or context["asks_to_skip"] or context["asks_to_end"]
    status = UNPROCESSABLE if is_refused else CONFLICT if context["unsaved"] else None
    return render(request, TEMPLATES[state.stage], context, status=status)


def page_context(interview_request: InterviewRequest, state: InterviewState) -> dict[str, Any]:
    """`interview` names the drafts on the contact's device. It does not open the interview."""
    token = str(interview_request.survey_token)
    shared = {"state": state, "token": token, "interview": _digest(token), "org": interview_request.org}
    return {**shared, "reasons": DeclineReason.choices, "ratings": Rating.choices}


def _question_context(interview_request: InterviewRequest, state: InterviewState) -> dict[str, Any]:
    offered = {}
    if state.stage == Stage.INVITED:  # the names of the languages other than the one that is shown, each in itself
        own = language_of(interview_request)
        others = {own, *offered_languages(interview_request)} - {state.chosen_language or own}
        offered = {language: get_language_info(language)["name_local"] for language in sorted(others)}
    elif state.question:  # with the words of the wish
        offered = {each: wording(Phrase("switch_request"), each) for each in offered_languages(interview_request)}
    return {**page_context(interview_request, state), "offered": offered}


def _last_exchange_of_return(state: InterviewState, *, is_new_visit: bool) -> Exchange | None:
    if state.question is None or state.last_activity_at is None or not state.exchanges:
        return None
    was_away = timezone.now() - state.last_activity_at > RETURN_AFTER
    return state.exchanges[-1] if is_new_visit or was_away else None


def _items(state: InterviewState, outcome: StepOutcome) -> list[Item]:
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
            Message.of(question),
            answer,
            outcome.rejected.get(number, answer),
            outcome.errors.get(number, ""),
        )
        for number, question, answer in questions
    ]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def closed_page(
    request: HttpRequest, interview_request: InterviewRequest, unsaved: Sequence[str]
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


def busy_page(request: HttpRequest, unsaved: Sequence[str], retry_after: int) -> HttpResponse:
    context = {"unsaved": unsaved, "retry_after": retry_after}
    response = render(request, "survey/busy.html", context, status=429)
    response["Retry-After"] = str(retry_after)
    return response
