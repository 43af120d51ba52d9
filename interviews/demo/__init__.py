"""Inserts what `python -m tools.demo` has written to demo.json: rows, with times that count back from now.

Turns have their readings, because reading takes most of the time of an interview. What follows from them is computed by
the services that complete interviews: transcripts, drivers, summaries and the search index.
"""

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import models, transaction
from django.utils import timezone

from hindsight.db.search import SearchTextField
from hindsight.text.timestamps import utc_text
from interviews.lifecycle import Direction, DriverAbout, Engine, Move, Speaker, Wording
from interviews.models import Driver, InterviewRequest, InterviewType, Transcript, Turn, UnreadObjective
from interviews.paige.dialogue import render_transcript
from interviews.paige.findings import findings_of
from interviews.paige.guide.guide import shipped_guide
from interviews.paige.reading.stored import digest_of
from interviews.services.drivers import Correction, correct_driver, create_drivers
from interviews.services.state import StoredInterview
from interviews.services.transcript_search import index_answers
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from sequences.models import Sequence
from sequences.services.sequences import save_sequence, shipped_steps

DATA = Path(__file__).with_name("demo.json")
ADMIN = Actor(ActorKind.STAFF, "admin")
SHORTER = {"max_turns": 9, "estimated_minutes": 8}
"""How the guides of the demo differ from those that are shipped."""

SEQUENCES = {
    "Win-loss interview with a buyer": ("Buyers, in English", "en"),
    "Win-Loss-Interview zu einer Kaufentscheidung": ("Buyers, in German", "de"),
}
"""Name and language of the sequence of each interview type. Somebody has to approve its mails."""

Ids = dict[str, dict[int, int]]
"""The ids of the inserted rows by those in the file, for each name of a model."""


@transaction.atomic
def seed() -> list[Org]:
    """Returns the demo orgs. Inserts those that are missing, with their rows.

    Raises CommandError in production, whose figures and lists the demo would be in.
    """
    if not settings.DEVELOPMENT:
        raise CommandError("The demo is only for development: HINDSIGHT_ENV=development.")
    data = json.loads(DATA.read_text(encoding="utf-8"))
    orgs = {row["id"]: row["slug"] for row in data["tables"]["orgs.org"]}
    known = {*Org.objects.filter(slug__in=orgs.values()).values_list("slug", flat=True)}
    if missing := {pk for pk, slug in orgs.items() if slug not in known}:
        _insert(data, missing)
    return [Org.objects.get(slug=slug) for slug in orgs.values()]


def _insert(data: dict[str, Any], org_ids: set[int]) -> None:
    ids, now = Ids(), timezone.now()
    for label, rows in data["tables"].items():
        model = apps.get_model(label)
        inserted = ids[str(model._meta.model_name)] = {}
        for values in rows:
            if values.get("org_id", values.get("id")) in org_ids:
                row = _row(model, values, ids, now)
                row.save_base(raw=True, force_insert=True)  # keeps the times, unlike bulk_create()
                inserted[values.get("id", 0)] = row.pk
    requests = InterviewRequest.objects.in_bulk(ids["interviewrequest"].values())
    for pk, turns in data["turns"].items():
        if interview_request := requests.get(ids["interviewrequest"].get(int(pk), 0)):
            _insert_turns(interview_request, turns, data["reader"], now)
            if interview_request.is_completed:
                _complete(interview_request)
    for values in data["corrections"]:
        for driver in Driver.objects.filter(
            interview_request=ids["interviewrequest"].get(values["interview_request_id"]), quote=values["quote"]
        ):
            _correct(driver, **values["correction"])
    for interview_type in InterviewType.objects.filter(pk__in=ids["interviewtype"].values(), name__in=SEQUENCES):
        _create_sequence(interview_type)
    # A reading contains the id of the interview type. If it is not that of the file, the worker reads again.
    UnreadObjective.objects.put((row.pk, row.org_id) for row in requests.values())


def _create_sequence(interview_type: InterviewType) -> None:
    name, language = SEQUENCES[interview_type.name]
    sequence = Sequence(
        org=interview_type.org,
        interview_type=interview_type,
        name=name,
        language=language,
        sender_name=f"Dana Reyes, {interview_type.org.name}",
        reply_to=f"dana@{interview_type.org.slug}.example",
        postal_address=f"{interview_type.org.name}, 1 Example Street, London",
        window_start=time(0),
        window_end=time(23, 59),
        time_zone="Europe/Berlin",
    )
    save_sequence(sequence, shipped_steps(language), actor=ADMIN)


def _row(model: type[models.Model], values: dict[str, Any], ids: Ids, now: datetime) -> models.Model:
    row = model()
    for name, value in values.items():
        field: Any = model._meta.get_field(name)
        if not field.primary_key or field.remote_field:
            setattr(row, field.attname, _value(field, value, values, ids, now))
    for field in model._meta.concrete_fields:
        if isinstance(field, SearchTextField):
            field.pre_save(row, add=True)
    return row


def _value(field: Any, value: Any, values: dict[str, Any], ids: Ids, now: datetime) -> Any:
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return now + timedelta(seconds=value)
    if field.name == "guide":
        return {**shipped_guide(value), **SHORTER}
    if field.name == "reading":
        return _json(value)
    if field.name == "body":
        return _body(value, ids, now + timedelta(seconds=values["created_at"]))
    model = values["object_type"] if field.name == "object_id" else _referenced(field)
    return ids[model][value] if model else field.to_python(value)


def _referenced(field: Any) -> str:
    """An event has the id without a foreign key."""
    if field.remote_field:
        return str(field.related_model._meta.model_name)
    return "interviewrequest" if field.name == "interview_request_id" else ""


def _body(event: dict[str, Any], ids: Ids, time: datetime) -> str:
    data = {**event["data"], "interview_request_id": ids["interviewrequest"][event["data"]["interview_request_id"]]}
    return _json({**event, "timestamp": utc_text(time, "milliseconds"), "data": data})


def _insert_turns(interview_request: InterviewRequest, turns: list[list[Any]], reader: str, now: datetime) -> None:
    for number, (seconds, move, topic, follow_up, text, clauses) in enumerate(turns, start=1):
        is_answer = move in (Move.ANSWER, Move.SKIP)
        Turn(
            org_id=interview_request.org_id,
            interview_request=interview_request,
            number=number,
            speaker=Speaker.CONTACT if is_answer else Speaker.PAIGE,
            move=move,
            topic=topic,
            follow_up=follow_up,
            text=text,
            reading=_json({"reader": reader, "of": digest_of(text), "clauses": clauses}) if text and is_answer else "",
            engine="" if is_answer else Engine.RULES,
            worded_by="" if is_answer else Wording.GUIDE,
            guide_version=interview_request.guide_version,
            created_at=now + timedelta(seconds=seconds),
        ).save_base(raw=True, force_insert=True)


def _complete(interview_request: Any) -> None:
    brief = StoredInterview.load(interview_request).brief
    content = render_transcript(brief.conversation, brief.contact_name)
    transcript = Transcript(
        org_id=interview_request.org_id,
        interview_request=interview_request,
        content=content,
        created_at=interview_request.completed_at,
        **findings_of(brief, content),
    )
    transcript.save_base(raw=True, force_insert=True)
    create_drivers(transcript)
    index_answers(transcript)


def _correct(driver: Driver, direction: str, about: str, **values: Any) -> None:
    correction = Correction(direction=Direction(direction), about=DriverAbout(about), **values)
    correct_driver(org_id=driver.org_id, driver_id=driver.pk, seen=driver.digest, correction=correction, actor=ADMIN)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
