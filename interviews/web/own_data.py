import json
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from hindsight.http.logs import current_request_id
from hindsight.text.timestamps import utc_text
from interviews.models import InterviewRequest
from interviews.services.own_data import OwnData
from interviews.services.state import interview_state
from interviews.services.withdrawal import erase_own_data, withdraw_answer
from interviews.web.pages import UNPROCESSABLE, closed_page, page_context, unknown_page
from interviews.web.posted import Posted
from interviews.web.protection import interview_of_link, public_page
from interviews.web.redirects import SeeOther
from orgs.actors import Actor, ActorKind


class OwnDataView(View):
    """Before the completion, it leads to the survey page."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        token = Posted.of(request).token if request.method == "POST" else request.GET.get("token", "")
        try:
            found = interview_of_link(request, token)
            if closed := closed_page(request, found):
                return closed
            if not found.is_completed:
                return SeeOther(f"{reverse('survey')}?{urlencode({'token': token})}")
            return super().dispatch(request, found)
        except InterviewRequest.DoesNotExist:
            return unknown_page(request)


@method_decorator(public_page, name="dispatch")
class OwnDataPage(OwnDataView):
    def get(self, request: HttpRequest, interview_request: InterviewRequest) -> HttpResponse:
        return _page(request, interview_request)

    def post(self, request: HttpRequest, interview_request: InterviewRequest) -> HttpResponse:
        posted = Posted.of(request)
        if posted.step == "erase":
            return _erase(request, interview_request)
        if posted.step == "take_back":
            withdraw_answer(interview_request, number=posted.number, actor=contact_actor())
        return SeeOther(f"{reverse('own_data')}?{urlencode({'token': posted.token})}#answer-{posted.number}")


@method_decorator(public_page, name="dispatch")
class OwnDataFile(OwnDataView):
    def get(self, request: HttpRequest, interview_request: InterviewRequest) -> HttpResponse:
        content = json.dumps(_record(interview_request), ensure_ascii=False, indent=2)
        headers = {"Content-Disposition": 'attachment; filename="my-interview.json"'}
        return HttpResponse(content, "application/json; charset=utf-8", headers=headers)


def contact_actor() -> Actor:
    return Actor(ActorKind.CONTACT, "survey link", current_request_id())


def _page(request: HttpRequest, interview_request: InterviewRequest, *, not_sure: bool = False) -> HttpResponse:
    context = page_context(interview_request, interview_state(interview_request))
    shown = {"data": OwnData.of(interview_request), "not_sure": not_sure}
    return render(request, "survey/own_data.html", context | shown, status=UNPROCESSABLE if not_sure else None)


def _erase(request: HttpRequest, interview_request: InterviewRequest) -> HttpResponse:
    """The page has no address, because the link stops working."""
    if request.POST.get("sure") != "yes":
        return _page(request, interview_request, not_sure=True)
    context = page_context(interview_request, interview_state(interview_request))
    erase_own_data(interview_request, actor=contact_actor())
    return render(request, "survey/erased.html", context)


def _record(interview_request: InterviewRequest) -> dict[str, object]:
    data = OwnData.of(interview_request)
    answers = (
        {"question": each.question, "answer": each.text or None, "taken_back": each.is_withdrawn}
        for each in data.answers
    )
    reads = ({"date": each.day.isoformat(), "role": str(each.role), "act": str(each.act)} for each in data.reads)
    return {
        "vendor": interview_request.org.name,
        "name": data.name,
        "email": data.email,
        "completed_at": utc_text(data.completed_at),
        "answers": list(answers),
        "rating": data.rating,
        "who_has_read": list(reads),
    }


own_data = OwnDataPage.as_view()
own_data_file = OwnDataFile.as_view()
