"""Answers, objectives and notes are read once, and stored."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Contact
from contacts.services import update_contact, upsert_contacts
from deals.models import Deal
from deals.services import write_deal
from deals.text import DealId
from hindsight.queue.kinds import KINDS
from interviews.lifecycle import Move, Progress, Speaker, Status
from interviews.models import Conversation, InterviewRequest, InterviewType, Transcript, Turn, UnreadObjective
from interviews.paige.guide.guide import Guide
from interviews.paige.reading.readings import (
    Act,
    AnswerReading,
    Clause,
    Names,
    ObjectiveReading,
    StatementKind,
    TopicReading,
)
from interviews.paige.reading.stored import MODEL, answer_in, text_in
from interviews.paige.turn import brief as briefs
from interviews.services import readings
from interviews.services.conversation_steps import (
    complete_conversation,
    correct_answers,
    finish_conversation,
    give_consent,
    next_question,
    skip_question,
)
from interviews.services.create import create_interview_request
from interviews.services.readings import with_readings
from interviews.services.restoring import Selection, restore_texts
from interviews.services.retention import delete_old_answers
from interviews.services.state import StoredInterview, interview_state
from interviews.services.wishes import decline_interview, withdraw_decline
from interviews.services.withdrawal import withdraw_answer
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.client import ApiClient
from tests.factories import InterviewRequestFactory
from tests.interviews import steps
from tests.interviews.steps import SAM, another, converse, erase, take_before, write
from tests.stored_readings import reader_of, store_steering
from tests.working import leased, work_off

pytestmark = pytest.mark.django_db

KIND = "objectives to read"
MODEL_KIND = "objectives for the model"
Texts = list[str]
Replies = list[ObjectiveReading | None]


@pytest.fixture
def read_texts(monkeypatch: pytest.MonkeyPatch) -> Texts:
    """What is read, by a reader that finds pricing in everything."""
    texts: Texts = []

    def read_text(text: str, *_: Any) -> ObjectiveReading:
        texts.append(text)
        return ObjectiveReading((TopicReading("pricing", False, text, 0),), ((text.split()[0], "pricing"),))

    def read_notes(text: str, *_: Any) -> ObjectiveReading:
        texts.append(text)
        return ObjectiveReading((TopicReading("experience", True, text, 0),))

    def read_answer(text: str, *_: Any) -> AnswerReading:
        texts.append(text)
        return AnswerReading((Clause(text, 0, kind=StatementKind.EVENT, topics=("pricing",)),))

    monkeypatch.setattr(briefs, "read_objective", read_text)
    monkeypatch.setattr(briefs, "objective_parts", lambda text, *_: (TopicReading("pricing", False, text, 0),))
    monkeypatch.setattr(briefs, "read_notes", read_notes)
    monkeypatch.setattr(briefs, "read_answer", read_answer)
    return texts


@pytest.fixture
def row(interview_request: InterviewRequest) -> InterviewRequest:
    InterviewRequest.objects.update(objective="Prices")
    Contact.objects.update(notes="Calm")
    interview_request.refresh_from_db()
    return interview_request


def queued(*, for_model: bool = False) -> set[int]:
    return set(UnreadObjective.objects.filter(for_model=for_model).values_list("interview_request", flat=True))


def read(row: InterviewRequest) -> None:
    """As a worker: by the encoder, then by the model."""
    UnreadObjective.objects.put([(row.pk, row.org_id)])
    work_off(KIND)
    work_off(MODEL_KIND)


def start_worker() -> None:
    list(KINDS[KIND].start())


def write_reason(row: InterviewRequest, **values: Any) -> None:
    write_deal(org_id=row.org_id, deal_id=DealId("deal_1"), values=values, actor=SAM)  # type: ignore[arg-type]


def reading_of(row: InterviewRequest) -> Any:
    found = InterviewRequest.objects.with_versions().get(pk=row.pk)
    guide = found.interview_type_id, found.guide_version
    said = text_in("objective", found.reading, found.objective, *guide)
    noted = text_in("notes", found.reading, found.contact.notes, *guide)
    return said if said and noted else None


class TestReason:
    """The topics that the reported reason of a deal names."""

    @pytest.fixture
    def completed(self, row: InterviewRequest, read_texts: Texts, monkeypatch: pytest.MonkeyPatch) -> InterviewRequest:
        monkeypatch.setattr(readings, "read_reason", lambda text, guide, names: reader_of({"Price": "pricing"})(text))
        InterviewRequest.objects.filter(pk=row.pk).update(deal_id="deal_1")
        UnreadObjective.objects.all().delete()
        return row

    def named(self, row: InterviewRequest, reason: str) -> Any:
        found = InterviewRequest.objects.with_versions().get(pk=row.pk)
        competitor = Deal.objects.get().competitor
        read = text_in("reason", found.reading, reason, found.interview_type_id, found.guide_version, competitor)
        return read and [each.topic for each in read.reading.topics]

    def test_a_worker_reads_that_of_a_new_deal_and_of_a_changed_one(self, completed: InterviewRequest) -> None:
        for reason, topics in {"Price": ["pricing"], "Support": [], "": []}.items():
            write_reason(completed, reported_reason=reason)
            assert queued() == {completed.pk}
            work_off(KIND)
            assert self.named(completed, reason) == topics
            write_reason(completed, reported_reason=reason, outcome="lost", segment="SMB")
            assert queued() == set(), "other values queue nothing"
        write_deal(org_id=completed.org_id, deal_id=DealId("deal_2"), values={"reported_reason": "Price"}, actor=SAM)
        assert queued() == set(), "other deals queue nothing"

    def test_a_corrected_competitor_is_read_again(
        self, completed: InterviewRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = []

        def read(text: str, guide: Guide, names: Names) -> ObjectiveReading:
            known.append(names)
            return ObjectiveReading()

        monkeypatch.setattr(readings, "read_reason", read)
        write_reason(completed, reported_reason="Zorblax was cheaper")
        work_off(KIND)
        write_reason(completed, competitor="Zorblax")
        assert queued() == {completed.pk}
        work_off(KIND)
        assert ["zorblax" in names for names in known] == [False, True]
        assert self.named(completed, "Zorblax was cheaper") == []

    def test_an_erasure_removes_what_was_read_for_other_contacts_of_the_deal(self, completed: InterviewRequest) -> None:
        other = InterviewRequestFactory.create(org=completed.org, deal_id="deal_1")
        write_reason(completed, reported_reason="Price")
        work_off(KIND)
        assert self.named(completed, "Price") == ["pricing"]
        before = reading_of(completed)
        erase(other)
        assert json.loads(InterviewRequest.objects.get(pk=completed.pk).reading)["reason"]["topics"] == []
        assert self.named(completed, "Price") is None
        assert self.named(completed, "") == []
        assert reading_of(completed) == before

    @pytest.mark.parametrize("texts", ["", "Prices"])
    def test_an_erasure_while_a_worker_reads_keeps_none(
        self, completed: InterviewRequest, monkeypatch: pytest.MonkeyPatch, texts: str
    ) -> None:
        InterviewRequest.objects.update(objective=texts)
        Contact.objects.update(notes=texts)
        other = InterviewRequestFactory.create(org=completed.org, deal_id="deal_1")
        erased = other if texts else completed
        write_reason(completed, reported_reason="Price")

        def erase_meanwhile(text: str, *_: Any) -> ObjectiveReading:
            erase(erased)
            return ObjectiveReading((TopicReading("pricing", False, "Price", 0),))

        monkeypatch.setattr(readings, "read_reason", erase_meanwhile)
        readings.read_steering(InterviewRequest.objects.get(pk=completed.pk))
        stored = InterviewRequest.objects.get(pk=completed.pk).reading
        assert bool(stored) == bool(texts)
        assert not texts or json.loads(stored)["reason"]["topics"] == []
        assert not texts or self.named(completed, "Price") is None


class TestQueue:
    """Each writer puts what is to be read into the queue."""

    def test_a_patch(self, acme_api: ApiClient, row: InterviewRequest) -> None:
        other = another(row)
        path = f"/interviews/{row.pk}"
        acme_api.patch(path, {"contact_name": "Al"})
        acme_api.patch(path, {"objective": "Prices", "contact_context": "Calm"})
        assert acme_api.patch(path, {"objective": "Trial"}, If_Match='"9-9-1"').status_code == 412
        assert queued() == set(), "nothing has changed"
        acme_api.patch(path, {"objective": "Support"})
        assert queued() == {row.pk}
        acme_api.patch(path, {"contact_context": "Loud", "objective": "Trial"})
        assert queued() == {row.pk, other.pk}
        assert set(UnreadObjective.objects.values_list("org", flat=True)) == {row.org_id}

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes several statements.")
    def test_a_patch_puts_them_in_the_order_of_their_ids(self, row: InterviewRequest) -> None:
        """Two transactions that put the same ones cannot deadlock."""
        InterviewRequestFactory.create_batch(5, org=row.org, contact=row.contact, interview_type=row.interview_type)
        for pk in InterviewRequest.objects.order_by("-pk").values_list("pk", flat=True):
            InterviewRequest.objects.filter(pk=pk).update()  # another order in the table
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        write(row, contact_context="Loud")
        put = UnreadObjective.objects.order_by("pk").values_list("interview_request", flat=True)
        assert list(put) == sorted(put)
        assert len(put) == 6

    def test_a_new_interview_request_with_a_text(self, row: InterviewRequest) -> None:
        bodies: Any = {"a": {"objective": "x"}, "b": {"contact_context": "x"}, "c": {}}
        for name, texts in bodies.items():
            UnreadObjective.objects.all().delete()
            email: Any = f"{name}@example.com"
            kind = row.interview_type
            created = create_interview_request(interview_type=kind, actor=SAM, contact_email=email, **texts)
            assert queued() == ({created.pk} if texts else set())

    def test_an_edit_of_a_contact_an_import_and_a_restored_text(self, row: InterviewRequest) -> None:
        update_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM, notes="Loud")  # type: ignore[arg-type]
        assert queued() == {row.pk}
        UnreadObjective.objects.all().delete()
        upsert_contacts(org_id=row.org_id, contacts={row.contact.email: {"notes": "Kind"}}, actor=SAM)
        assert queued() == {row.pk}
        UnreadObjective.objects.all().delete()
        day = timedelta(days=1)
        period = timezone.now() - day, timezone.now() + day
        restore_texts(Selection("sam", *period), actor=Actor(ActorKind.STAFF, "sue"))
        assert Contact.objects.get().notes == "Calm"
        assert queued() == {row.pk}

    def test_a_guide_except_for_interviews_that_have_begun(self, row: InterviewRequest) -> None:
        begun = another(row)
        give_consent(begun)
        edit(row.interview_type)
        assert queued() == {row.pk}

    def test_a_withdrawn_decline_has_the_guide_of_the_interview_type(self, row: InterviewRequest) -> None:
        decline_interview(row)
        edit(row.interview_type)
        assert queued() == set()
        withdraw_decline(row)
        assert queued() == {row.pk}

    def test_a_conversation_that_retention_deletes(self, row: InterviewRequest) -> None:
        Org.objects.update(transcript_days=10)
        give_consent(row)
        Conversation.objects.update(last_activity_at=timezone.now() - timedelta(days=11))
        delete_old_answers(actor=SAM)
        assert not Conversation.objects.exists()
        assert queued() == {row.pk}


class TestStart:
    """What a worker puts into the queue when it starts."""

    def test_a_new_version_of_the_reader(
        self, row: InterviewRequest, read_texts: Texts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start_worker()
        assert work_off(KIND) == 1
        start_worker()
        assert queued() == set()
        monkeypatch.setattr(readings, "READ_BY_THIS_VERSION", '{"reader":"2"')
        start_worker()
        assert queued() == {row.pk}

    def test_what_was_read_of_erased_texts(self, row: InterviewRequest, read_texts: Texts) -> None:
        store_steering(row, subjects=["Prices"])
        InterviewRequest.objects.update(objective="")
        Contact.objects.update(notes="")
        start_worker()
        assert work_off(KIND) == 1
        assert InterviewRequest.objects.get().reading == ""

    def test_a_reason_without_a_topic_is_read_once(
        self, row: InterviewRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readings, "read_reason", lambda *_: ObjectiveReading())
        InterviewRequest.objects.update(objective="", deal_id="deal_1")
        Contact.objects.update(notes="")
        write_reason(row, reported_reason="Hello")
        work_off(KIND)
        start_worker()
        assert queued() == set()

    def test_another_workers_row_stays_its_own(self, row: InterviewRequest) -> None:
        UnreadObjective.objects.put([(row.pk, row.org_id)])
        [task] = leased(KIND)
        start_worker()
        assert UnreadObjective.objects.get().leased_until == task.leased_until


def edit(kind: InterviewType) -> None:
    first, *others = kind.guide["topics"]
    steps.edit(kind, topics=[{**first, "question": "What set off your search?"}, *others])


class TestWorker:
    def test_reads_once_without_a_new_version(self, row: InterviewRequest, read_texts: Texts) -> None:
        UnreadObjective.objects.put([(row.pk, row.org_id)])
        before = InterviewRequest.objects.values("version", "updated_at").get()
        assert work_off(KIND) == 1
        assert read_texts == ["Prices", "Calm"]
        assert InterviewRequest.objects.values("version", "updated_at").get() == before
        found = TopicReading("pricing", False, "Prices", 0)
        assert (reading_of(row).reading.topics, reading_of(row).reading.parts) == ((found,), (found,))
        assert not UnreadObjective.objects.exists()

    def test_reads_only_the_text_that_has_changed(self, row: InterviewRequest, read_texts: Texts) -> None:
        store_steering(row)
        update_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM, notes="Loud")  # type: ignore[arg-type]
        work_off(KIND)
        assert read_texts == ["Loud"]
        assert reading_of(row) is not None

    def test_a_change_while_a_worker_reads_is_read_too(
        self, row: InterviewRequest, read_texts: Texts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        UnreadObjective.objects.put([(row.pk, row.org_id)])
        take_before(lambda: write(row, objective="Trial"), monkeypatch, briefs, "read_objective")
        [task] = leased(KIND)
        KINDS[KIND].run(task)
        assert reading_of(row) is None, "the outdated reading is not stored"
        assert queued() == {row.pk}
        assert work_off(KIND) == 1
        assert reading_of(row).reading.topics[0].words == "Trial"

    def test_an_objective_that_is_emptied_leaves_no_words(self, row: InterviewRequest, read_texts: Texts) -> None:
        store_steering(row, subjects=["Prices"])
        Contact.objects.update(notes="")
        write(row, objective="")
        work_off(KIND)
        assert InterviewRequest.objects.get().reading == ""
        assert read_texts == []

    def test_what_cannot_be_read_leaves_the_queue(self, row: InterviewRequest) -> None:
        InterviewType.objects.update(guide={})
        UnreadObjective.objects.put([(row.pk, row.org_id), (row.pk + 1, row.org_id)])
        assert work_off(KIND) == 2
        assert queued() == set()

    def test_an_erasure_while_a_worker_reads_keeps_no_words(
        self, row: InterviewRequest, read_texts: Texts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take_before(lambda: erase(row), monkeypatch, briefs, "read_notes")
        UnreadObjective.objects.put([(row.pk, row.org_id)])
        work_off(KIND)
        assert InterviewRequest.objects.get().reading == ""


class TestModel:
    FOUND = ObjectiveReading((TopicReading("vendor", False, "Prices", 0),))

    @pytest.fixture(autouse=True)
    def model(self, settings: Any, monkeypatch: pytest.MonkeyPatch, read_texts: Texts) -> Replies:
        settings.PAIGE_CHOOSER, settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = "model", "http://127.0.0.1:9/v1", "m"
        replies: Replies = [self.FOUND]

        def reply(_: Any, text: str, *__: Any, **___: Any) -> ObjectiveReading | None:
            row = InterviewRequest.objects.with_versions().get()
            found = text_in("objective", row.reading, text, row.interview_type_id, row.guide_version)
            assert found is not None, "until the model has replied, the reading of the encoder counts"
            return replies.pop()

        monkeypatch.setattr(readings, "model_objective_reading", reply)
        return replies

    def test_its_reading_replaces_that_of_the_encoder(self, row: InterviewRequest, model: Replies) -> None:
        UnreadObjective.objects.put([(row.pk, row.org_id)])
        work_off(KIND)
        assert model == [self.FOUND], "the encoder does not wait for it"
        assert reading_of(row).reading.topics[0].topic == "pricing"
        assert work_off(MODEL_KIND) == 1
        whole = replace(self.FOUND, parts=(TopicReading("pricing", False, "Prices", 0),))
        assert (reading_of(row).source, reading_of(row).reading) == (MODEL, whole)
        UnreadObjective.objects.put([(row.pk, row.org_id)])
        work_off(KIND)
        assert work_off(MODEL_KIND) == 0
        assert reading_of(row).source == MODEL
        assert model == [], "it was asked once"

    def test_without_a_reply_that_of_the_encoder_stays_until_the_objective_changes(
        self, row: InterviewRequest, model: Replies
    ) -> None:
        model[:] = [self.FOUND, None]
        write(row, objective="Trial")
        work_off(KIND)
        work_off(MODEL_KIND)
        assert reading_of(row).reading.topics[0].topic == "pricing"
        write(row, contact_context="Loud")
        work_off(KIND)
        assert work_off(MODEL_KIND) == 0, "the notes are not for the model"
        write(row, objective="Prices")
        work_off(KIND)
        work_off(MODEL_KIND)
        assert reading_of(row).source == MODEL

    def test_an_objective_that_a_turn_has_read_first(
        self, row: InterviewRequest, model: Replies, settings: Any
    ) -> None:
        with_readings(StoredInterview.load(row))
        assert queued(for_model=True) == {row.pk}
        work_off(MODEL_KIND)
        assert reading_of(row).source == MODEL

    def test_notes_that_change_while_it_reads_do_not_lose_its_reading(
        self, row: InterviewRequest, model: Replies, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take_before(lambda: write(row, contact_context="Loud"), monkeypatch, readings, "model_objective_reading")
        read(row)
        assert reading_of(row) is None, "the notes are not read"
        work_off(KIND)
        assert reading_of(row).source == MODEL

    @pytest.mark.parametrize(
        "values",
        [
            {"cancelled_at": timezone.now()},
            {"archived_at": timezone.now()},
            {"progress": Progress.DECLINED},
            {"progress": Progress.ABANDONED},
            {"status": Status.COMPLETED, "progress": Progress.COMPLETED, "completed_at": timezone.now()},
            {"survey_token": None},
        ],
    )
    def test_it_reads_only_what_can_still_be_answered(self, row: InterviewRequest, model: Replies, values: Any) -> None:
        InterviewRequest.objects.update(**values)
        start_worker()
        work_off(KIND)
        work_off(MODEL_KIND)
        assert model == [self.FOUND]
        assert reading_of(row).reading.topics[0].topic == "pricing"
        assert queued(for_model=True) == set()

    def test_rules_never_ask_it(self, row: InterviewRequest, model: Replies, settings: Any) -> None:
        settings.PAIGE_CHOOSER = "rules"
        read(row)
        assert model == [self.FOUND]
        assert reading_of(row) is not None


class TestTurns:
    def test_a_turn_that_is_first_reads_and_stores(self, row: InterviewRequest, read_texts: Texts) -> None:
        give_consent(row)
        next_question(row)
        assert sorted(read_texts) == ["Calm", "Prices"]
        assert reading_of(row) is not None
        converse(row, "It was slow.")
        next_question(row)
        skip_question(row, number=3)
        assert sorted(read_texts) == ["Calm", "It was slow.", "Prices"]
        told, skip = Turn.objects.filter(speaker=Speaker.CONTACT)
        found = answer_in(told.reading, told.text)
        assert found is not None
        assert (found.clauses[0].text, skip.reading) == ("It was slow.", "")

    def test_only_a_corrected_answer_is_read_again_and_a_withdrawn_one_loses_its_reading(
        self, row: InterviewRequest, read_texts: Texts
    ) -> None:
        converse(row, "It was slow.", "It was slow, too.", "Bob left.")
        read_texts.clear()
        texts = {1: "It was fast.", 3: "", 5: "Bob left.", 7: "There is no such question."}
        correct_answers(row, corrections=texts)
        assert read_texts == [], "no recap"
        finish_conversation(row)
        correct_answers(row, corrections=texts)
        assert read_texts == ["It was fast."]
        corrected, withdrawn, kept = Turn.objects.filter(speaker=Speaker.CONTACT)
        found = answer_in(corrected.reading, "It was fast.")
        assert found is not None
        assert found.clauses[0].text == "It was fast."
        assert (withdrawn.move, withdrawn.reading, bool(kept.reading)) == (Move.SKIP, "", True)
        complete_conversation(row)
        read_texts.clear()
        interview_state(row)
        assert read_texts == []

    def test_a_page_of_an_open_question_or_a_recap_reads_what_another_version_has_read(
        self, row: InterviewRequest, monkeypatch: pytest.MonkeyPatch, read_texts: Texts
    ) -> None:
        stops = AnswerReading((Clause("I want to stop.", 0, Act.WANTS_TO_STOP),))
        monkeypatch.setattr(briefs, "read_answer", lambda *_: stops)
        converse(row, "I want to stop.")
        assert next_question(row).is_paused
        for step in (next_question, finish_conversation):
            step(row)
            Turn.objects.update(reading="")
            expected = next_question(row)
            assert Turn.objects.get(number=2).reading
            assert expected.is_paused == (step is next_question)
            assert next_question(row) == expected

    def test_an_answer_to_a_guide_that_is_not_valid_is_stored_without_a_reading(self, row: InterviewRequest) -> None:
        converse(row)
        Conversation.objects.update(guide={})
        assert readings.answer_readings(InterviewRequest.objects.get(), {1: "It was slow."}) == {}

    def test_an_answer_is_taken_back_without_reading_under_its_locks(
        self, row: InterviewRequest, read_texts: Texts, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        converse(row, "It was slow.", "Bob left.")
        finish_conversation(row)
        complete_conversation(row)
        Turn.objects.update(reading="")  # as an earlier release has stored them
        write(row, objective="Trial")
        depth, depths = len(connection.savepoint_ids), []
        for name in ("read_answer", "objective_parts"):
            take_before(lambda: depths.append(len(connection.savepoint_ids)), monkeypatch, briefs, name)
        assert withdraw_answer(row, number=1, actor=SAM)
        assert depths == [depth] * 3
        assert [part["words"] for part in Transcript.objects.get().summary["objective"]] == ["Trial"]
        assert [bool(turn.reading) for turn in Turn.objects.filter(speaker=Speaker.CONTACT)] == [False, True]
