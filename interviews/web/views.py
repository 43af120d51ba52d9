"""The pages of a survey link. The token is the credential: there is no session.

Each question has an address, so that Back leads to the question before. The contact's link has no question.

An org's colour and logo are files, because the content security policy allows no inline style. Neither address says
whose it is, and both may be cached.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial, wraps
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from hindsight.http.logs import current_request_id
from hindsight.http.middleware import CSP_HEADER
from hindsight.http.proxies import client_of
from hindsight.limits.callers import remember_caller
from hindsight.limits.rate_limits import count_request
from hindsight.text.storable import grouped
from hindsight.text.timestamps import utc_text
from interviews.lifecycle import Stage
from interviews.models import InterviewRequest
from interviews.services.conversation_steps import next_question
from interviews.services.own_data import OwnData
from interviews.services.state import interview_state, language_of
from interviews.services.withdrawal import erase_own_data, withdraw_answer
from interviews.text import MAX_ANSWER_LENGTH
from interviews.web.pages import (
    UNPROCESSABLE,
    browser_language,
    busy_page,
    closed_page,
    in_chosen_language,
    page_context,
    state_page,
    use_language,
    visited_page,
)
from interviews.web.steps import Posted, number_in, take_step
from orgs.actors import Actor, ActorKind
from orgs.branding import CONTENT_TYPES, DARK, readable, validate_brand_color
from orgs.models import Logo
from sequences.services.enrolments import record_opening

View = Callable[[HttpRequest, InterviewRequest, Posted], HttpResponse]

METHODS = ("GET", "HEAD", "POST")

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the URL contains the token
    "X-Robots-Tag": "noindex, nofollow",
}

UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)


def guarded(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Limits requests by address, refuses unreadable requests, and adds HEADERS.

    Without CSRF protection: with `no-referrer`, browsers send `Origin: null`, which Django refuses.
    """

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        with browser_language(request):
            response = _early_response(request) or view(request)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return wrapper


