"""Each question has an address, so that Back leads to the question before. The contact's link has no question."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from interviews.models import InterviewRequest
from interviews.services.conversation_steps import next_question
from interviews.web.languages import in_chosen_language
from interviews.web.pages import closed_page, state_page, unknown_page, visited_page
from interviews.web.posted import Posted, number_in
from interviews.web.protection import interview_of_link, public_page
from interviews.web.redirects import SeeOther
from interviews.web.steps import take_step


@method_decorator(public_page, name="dispatch")
class SurveyView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            interview_request = interview_of_link(request, request.GET.get("token", ""))
            if closed := closed_page(request, interview_request):
                return closed
            state = in_chosen_language(request, interview_request, next_question(interview_request))
        except InterviewRequest.DoesNotExist:
            return unknown_page(request)
        number = request.GET.get("question")
        return visited_page(request, interview_request, state, None if number is None else number_in(number))

    def post(self, request: HttpRequest) -> HttpResponse:
        posted = Posted.of(request)
        try:
            interview_request = interview_of_link(request, posted.token)
            if closed := closed_page(request, interview_request, posted.texts):
                return closed
            outcome = take_step(interview_request, posted)
            if outcome.is_clean:
                return SeeOther(f"{reverse('survey')}?{urlencode(posted.next_page)}")
            return state_page(request, interview_request, next_question(interview_request), outcome)
        except InterviewRequest.DoesNotExist:
            return unknown_page(request, posted.texts)


survey = SurveyView.as_view()
