from collections.abc import Iterator

from hindsight.text.visible import visible
from interviews.paige.answers.transcript_markdown import escaped
from interviews.reports.proportions import Share
from staff.win_loss.report import Report, ShownComparison, ShownTopic


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
    yield from ("", "| topic | direction | interviews | share | change |", "|---|---|---|---|---|")
    for topic in report.topics:
        yield from _rows(topic)
    for topic in report.topics:
        yield from _quotes(topic)
    if report.comparisons:
        yield from ("", "## Reported reason against what was said", "")
        yield from (f"- {verdict}: {share_text(share)}" for verdict, share in report.verdicts)
        for comparison in report.compared:
            yield from _comparison(comparison)
    yield from ("", "## Who answered", "")
    yield from (f"- {answered.label}: {share_text(answered.share)}" for answered in report.answered)


def share_text(share: Share) -> str:
    """Such as "12 of 31 (39%, 24-56%)"."""
    if share.interval is None:
        return f"{share.number} of {share.of}"
    low, high = share.interval
    return f"{share.number} of {share.of} ({share.percent}%, {low}\N{EN DASH}{high}%)"


def _rows(topic: ShownTopic) -> Iterator[str]:
    for bar in topic.bars:
        cells = (_cell(topic.title), bar.direction.value, f"{bar.share.number} of {bar.share.of}")
        low, high = bar.share.interval or (0, 0)
        yield f"| {' | '.join(cells)} | {bar.share.percent}% ({low}\N{EN DASH}{high}%) | {bar.change_text} |"


def _cell(text: str) -> str:
    return escaped(text).replace("|", "\\|")


def _quotes(topic: ShownTopic) -> Iterator[str]:
    if topic.quoted:
        yield from ("", f"## {escaped(topic.title)}", "")
    for bar in topic.quoted:
        for quote in bar.quotes:
            yield f"- {bar.direction.value}: “{escaped(_line(quote.text))}” ({quote.source})"


def _comparison(shown: ShownComparison) -> Iterator[str]:
    yield f"- **{shown.verdict}** ({shown.outcome}), reported: “{escaped(_line(shown.reason))}”"
    for quote in shown.quotes:
        yield f"  - said{' instead' if shown.is_said_instead else ''}: “{escaped(_line(quote.text))}” ({quote.source})"


def _line(text: str) -> str:
    return " ".join(text.split())
