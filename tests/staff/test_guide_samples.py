"""Staff see how Paige would read a text with the guide of the form, before they save it."""

import logging
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interviews.lifecycle import Direction
from interviews.models import InterviewType
from interviews.paige.guide.guide import Guide
from interviews.paige.reading.readings import (
    About,
    Act,
    AnswerReading,
    Clause,
    ObjectiveReading,
    StatementKind,
    TopicReading,
)
from orgs.models import Change
from staff.guides import samples
from tests.staff.conftest import Fields, Staff

FORM = "interviews_interviewtype_guide"
TEXT = "Why the Zebra? Not the price."


@pytest.fixture(autouse=True)
def guides(monkeypatch: pytest.MonkeyPatch) -> list[Guide]:
    """Those that a text was read with."""
    found: list[Guide] = []

    def read_objective(text: str, guide: Guide, vendor: str) -> ObjectiveReading:
        found.append(guide)
        topics = (TopicReading(guide.topics[0].key, False, "Zebra", 8), TopicReading("pricing", True, "price", 23))
        return ObjectiveReading(topics, (("SSO", ""),))

    def read_answer(text: str, question: str, guide: Guide, names: Any) -> AnswerReading:
        found.append(guide)
        topics = (guide.topics[0].key, "pricing")
        told = Clause("Why the Zebra?", 0, None, StatementKind.EVENT, topics, Direction.AGAINST, About.VENDOR, True)
        return AnswerReading((told, Clause("Not the price.", 15, Act.WANTS_TO_STOP), Clause("So.", 0)))

    monkeypatch.setattr(samples, "read_objective", read_objective)
    monkeypatch.setattr(samples, "read_answer", read_answer)
    return found


def read(staff: Staff, kind: InterviewType, what: str, sample: str = TEXT, **edits: str) -> Any:
    fields = Fields(staff.get(FORM, kind.pk)).data
    sent = {**fields, **edits, "sample": sample, "do": f"sample:{what}"}
    return staff.client.post(reverse(f"admin:{FORM}", args=[kind.pk]), sent)


def test_an_objective_is_read_with_the_topics_of_the_form(
    support: Staff, kind: InterviewType, guides: list[Guide]
) -> None:
    response = read(support, kind, "objective", **{"topics-0-title": "Animals at {vendor}"})
    page, kept = unescape(response.content.decode()), Fields(response).data
    assert f"Steers to “Animals at {kind.org.name}”: <q>Zebra</q>" in page
    assert "Avoids “How price and packaging came into it”: <q>price</q>" in page
    assert "Subjects: SSO" in page
    assert (kept["topics-0-title"], kept["sample"].strip()) == ("Animals at {vendor}", TEXT)
    assert Fields(support.get(FORM, kind.pk)).data["topics-0-title"] != "Animals at {vendor}", "nothing is saved"
    assert [guide.topics[0].title for guide in guides] == [f"Animals at {kind.org.name}"]


def test_an_answer_is_read_by_clauses(support: Staff, kind: InterviewType) -> None:
    page = unescape(read(support, kind, "answer", **{"topics-0-title": "Animals"}).content.decode())
    price = "How price and packaging came into it"
    marks = f"event, “Animals”, “{price}”, about: vendor, speaks against, decisive"
    assert f"<q>Why the Zebra?</q>: {marks}" in page
    assert "<q>Not the price.</q>: wants stop" in page
    assert "<q>So.</q>: says nothing" in page


def test_nothing_is_stored_or_logged(support: Staff, kind: InterviewType, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    read(support, kind, "answer")  # the first request stores when the session was seen
    with CaptureQueriesContext(connection) as queries:
        assert read(support, kind, "answer").status_code == 200
    written = [each["sql"] for each in queries if not each["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]
    assert written == []
    assert not Change.objects.exists()
    assert "Zebra" not in "".join(each.getMessage() for each in caplog.records if "db" not in each.name)


def test_a_bad_text_and_a_guide_with_errors_are_refused_and_kept(
    support: Staff, kind: InterviewType, guides: list[Guide]
) -> None:
    too_long = "x" * 2_001
    for sample, problem in ((" ", "Enter a text."), (too_long, "Enter at most 2,000 characters. These are 2,001.")):
        page = read(support, kind, "answer", sample=sample).content.decode()
        assert problem in page
        assert sample.strip() in page
    page = read(support, kind, "objective", **{"topics-0-question": ""})
    assert page.context["editor"].problems
    assert TEXT in page.content.decode()
    assert guides == []
