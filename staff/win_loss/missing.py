"""Why the page has no figures, and what would change that."""

from collections.abc import Iterator

from django.utils.formats import date_format

from interviews.models import DriverChoice
from interviews.reports.win_loss import LABELS, Sample

NAMES = {"interview_type": "interview type", "least": "amount from", "most": "amount to"}


def missing_in(sample: Sample) -> list[str]:
    if not sample.interviews:
        return [*_of_the_period(sample)]
    if not sample.chosen:
        return [*_of_filters(sample)]
    topic = sample.selection.topic
    if any(topic in ("", named) for named, _ in sample.cells):
        return []
    if sample.cells:
        return ["No contact spoke for or against on the topic. Choose another topic."]
    waiting = DriverChoice.objects.filter(interview_request__in=[interview.pk for interview in sample.chosen]).count()
    if waiting:
        wait = "waits" if waiting == 1 else "wait"
        return [f"Nothing is read from these interviews yet: {waiting:,} {wait} for the worker."]
    return ["No contact spoke for or against, as far as the answers were read."]


def _of_the_period(sample: Sample) -> Iterator[str]:
    newest = sample.selection.newest_completion()
    yield "No interview was completed in this period."
    yield f"The newest one was completed on {date_format(newest, 'j M Y')}." if newest else "There is none yet."


def _of_filters(sample: Sample) -> Iterator[str]:
    number = len(sample.interviews)
    yield f"None of the {number:,} interviews of this period fits all filters. What fits each of them:"
    for name in sample.selection.filters:
        fitting = sum(name not in missed for missed in sample.missed.values())
        line = f"{NAMES.get(name, name)}: {fitting:,} of {number:,}"
        if name in ("outcome", *LABELS):
            without = sum(not interview.label(name) for interview in sample.interviews)
            line += f"; {without:,} without one in their deals" if without else ""
        yield f"{line.capitalize()}."
