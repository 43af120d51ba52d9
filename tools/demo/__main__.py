"""Interviews the buyers of interviews.toml, and writes interviews/demo/demo.json: `python -m tools.demo`.

Everything goes through the services, at a time of its own, so that the rows are what the product stores.
"""

import json
import logging
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parseaddr
from itertools import cycle
from pathlib import Path
from typing import Any

import time_machine

from tools.harness.orm import set_up_django

set_up_django("sqlite://:memory:", "")

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import models  # noqa: E402

from contacts.services import update_contact  # noqa: E402
from contacts.text import clean_email, clean_name, clean_notes  # noqa: E402
from deals.models import DealValues  # noqa: E402
from deals.text import clean_deal_id  # noqa: E402
from hindsight.db.search import SearchTextField  # noqa: E402
from interviews.demo import DATA, SHORTER  # noqa: E402
from interviews.lifecycle import DeclineReason, Rating  # noqa: E402
from interviews.models import Driver, InterviewRequest, Turn  # noqa: E402
from interviews.paige.guide.guide import shipped_guide, shipped_guides  # noqa: E402
from interviews.services.conversation_steps import (  # noqa: E402
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    skip_question,
    submit_answer,
)
from interviews.services.conversations import abandon_interview  # noqa: E402
from interviews.services.create import create_interview_request  # noqa: E402
from interviews.services.erasure import erase_contact  # noqa: E402
from interviews.services.interview_types import create_interview_type  # noqa: E402
from interviews.services.marks import ARCHIVED, CANCELLED, SENT, mark_one  # noqa: E402
from interviews.services.readings import read_steering  # noqa: E402
from interviews.services.wishes import decline_interview, rate_interview  # noqa: E402
from interviews.text import clean_objective  # noqa: E402
from orgs.actors import Actor, ActorKind  # noqa: E402
from orgs.models import Org  # noqa: E402
from orgs.services import create_org  # noqa: E402
from webhooks.models import Delivery, Endpoint, Outcome, Status  # noqa: E402
from webhooks.sending import Url  # noqa: E402
from webhooks.services.endpoints import create_endpoint  # noqa: E402

SCRIPT = Path(__file__).with_name("interviews.toml")
NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
ADMIN, IMPORT = Actor(ActorKind.STAFF, "admin"), Actor(ActorKind.COMMAND, "import_contacts")
TABLES = (
    *("orgs.org", "interviews.interviewtype", "contacts.contact", "deals.deal", "interviews.interviewrequest"),
    *("interviews.conversation", "interviews.wish"),
    *("orgs.change", "webhooks.endpoint", "webhooks.event", "webhooks.delivery"),
)
URL = Url("https://hooks.acme.example/hindsight")
ATTEMPTS, FAILING_SINCE = 7, NOW - timedelta(days=2, hours=12)
ENDPOINT_DAYS = 30
OWNERS = ("Sam Okafor", "Dana Reyes", "Kim Larsen")
Clock = time_machine.Traveller
Otherwise = Mapping[str, Iterator[str]]


class Said:
    """What a contact says, by topic, and what it says to other topics."""

    def __init__(self, answers: Mapping[str, list[str]], otherwise: Otherwise) -> None:
        self.answers, self.otherwise = {topic: [*texts] for topic, texts in answers.items()}, otherwise

    def text(self, topic: str, *, is_follow_up: bool) -> str:
        if texts := self.answers.get(topic):
            return texts.pop(0)
        return "" if is_follow_up or topic not in self.otherwise else next(self.otherwise[topic])