def public_page(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Finds the interview of the link."""
    return guarded(wraps(view)(partial(_response_of_link, view)))


def _early_response(request: HttpRequest) -> HttpResponse | None:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    client = client_of(request.META["REMOTE_ADDR"])
    usage = count_request(request, group="survey", key=client, limit=settings.ANONYMOUS_RATE_LIMIT)
    try:
        request.encoding = "utf-8"  # instead of the charset in Content-Type
        for part in ("body", "POST", "GET"):  # the body first, so that its size limit applies to uploads
            getattr(request, part)
    except RequestDataTooBig:
        longest = grouped(MAX_ANSWER_LENGTH)
        return render(request, "survey/too_large.html", {"max_answer_length": longest}, status=413)
    except UNREADABLE:
        return render(request, "survey/unreadable.html", status=400)
    return busy_page(request, Posted.of(request).texts, usage.retry_after) if usage.exceeded else None


def _response_of_link(view: View, request: HttpRequest) -> HttpResponse:
    """In the language of the interview, if the link opens one. A form has its token in the body."""
    posted = Posted.of(request)
    token = posted.token if request.method == "POST" else request.GET.get("token", "")
    try:
        found = InterviewRequest.objects.of_survey_token(token).get()
        remember_caller(token, f"interview {found.pk}")
        use_language(request, language_of(found))
        return closed_page(request, found, posted.texts) or view(request, found, posted)
    except InterviewRequest.DoesNotExist:  # the same page for every invalid link
        return render(request, "survey/unknown.html", {"unsaved": posted.texts}, status=404)


@public_page
def survey(request: HttpRequest, interview_request: InterviewRequest, posted: Posted) -> HttpResponse:
    if request.method == "POST":
        outcome = take_step(interview_request, posted)
        if outcome.is_clean:
            return see_other("survey", posted.next_page)
        return state_page(request, interview_request, next_question(interview_request), outcome)
    state = in_chosen_language(request, interview_request, next_question(interview_request))
    if state.stage == Stage.INVITED and interview_request.email_sent_at and request.method == "GET":
        record_opening(interview_request_id=interview_request.pk)
    number = request.GET.get("question")
    return visited_page(request, interview_request, state, None if number is None else number_in(number))


@public_page
def own_data(request: HttpRequest, interview_request: InterviewRequest, posted: Posted) -> HttpResponse:
    """Before the completion, it leads to the survey page."""
    if not interview_request.is_completed:
        return see_other("survey", {"token": interview_request.survey_token})
    if request.method != "POST":
        return _own_data_page(request, interview_request)
    actor = Actor(ActorKind.CONTACT, "survey link", current_request_id())
    if posted.step == "erase":
        return _erase(request, interview_request, actor)
    if posted.step == "take_back":
        withdraw_answer(interview_request, number=posted.number, actor=actor)
    return see_other("own_data", {"token": posted.token}, f"#answer-{posted.number}")


@public_page
def own_data_file(request: HttpRequest, interview_request: InterviewRequest, posted: Posted) -> HttpResponse:
    if not interview_request.is_completed:
        return see_other("survey", {"token": interview_request.survey_token})
    content = json.dumps(_record(interview_request), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="my-interview.json"'}
    return HttpResponse(content, "application/json; charset=utf-8", headers=headers)


def see_other(page: str, query: Mapping[str, object], fragment: str = "") -> HttpResponse:
    """Browsers follow 303 with GET, so a reload does not submit again."""
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode(query)}{fragment}", status=303)


def _own_data_page(request: HttpRequest, row: InterviewRequest, *, not_sure: bool = False) -> HttpResponse:
    shown = {"data": OwnData.of(row), "not_sure": not_sure}
    context = page_context(row, interview_state(row)) | shown
    return render(request, "survey/own_data.html", context, status=UNPROCESSABLE if not_sure else None)


def _erase(request: HttpRequest, interview_request: InterviewRequest, actor: Actor) -> HttpResponse:
    """The page has no address, because the link stops working."""
    if request.POST.get("sure") != "yes":
        return _own_data_page(request, interview_request, not_sure=True)
    context = page_context(interview_request, interview_state(interview_request))
    erase_own_data(interview_request, actor=actor)
    return render(request, "survey/erased.html", context)


def _record(interview_request: InterviewRequest) -> dict[str, object]:
    data = OwnData.of(interview_request)
    return {
        "vendor": interview_request.org.name,
        "name": data.name,
        "email": data.email,
        "completed_at": utc_text(data.completed_at),
        "answers": [
            {"question": each.question, "answer": each.text or None, "taken_back": each.is_withdrawn}
            for each in data.answers
        ],
        "rating": data.rating,
        "who_has_read": [
            {"date": each.day.isoformat(), "role": str(each.role), "act": str(each.act)} for each in data.reads
        ],
    }


CACHED = {"Cache-Control": "public, max-age=86400"}
NOTHING_RUNS = "default-src 'none'; sandbox"

STYLES = """:root {{ --accent: {light}; --on-accent: #fff; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; --on-accent: #0c1214; }} }}
"""


@require_safe
def colors(request: HttpRequest, color: str) -> HttpResponse:
    """Any readable colour, so nothing is looked up."""
    try:
        validate_brand_color(f"#{color}")
    except ValidationError as error:
        raise Http404 from error
    styles = STYLES.format(light=f"#{color}", dark=readable(f"#{color}", DARK))
    return HttpResponse(styles, "text/css; charset=utf-8", headers=CACHED)


@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    client = client_of(request.META["REMOTE_ADDR"])
    if count_request(request, group="logo", key=client, limit=settings.ANONYMOUS_RATE_LIMIT).exceeded:
        return HttpResponse(status=429)
    content = Logo.objects.filter(name=name).values_list("content", flat=True).first()
    if content is None:
        raise Http404
    content_type = CONTENT_TYPES[name.rpartition(".")[2]]
    return HttpResponse(bytes(content), content_type, headers={**CACHED, CSP_HEADER: NOTHING_RUNS})
