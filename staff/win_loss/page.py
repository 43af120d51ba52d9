from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

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
from staff.win_loss.form import INTERVIEWS, Period, PeriodChoice, WinLossForm, calendar_period
from staff.win_loss.links import HAND_ON
from staff.win_loss.report import Reason, Report, ShownCompetitor, report_of

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
        form.offer(report.found.now, report.titles)
        context.update(report=report, org=org, address=request.get_full_path(), may_review=may(request, REVIEW, org))
        context.update(markdown=_query(request, markdown="1"), newest=_newest(request, report))
        context["hand_on"] = org and may(request, HAND_ON, org) and _query(request)
    return TemplateResponse(request, "staff/win_loss/page.html", context)


def _query(request: HttpRequest, **values: str) -> str:
    return f"?{urlencode({**request.GET.dict(), **values})}"


def _newest(request: HttpRequest, report: Report) -> str:
    """A link to the quarter of the newest interview, if the period has none."""
    sample = report.found.now
    newest = None if sample.interviews else sample.selection.newest_completion()
    if newest is None:
        return ""
    span = calendar_period(PeriodChoice.THIS_QUARTER, newest.date()).span
    last = span.until - timedelta(days=1)
    return _query(request, period=PeriodChoice.CUSTOM, since=f"{span.since:%Y-%m-%d}", until=f"{last:%Y-%m-%d}")


def _report(request: HttpRequest, selection: Selection, period: Period, org: Org | None) -> Report:
    report = report_of(selection, period, with_reasons=may(request, DEALS, org))
    if report.quotes:
        record_act(request, EventKind.TRANSCRIPT_READ, org, f"Quotes of {report.interviews:,} interviews, {TITLE}.")
    return report


def as_markdown(report: Report, title: str) -> str:
    return visible("\n".join(_lines(report, title)) + "\n")


def _lines(report: Report, title: str) -> Iterator[str]:
    yield from (f"# {escaped(title)}", "")
    yield f"{report.interviews} interviews completed from {report.dates}; {report.interviews_before} from "
    yield f"{report.dates_before}. Shares are of interviews, with 95% intervals. {report.cut}".rstrip()
    yield from ("", *report.missing)
    for side in report.sides:
        yield from ("", f"## Reasons {side.direction.value}")
        for reason in side.reasons:
            figures = "" if report.too_few else f": {share_text(reason.share)}, before: {share_text(reason.before)}"
            yield from ("", f"### {escaped(reason.title)}{figures}", "", *_quotes(reason))
    if report.competitors:
        yield from ("", "## Competitors side by side")
        for shown in report.competitors:
            yield from _lines_of_competitor(shown)
    if report.comparisons:
        yield from ("", "## Reported reason against what was said", "")
        yield from (f"- {verdict}: {share_text(share)}" for verdict, share in report.verdicts)
        for compared in report.compared:
            yield f"- **{compared.verdict}** ({compared.source}), reported: “{escaped_line(compared.reason)}”"
            said = "said instead" if compared.is_said_instead else "said"
            yield from (f"  - {said}: “{escaped_line(quote.text)}” ({quote.source})" for quote in compared.quotes)
    yield from ("", "## Who answered", "")
    yield from (f"- {label}: {share_text(share)}" for label, share in report.answered)


def _lines_of_competitor(shown: ShownCompetitor) -> Iterator[str]:
    found = shown.competitor
    yield from ("", f"### {escaped(found.name)}: {found.interviews} interviews, {found.won} won, {found.lost} lost")
    for heading, reasons in shown.sides:
        yield from ("", f"{heading}:", "") if reasons else ()
        for reason in reasons:
            yield f"- {escaped(reason.title)}" + (f": {share_text(reason.share)}" if shown.is_enough else "")
            yield from (f"  {line}" for line in _quotes(reason))


def _quotes(reason: Reason) -> Iterator[str]:
    return (f"- “{escaped_line(quote.text)}” ({quote.source})" for quote in reason.quotes)


def share_text(share: Share) -> str:
    """Such as "12 of 31 (39%, 24-56%)"."""
    if share.interval is None:
        return f"{share.number} of {share.of}"
    low, high = share.interval
    return f"{share.number} of {share.of} ({share.percent}%, {low}\N{EN DASH}{high}%)"
