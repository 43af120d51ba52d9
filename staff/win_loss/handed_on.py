"""The report of a link, for readers without a login. The token is the credential: there is no session."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hindsight.http.proxies import client_of
from hindsight.limits.rate_limits import count_request
from interviews.models import ReportLink
from interviews.services.report_links import note_opening
from interviews.web.pages import busy_page
from interviews.web.views import HEADERS
from staff.security_events import address_of
from staff.win_loss.links import selection_of
from staff.win_loss.naming import Naming
from staff.win_loss.report import report_of


@require_safe
def report_page(request: HttpRequest, token: str) -> HttpResponse:
    """Limited by address and with the headers of the survey page."""
    client = client_of(request.META["REMOTE_ADDR"])
    usage = count_request(request, group="report", key=client, limit=settings.ANONYMOUS_RATE_LIMIT)
    response = busy_page(request, (), usage.retry_after) if usage.exceeded else _response_of_link(request, token)
    for name, value in HEADERS.items():
        response[name] = value
    return response


def _response_of_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same page for every link that opens nothing: ended, revoked, unknown, or of a suspended org."""
    link = ReportLink.objects.of_token(token).first()
    if link is None:
        return render(request, "staff/win_loss/no_report.html", status=404)
    naming = Naming.NAMES if link.with_names else Naming.ANONYMOUS
    report = report_of(*selection_of(link), with_reasons=True, naming=naming)
    if request.method == "GET":  # HEAD shows nothing
        note_opening(link, address=address_of(request))
    return render(request, "staff/win_loss/handed_on.html", {"report": report, "link": link, "org": link.org})