def main() -> None:
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    script = tomllib.loads(SCRIPT.read_text(encoding="utf-8"))
    otherwise = {
        language: {topic: cycle(texts) for topic, texts in pools.items()}
        for language, pools in script["otherwise"].items()
    }
    with time_machine.travel(NOW - timedelta(days=100), tick=False):
        for org in script["orgs"]:
            row = create_org(name=org["name"], plan=org["plan"])
            for guide in org["guides"]:
                create_interview_type(org=row, guide={**shipped_guide(guide), **SHORTER})
    for each in sorted(script["interviews"], key=lambda each: -int(each["days"])):
        with time_machine.travel(
            NOW - timedelta(days=each["days"], minutes=each["days"] * 37 % 300), tick=False
        ) as clock:
            if each["days"] < ENDPOINT_DAYS and not Endpoint.objects.exists():
                create_endpoint(org_id=Org.objects.earliest("pk").pk, url=URL, event_types=["interview.completed"])
            _interview(each, otherwise["de" if each.get("guide", "").endswith("_de") else "en"], clock)
    _break_endpoint()
    DATA.write_text(f"{_json(_data(script['corrections']))}\n", encoding="utf-8")


def _interview(each: Mapping[str, Any], otherwise: Otherwise, clock: Clock) -> None:
    row = _request(each, clock)
    answers, ends = each.get("answers", {}), each.get("ends", "completed" if "answers" in each else "")
    if ends:
        clock.shift(timedelta(hours=1))
        mark_one(SENT, org_id=row.org_id, interview_request_id=row.pk, actor=ADMIN)
        clock.shift(timedelta(days=2))
    row.refresh_from_db()
    if answers:
        _converse(row, Said(answers, otherwise), each["deal"].get("competitor", ""), clock)
    match ends:
        case "completed":
            finish_conversation(row)
            complete_conversation(row)
            if "rating" in each:
                rate_interview(row, rating=Rating(each["rating"]))
        case "abandoned":
            clock.shift(timedelta(days=8))
            abandon_interview(row)
        case "declined":
            decline_interview(row, reason=DeclineReason(each["reason"]), comment=each.get("comment"))
        case "cancelled":
            mark_one(CANCELLED, org_id=row.org_id, interview_request_id=row.pk, actor=ADMIN)
        case "erased":
            erase_contact(org_id=row.org_id, contact_id=row.contact_id, actor=ADMIN)
    if "archived" in each:
        mark_one(ARCHIVED, org_id=row.org_id, interview_request_id=row.pk, actor=ADMIN)
    read_steering(InterviewRequest.objects.get(pk=row.pk))


def _request(each: Mapping[str, Any], clock: Clock) -> InterviewRequest:
    org = Org.objects.get(name=each.get("org", "Acme Analytics"))
    name, email = parseaddr(each["contact"])
    deal = {**each["deal"]}
    deal_id, reason = clean_deal_id(deal.pop("id")), deal.pop("reason", "")
    if "amount" in deal:
        closed_at = NOW - timedelta(days=each["days"] + 1)
        deal |= {"amount": Decimal(deal["amount"]), "currency": "EUR", "closed_at": closed_at}
        deal |= {"reported_reason": reason, "owner": OWNERS[each["days"] % len(OWNERS)]}
    notes = each.get("notes")
    row = create_interview_request(
        interview_type=org.interview_types.get(name=shipped_guide(each.get("guide", "win_loss_buyer"))["name"]),
        actor=IMPORT,
        contact_email=clean_email(email),
        contact_name=clean_name(name) if name else None,
        contact_context=None if notes is None else clean_notes(each.get("notes_before", notes)),
        deal_id=deal_id,
        deal=DealValues(**deal) if deal else None,  # type: ignore[typeddict-item]
        objective=clean_objective(each.get("objective", "")),
    )
    if "notes_before" in each:
        clock.shift(timedelta(minutes=50))
        update_contact(org_id=org.pk, contact_id=row.contact_id, actor=IMPORT, notes=clean_notes(each["notes"]))
    return row


