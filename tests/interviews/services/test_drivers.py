"""Drivers are rows, too, so that they can be counted: always those that the transcript shows.

If a model chooses, a worker replaces them after the completion.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from deals.models import Deal
from interviews.lifecycle import Direction, DriverAbout, Review
from interviews.models import Driver, DriverChoice, InterviewRequest, Transcript
from interviews.paige.dialogue import blocks
from interviews.paige.model.readings import model_answer_readings
from interviews.services import drivers as drivers_module
from interviews.services.drivers import (
    SHOWN,
    SHOWN_OR_NULL,
    Correction,
    DriverChangedError,
    QuoteMissingError,
    add_driver,
    choose_drivers,
    correct_driver,
    replace_drivers,
    review_driver,
    undo_correction,
)
from interviews.services.erasure import erase_contact
from interviews.services.retention import delete_old_answers
from interviews.services.withdrawal import withdraw_answer
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.fakes.provider import Server, fake_provider, says
from tests.interviews import steps
from tests.interviews.services.test_erasure import everything_stored
from tests.interviews.steps import SAM, erase, review, take_before, use_model
from tests.interviews.steps import complete as complete_by_steps
from tests.working import work_off

ANSWERS = [
    ("pricing", "The price of Acme was too high. The discount was a bad joke."),
    ("vendor", "The import was fast. But the mobile app felt clunky."),
    ("decision", "We decided against Acme because the price was too high."),
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    return complete(interview_request, ANSWERS)


def shown(driver: Driver) -> dict[str, Any]:
    values = {name: getattr(driver, name) for name in SHOWN}
    return {**values, **{name: getattr(driver, name) or None for name in SHOWN_OR_NULL}}


def stored() -> list[dict[str, Any]]:
    return [shown(driver) for driver in Driver.objects.order_by("start")]


def test_a_row_for_each_driver(completed: InterviewRequest) -> None:
    drivers = Transcript.objects.get().drivers
    assert len(drivers) > len(ANSWERS)
    assert stored() == drivers
    assert {*Driver.objects.values_list("org", "interview_request", "completed_at")} == {
        (completed.org_id, completed.pk, completed.completed_at)
    }


def test_an_interview_is_counted_once_for_a_topic_and_direction_by_the_reason(completed: InterviewRequest) -> None:
    against = Driver.objects.filter(topic="pricing", direction="against").order_by("start")
    assert [(driver.is_reason, driver.is_counted) for driver in against] == [
        (False, False),
        (False, False),
        (True, True),
    ]


def test_a_rejected_driver_does_not_count_and_another_one_takes_its_place(
    completed: InterviewRequest, acme_api: ApiClient
) -> None:
    first, second, reason = Driver.objects.filter(topic="pricing", direction="against").order_by("start")
    before = acme_api.get(f"/interviews/{completed.pk}")
    review(reason, Review.REJECTED)
    assert [driver.pk for driver in Driver.objects.counted().filter(topic="pricing")] == [first.pk]
    after = acme_api.get(f"/interviews/{completed.pk}")
    reviews = {each["start"]: each["review"] for each in after.json()["transcript"]["drivers"]}
    assert {start for start, value in reviews.items() if value} == {reason.start}
    assert reviews[reason.start] == "rejected"
    assert after.headers["ETag"] != before.headers["ETag"]
    change = Change.objects.get()
    assert (change.object_type, change.object_id, change.field, change.before) == ("driver", reason.pk, "review", "")
    assert change.actor == "sam"
    review(second, Review.CONFIRMED)
    assert [driver.pk for driver in Driver.objects.counted().filter(topic="pricing")] == [second.pk]
    review(reason, None)
    assert Driver.objects.get(pk=reason.pk).review == ""
    for driver in (first, second, reason):
        review(driver, Review.REJECTED)
    assert not Driver.objects.counted().filter(topic="pricing").exists()


def test_a_driver_of_another_org_is_not_found(completed: InterviewRequest, globex: Org) -> None:
    driver = Driver.objects.all()[0]
    with pytest.raises(Driver.DoesNotExist):
        review_driver(org_id=globex.pk, driver_id=driver.pk, review=Review.REJECTED, actor=SAM)


def test_reviews_stay_when_drivers_are_replaced(completed: InterviewRequest) -> None:
    confirmed, gone, *_ = Driver.objects.order_by("start")
    review(confirmed, Review.CONFIRMED)
    transcript = Transcript.objects.get()
    found = [each for each in transcript.drivers if each["start"] != gone.start]
    new = {**found[0], "start": 1, "end": 2, "topic": "trigger"}
    replace_drivers(transcript, [{**each, "review": None} for each in (new, *found)])
    assert confirmed in Driver.objects.filter(review=Review.CONFIRMED)
    assert not Driver.objects.filter(pk=gone.pk).exists()
    drivers = Transcript.objects.get().drivers
    assert [each["review"] for each in drivers][:2] == [None, "confirmed"]
    assert stored() == drivers
    assert Driver.objects.counted().filter(topic="trigger").count() == 1


def test_the_database_deletes_drivers_with_their_transcript(completed: InterviewRequest) -> None:
    """Also for a server of the release before, which does not know the table."""
    Transcript.objects.all()._raw_delete("default")
    assert not Driver.objects.exists()


def test_the_database_refuses_a_driver_without_a_transcript(completed: InterviewRequest, globex: Org) -> None:
    driver = Driver.objects.all()[0]
    for wrong in ({"org": globex}, {"review": Review.REJECTED, "is_counted": True}, {"direction": "up"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Driver.objects.filter(pk=driver.pk).update(**wrong)


ANSWER = "For that money Acme could have sent us two analysts. The price of Acme was too high."
ENTRIES = [
    {"clause": i, "speaks": "against", "about": "vendor", "decisive": True, "topics": ["process"]} for i in range(1, 50)
]
REPLY = json.dumps({"clauses": ENTRIES, "text": "HOSTILE words"})


@pytest.fixture
def provider(settings: Settings) -> Iterator[Server]:
    with fake_provider(says(REPLY)) as provider:
        use_model(settings, provider)
        yield provider


def test_the_contact_does_not_wait_and_a_worker_replaces_the_drivers(
    provider: Server, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    steps.complete(interview_request, ANSWER)
    assert provider.requests == []
    before = acme_api.get(path)
    assert work_off("driver choices") == 1
    assert not DriverChoice.objects.exists()
    after = acme_api.get(path)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.json()["updated_at"] > before.json()["updated_at"]
    transcript = after.json()["transcript"]
    shown = {(each["topic"], each["direction"], each["is_reason"]) for each in transcript["drivers"]}
    assert shown == {("process", "against", True)}
    assert all(each["quote"] in ANSWER for each in transcript["drivers"])
    assert [row.start for row in Driver.objects.order_by("start")] == [each["start"] for each in transcript["drivers"]]
    assert "HOSTILE" not in after.content.decode()
    changed: dict[str, Any] = {"drivers": [], "summary": {}}
    assert {**transcript, **changed} == {**before.json()["transcript"], **changed}


@pytest.mark.parametrize("text", ["Prose.", '{"clauses": []}', REPLY[:-5], REPLY.replace('"against"', '"worst"')])
def test_a_reply_that_is_not_valid_changes_nothing(
    provider: Server, acme_api: ApiClient, interview_request: InterviewRequest, text: str
) -> None:
    path = f"/interviews/{interview_request.pk}"
    provider.acts = [says(text)]
    steps.complete(interview_request, ANSWER)
    before = acme_api.get(path)
    assert work_off("driver choices") == 1
    after = acme_api.get(path)
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_a_second_reading_that_agrees_makes_no_new_version(
    provider: Server, interview_request: InterviewRequest
) -> None:
    steps.complete(interview_request, ANSWER)
    versions = []
    for _ in range(2):
        choose_drivers(interview_request.pk)
        versions.append(InterviewRequest.objects.get().version)
    assert len(provider.requests) == 6  # the readings once, the summary twice
    assert versions[0] == versions[1]


def test_without_a_model_and_with_rules_that_choose_none_is_asked(
    settings: Settings, provider: Server, interview_request: InterviewRequest
) -> None:
    settings.PAIGE_CHOOSER = "rules"
    steps.complete(interview_request, ANSWER)
    assert not DriverChoice.objects.exists()
    choose_drivers(interview_request.pk)
    assert provider.requests == []
    settings.PAIGE_CHOOSER, settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = "model", "", "", ""
    steps.complete(InterviewRequestFactory.create(), ANSWER)
    assert not DriverChoice.objects.exists()


def test_an_erasure_while_the_model_is_asked_wins(
    provider: Server, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erased_meanwhile(*args: Any, **options: Any) -> Any:
        heard = model_answer_readings(*args, **options)
        erase(interview_request)
        return heard

    monkeypatch.setattr(drivers_module, "model_answer_readings", erased_meanwhile)
    steps.complete(interview_request, ANSWER)
    choose_drivers(interview_request.pk)
    assert not Transcript.objects.exists()


def test_a_choice_among_answers_that_were_taken_back_meanwhile_is_dropped(
    provider: Server, interview_request: InterviewRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdraw() -> None:
        withdraw_answer(interview_request, number=1, actor=Actor(ActorKind.CONTACT, "survey link"))

    steps.complete(interview_request, ANSWER)
    take_before(withdraw, monkeypatch, drivers_module, "model_answer_readings")
    choose_drivers(interview_request.pk)
    assert Transcript.objects.get().drivers == []


def test_the_request_names_the_competitor_of_the_deal(provider: Server, interview_request: InterviewRequest) -> None:
    InterviewRequest.objects.filter(pk=interview_request.pk).update(deal_id="D-1")
    Deal.objects.create(org=interview_request.org, deal_id="D-1", competitor="Zorblax")
    steps.complete(interview_request, ANSWER)
    choose_drivers(interview_request.pk)
    assert "known: Zorblax" in provider.requests[0]["messages"][1]["content"]


PRAISE = Correction("vendor", Direction.AGAINST, DriverAbout.COMPETITOR, "Datalane", is_decisive=True, tags=["import"])


def correct(driver: Driver, correction: Correction = PRAISE, seen: str = "") -> Driver:
    seen = seen or driver.digest
    return correct_driver(org_id=driver.org_id, driver_id=driver.pk, seen=seen, correction=correction, actor=SAM)


def test_staff_correct_a_driver_and_undo_it(completed: InterviewRequest, acme_api: ApiClient) -> None:
    driver = Driver.objects.filter(topic="vendor").order_by("start")[0]
    before, etag = shown(driver), acme_api.get(f"/interviews/{completed.pk}").headers["ETag"]
    correct(driver)
    response = acme_api.get(f"/interviews/{completed.pk}")
    [after] = [each for each in response.json()["transcript"]["drivers"] if each["start"] == driver.start]
    assert after == {
        **before,
        "direction": "against",
        "about": "competitor",
        "about_name": "Datalane",
        "is_decisive": True,
        "is_reason": True,
        "source": "staff",
        "tags": ["import"],
    }
    assert response.headers["ETag"] != etag
    assert stored() == Transcript.objects.get().drivers
    changes = {change.field: change.before for change in Change.objects.of(driver)}
    was_about = {"about": before["about"] or "", "about_name": before["about_name"] or ""}
    assert changes.items() >= {"direction": before["direction"], "is_decisive": "no", "tags": "", **was_about}.items()
    assert Driver.objects.counted().get(topic="vendor", direction="against").pk == driver.pk
    undo_correction(org_id=driver.org_id, driver_id=driver.pk, actor=SAM)
    assert shown(Driver.objects.get(pk=driver.pk)) == {**before, "tags": ["import"]}
    assert stored() == Transcript.objects.get().drivers


def test_a_second_correction_keeps_what_was_read_first(completed: InterviewRequest) -> None:
    driver = Driver.objects.filter(topic="vendor").order_by("start")[0]
    read = {name: getattr(driver, name) for name in Driver.CORRECTED}
    correct(correct(driver), Correction("pricing", Direction.FOR))
    undo_correction(org_id=driver.org_id, driver_id=driver.pk, actor=SAM)
    driver.refresh_from_db()
    assert ({name: getattr(driver, name) for name in Driver.CORRECTED}, driver.source) == (read, "read")


def test_tags_and_comments_alone_leave_the_source(completed: InterviewRequest) -> None:
    driver = Driver.objects.order_by("start")[0]
    own = Correction(driver.topic, Direction(driver.direction), DriverAbout(driver.about) if driver.about else None)
    correct(driver, replace(own, is_decisive=driver.is_decisive, about_name=driver.about_name, comment="Ask Sales."))
    driver.refresh_from_db()
    assert (driver.source, driver.as_read, driver.comment) == ("read", None, "Ask Sales.")
    assert "Ask Sales." not in str(Transcript.objects.get().drivers)


def test_the_second_of_two_people_changes_nothing(completed: InterviewRequest) -> None:
    driver = Driver.objects.filter(topic="vendor").order_by("start")[0]
    seen = driver.digest
    correct(driver)
    with pytest.raises(DriverChangedError):
        correct(driver, Correction("pricing", Direction.FOR), seen)
    assert Driver.objects.get(pk=driver.pk).topic == "vendor"


def test_staff_add_a_driver_by_its_words(completed: InterviewRequest, acme_api: ApiClient) -> None:
    words = "the mobile app felt"
    turn = next(each["turn"] for each in Transcript.objects.get().drivers if "mobile app" in each["quote"])
    added = add_driver(completed, turn=turn, quote=words, correction=PRAISE, actor=SAM)
    body = acme_api.get(f"/interviews/{completed.pk}").json()["transcript"]
    [found] = [each for each in body["drivers"] if each["quote"] == words]
    assert body["content"][found["start"] : found["end"]] == words
    assert (found["turn"], found["source"], found["about_name"]) == (turn, "staff", "Datalane")
    assert Change.objects.of(added).get().field == "direction"
    with pytest.raises(ValueError, match="these words"):
        add_driver(completed, turn=turn, quote=words, correction=PRAISE, actor=SAM)
    undo_correction(org_id=added.org_id, driver_id=added.pk, actor=SAM)
    assert Driver.objects.get(pk=added.pk).review == Review.REJECTED


@pytest.mark.parametrize(("turn", "quote"), [(1, "What"), (2, "No such words."), (99, "price"), (2, "")])
def test_words_that_the_answer_does_not_have_are_refused(completed: InterviewRequest, turn: int, quote: str) -> None:
    before = stored()
    with pytest.raises(QuoteMissingError):
        add_driver(completed, turn=turn, quote=quote, correction=PRAISE, actor=SAM)
    assert stored() == before


def test_a_reading_of_the_model_keeps_what_staff_have_said(completed: InterviewRequest) -> None:
    corrected, tagged, *_ = Driver.objects.order_by("start")
    correct(corrected)
    Driver.objects.filter(pk=tagged.pk).update(tags=["quarter"])
    assert replace_drivers(Transcript.objects.get(), [])
    assert {*Driver.objects.values_list("pk", flat=True)} == {corrected.pk, tagged.pk}
    assert [each["source"] for each in Transcript.objects.get().drivers][:1] == ["staff"]


@pytest.mark.parametrize("removal", ["erase", "withdraw", "purge"])
def test_comments_go_with_the_words(interview_request: InterviewRequest, removal: str) -> None:
    complete_by_steps(interview_request, "It was far too expensive.")
    transcript = Transcript.objects.get()
    turn = next(n for n, block in enumerate(blocks(transcript.content), start=1) if "expensive" in block.text)
    quoting = replace(PRAISE, comment="far too expensive, says Jane")
    added = add_driver(interview_request, turn=turn, quote="too expensive", correction=quoting, actor=SAM)
    correct(added, replace(PRAISE, comment=""))
    if removal == "erase":
        erase_contact(org_id=added.org_id, contact_id=interview_request.contact_id, actor=SAM)
    elif removal == "withdraw":
        assert withdraw_answer(interview_request, number=turn - 1, actor=SAM)
    else:
        Org.objects.update(transcript_days=1)
        InterviewRequest.objects.update(completed_at=timezone.now() - timedelta(days=2))
        delete_old_answers(actor=SAM)
    assert not Driver.objects.filter(pk=added.pk).exists()
    assert {change.before for change in Change.objects.of(added).exclude(field="erasure")} == {None}
    assert "expensive" not in everything_stored()


SENTENCE = {"text": "The price decided it.", "quotes": [{"turn": 2, "words": "The price of Acme was too high"}]}


def summed_up(*sentences: Any) -> str:
    return json.dumps({"sentences": sentences})


def test_the_model_sums_up_without_notes_and_with_exact_quotes(
    provider: Server, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    acme_api.patch(path, {"contact_context": "SECRET notes", "objective": "SECRET objective"})
    provider.acts = [says(REPLY), says(summed_up(SENTENCE))]
    steps.complete(interview_request, ANSWER)
    assert acme_api.get(path).json()["transcript"]["summary"]["source"] == "read"
    choose_drivers(interview_request.pk)
    assert "SECRET" not in json.dumps(provider.requests)
    transcript = acme_api.get(path).json()["transcript"]
    [sentence] = transcript["summary"]["sentences"]
    [quote] = sentence["quotes"]
    assert (transcript["summary"]["source"], sentence["text"]) == ("model", "The price decided it.")
    assert transcript["content"][quote["start"] : quote["end"]] == quote["quote"] == "The price of Acme was too high"
    driver = Driver.objects.all()[0]
    review_driver(org_id=driver.org_id, driver_id=driver.pk, review=Review.REJECTED, actor=SAM)
    assert acme_api.get(path).json()["transcript"]["summary"]["source"] == "read"


@pytest.mark.parametrize(
    "wrong",
    [
        *(None, [], "text", {"text": 1, "quotes": []}),
        {**SENTENCE, "quotes": []},
        {**SENTENCE, "quotes": [{"turn": 1, "words": "decided"}]},
        {**SENTENCE, "quotes": [{"turn": 2, "words": "The price was far too high"}]},
        {**SENTENCE, "quotes": [{"turn": True, "words": "The price of Acme"}]},
        {**SENTENCE, "quotes": [{"turn": 99, "words": "The price of Acme"}]},
        {**SENTENCE, "text": "See https://evil.example for more."},
        {**SENTENCE, "text": "Ignore this. " * 40},
        {**SENTENCE, "text": "A \u202e trick."},
    ],
)
def test_a_sentence_without_exact_words_is_left_out(
    provider: Server, acme_api: ApiClient, interview_request: InterviewRequest, wrong: Any
) -> None:
    provider.acts = [says(REPLY), says(summed_up(wrong, SENTENCE, wrong))]
    steps.complete(interview_request, ANSWER)
    choose_drivers(interview_request.pk)
    summary = acme_api.get(f"/interviews/{interview_request.pk}").json()["transcript"]["summary"]
    assert [each["text"] for each in summary["sentences"]] == [SENTENCE["text"]]


def test_a_summary_of_an_answer_that_is_taken_back_goes_with_it(
    provider: Server, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    provider.acts = [says(REPLY), says(summed_up(SENTENCE))]
    steps.complete(interview_request, ANSWER)
    choose_drivers(interview_request.pk)
    withdraw_answer(interview_request, number=1, actor=SAM)
    assert acme_api.get(f"/interviews/{interview_request.pk}").json()["transcript"]["summary"]["sentences"] == []
    assert "too high" not in str(Transcript.objects.values())
