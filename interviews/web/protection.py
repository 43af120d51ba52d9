from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from hindsight.http.proxies import client_of
from hindsight.limits.callers import remember_caller
from hindsight.limits.rate_limits import count_request
from interviews.models import InterviewRequest
from interviews.web.languages import browser_language, use_language_of
from interviews.web.pages import busy_page, too_large_page, unreadable_page
from interviews.web.posted import Posted

View = Callable[..., HttpResponseBase]

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the URL contains the token
    "X-Robots-Tag": "noindex, nofollow",
}

UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)


def public_page(view: View) -> View:
    """Limits requests by address, refuses unreadable requests, and adds HEADERS.

    Without CSRF protection: with `no-referrer`, browsers send `Origin: null`, which Django refuses. The page has no
    session; the token in the form is the credential.
    """

    @csrf_exempt
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with browser_language(request):
            response = _early_response(request) or view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return wrapper


def interview_of_link(request: HttpRequest, token: str) -> InterviewRequest:
    """Uses its language. Raises InterviewRequest.DoesNotExist."""
    interview_request = InterviewRequest.objects.of_survey_token(token).get()
    remember_caller(token, f"interview {interview_request.pk}")
    use_language_of(interview_request, request)
    return interview_request


def _early_response(request: HttpRequest) -> HttpResponse | None:
    client = client_of(request.META["REMOTE_ADDR"])
    usage = count_request(request, group="survey", key=client, limit=settings.ANONYMOUS_RATE_LIMIT)
    try:
        _read(request)
    except RequestDataTooBig:
        return too_large_page(request)
    except UNREADABLE:
        return unreadable_page(request)
    return busy_page(request, Posted.of(request).texts, usage.retry_after) if usage.exceeded else None


def _read(request: HttpRequest) -> None:
    """Reads the body first, so that its size limit applies to uploads. Raises RequestDataTooBig and UNREADABLE."""
    request.encoding = "utf-8"  # instead of the charset in Content-Type
    for part in ("body", "POST", "GET"):
        getattr(request, part)
