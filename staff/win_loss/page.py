from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from hindsight.text.visible import visible
from interviews.paige.dialogue import escaped
from interviews.reports.proportions import Share
from interviews.reports.win_loss import Selection
from orgs.models import EventKind, Org
from staff.interviews.drivers import REVIEW
from staff.interviews.transcript_files import escaped_line
from staff.orgs.permissions import may
from staff.security_events import record_act
from staff.win_loss.form import INTERVIEWS, Period, WinLossForm
from staff.win_loss.report import Report, report_of

TITLE = "Why we win and lose"
DEALS = "deals.view_deal"


def win_loss_view(request: HttpRequest) -> HttpResponse:
    if not may(request, INTERVIEWS):
        raise PermissionDenied
    form = WinLossForm(request)
    context: dict[str, Any] = {**admin.site.each_context(request), "title": TITLE, "form": form}
    if form.is_valid():
        org = form.cleaned_data["org"]
        report = _report(request, form.selection(), form.chosen_period(), org)
        if "markdown" in request.GET:
            title = f"{TITLE}: {org.name}" if org else TITLE
            headers = {"Content-Disposition": 'attachment; filename="why-we-win-and-lose.md"'}
            return HttpResponse(as_markdown(report, title), "text/markdown; charset=utf-8", headers=headers)
        query = request.GET.copy()
        query["markdown"] = "1"
        context.update(report=report, org=org, markdown=f"?{query.urlencode()}", address=request.get_full_path())
        context["may_review"] = may(request, REVIEW, org)
    return TemplateResponse(request, "staff/win_loss/page.html", context)


def _report(request: HttpRequest, selection: Selection, period: Period, org: Org | None) -> Report:
    report = report_of(selection, period, with_reasons=may(request, DEALS, org))
    if any(topic.quotes for topic in report.found.topics):
        number = report.found.interviews
        record_act(request, EventKind.TRANSCRIPT_READ, org, f"Quotes of {number:,} interviews, {TITLE}.")
    return report


def as_markdown(report: Report, title: str) -> str:
    return visible("\n".join(_lines(report, title)) + "\n")


def _lines(report: Report, title: str) -> Iterator[str]:
    yield f"# {escaped(title)}"
    yield ""
    yield f"{report.found.interviews} interviews completed from {report.dates}; {report.found.before} from "
    yield f"{report.dates_before}. Shares are of interviews, with 95% intervals."
    if report.cut:
        yield report.cut
    if report.missing:
        yield f"Few interviews: {report.missing}."
    yield from _lines_of_topics(report)
    if report.comparisons:
        yield from ("", "## Reported reason against what was said", "")
        yield from (f"- {verdict}: {share_text(share)}" for verdict, share in report.verdicts)
        for shown in report.compared:
            yield f"- **{shown.verdict}** ({shown.source}), reported: “{escaped_line(shown.reason)}”"
            said = "said instead" if shown.is_said_instead else "said"
            yield from (f"  - {said}: “{escaped_line(quote.text)}” ({quote.source})" for quote in shown.quotes)
    yield from ("", "## Who answered", "")
    yield from (f"- {label}: {share_text(share)}" for label, share in report.answered)


def _lines_of_topics(report: Report) -> Iterator[str]:
    yield from ("", "| topic | direction | interviews | share | change |", "|---|---|---|---|---|")
    for topic in report.topics:
        title = escaped(topic.title).replace("|", "\\|")
        for bar in topic.bars:
            low, high = bar.share.interval or (0, 0)
            share = f"{bar.share.number} of {bar.share.of} | {bar.share.percent}% ({low}\N{EN DASH}{high}%)"
            yield f"| {title} | {bar.direction.value} | {share} | {bar.change_text} |"
    for topic in report.topics:
        if topic.quoted:
            yield from ("", f"## {escaped(topic.title)}", "")
        for bar in topic.quoted:
            for quote in bar.quotes:
                yield f"- {bar.direction.value}: “{escaped_line(quote.text)}” ({quote.source})"


def share_text(share: Share) -> str:
    """Such as "12 of 31 (39%, 24-56%)"."""
    if share.interval is None:
        return f"{share.number} of {share.of}"
    low, high = share.interval
    return f"{share.number} of {share.of} ({share.percent}%, {low}\N{EN DASH}{high}%)"