def _converse(row: InterviewRequest, said: Said, competitor: str, clock: Clock) -> None:
    """Until every answer is given, or the interview ends. Prints what Paige has not asked about."""
    give_consent(row)
    while any(said.answers.values()) and (question := next_question(row, by_rules=True).question):
        turn = row.turns.get(number=question.number)
        clock.shift(timedelta(seconds=70 + 31 * question.number % 50))
        text = said.text(turn.topic, is_follow_up=turn.follow_up is not None).format(competitor=competitor)
        if text and (competitor or turn.topic != "options"):
            submit_answer(row, number=question.number, text=text)
        else:
            skip_question(row, number=question.number)
            sys.stdout.write(f"{row.contact}: skipped {question.text}\n")
    if any(said.answers.values()):
        sys.stdout.write(f"{row.contact}: not asked {said.answers}\n")


def _break_endpoint() -> None:
    """It has answered until FAILING_SINCE."""
    Endpoint.objects.update(failing_since=FAILING_SINCE)
    for delivery in Delivery.objects.select_related("event"):
        begun = delivery.event.created_at
        is_failing = begun >= FAILING_SINCE
        values = {"status": Status.DELIVERED, "attempts": 1, "last_outcome": Outcome.ACCEPTED, "last_status": 204}
        if is_failing:
            values = {"attempts": ATTEMPTS, "last_outcome": Outcome.REFUSED, "last_status": 503}
        at = NOW - timedelta(hours=6) if is_failing else begun + timedelta(seconds=1)
        due_at = NOW + timedelta(hours=8) if is_failing else begun
        Delivery.objects.filter(pk=delivery.pk).update(**values, last_attempt_at=at, due_at=due_at)


def _values(row: models.Model) -> dict[str, Any]:
    """Without defaults, random texts, and what the database or a search field derives."""
    return {
        field.attname: _value(field, value)
        for field in row._meta.concrete_fields
        if not field.generated and not isinstance(field, SearchTextField)
        if (value := getattr(row, field.attname)) != field.get_default() and not _is_random(field, value)
    }


def _is_random(field: Any, value: Any) -> bool:
    return field.has_default() and callable(field.default) and isinstance(value, str)


def _value(field: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return _seconds(value)
    if field.name == "guide":
        return next(name for name in shipped_guides() if shipped_guide(name)["name"] == value["name"])
    if isinstance(value, Decimal):
        return str(value)
    return json.loads(value) if field.name in ("body", "reading") else value


def _seconds(time: datetime) -> int:
    return round((time - NOW).total_seconds())


def _turn(turn: Turn) -> list[Any]:
    clauses = json.loads(turn.reading)["clauses"] if turn.reading else None
    return [_seconds(turn.created_at), turn.move, turn.topic, turn.follow_up, turn.text, clauses]


def _data(corrections: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    tables = {label: apps.get_model(label)._default_manager.order_by("pk") for label in TABLES}
    answered = InterviewRequest.objects.filter(turns__number=1).order_by("pk")
    return {
        "reader": json.loads(Turn.objects.exclude(reading="").latest("pk").reading)["reader"],
        "tables": {label: [*map(_values, rows)] for label, rows in tables.items()},
        "turns": {row.pk: [*map(_turn, row.turns.all())] for row in answered},
        "corrections": [*map(_correction, corrections)],
    }


def _correction(values: Mapping[str, Any]) -> dict[str, Any]:
    correction = {**values}
    contact, quote = correction.pop("contact"), correction.pop("quote")
    driver = Driver.objects.get(interview_request__contact__email=contact, quote__contains=quote)
    return {"interview_request_id": driver.interview_request_id, "quote": driver.quote, "correction": correction}


def _json(value: Any, depth: int = 3) -> str:
    """A row or a turn is a line."""
    if depth and isinstance(value, dict) and value:
        parts = (f"{json.dumps(str(name))}:{_json(each, depth - 1)}" for name, each in value.items())
        return "{\n" + ",\n".join(parts) + "}"
    if depth and isinstance(value, list) and value:
        return "[\n" + ",\n".join(_json(each, 0) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
