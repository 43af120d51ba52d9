import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.utils.text import slugify

from contacts.text import clean_email, clean_name, clean_notes
from deals.models import DealValues
from deals.text import clean_deal_id
from interviews.lifecycle import Move
from interviews.paige.guide.guide import shipped_guide
from interviews.services.conversation_steps import complete_conversation, finish_conversation, give_consent
from interviews.services.create import create_interview_request, onboard_org
from interviews.services.interview_types import create_interview_type
from interviews.services.scripted_buyer import Answers, answer_next
from interviews.services.transitions import mark_sent
from interviews.text import clean_objective
from orgs.actors import Actor
from orgs.models import Org

DATA = Path(__file__).with_name("demo.json")


@transaction.atomic
def seed(actor: Actor) -> list[Org]:
    """Raises CommandError in production, whose figures and lists the demo would be in."""
    if not settings.DEVELOPMENT:
        raise CommandError("The demo is only for development: HINDSIGHT_ENV=development.")
    return [_seed_org(org, actor) for org in json.loads(DATA.read_text(encoding="utf-8"))["orgs"]]


def _seed_org(data: dict[str, Any], actor: Actor) -> Org:
    if existing := Org.objects.filter(slug=slugify(data["name"])).first():
        return existing
    org = onboard_org(name=data["name"], plan=data["plan"])
    for contact in data["contacts"]:
        for request_data in contact["requests"]:
            _seed_request(org, contact, request_data, actor)
    return org


def _seed_request(org: Org, contact: dict[str, Any], data: dict[str, Any], actor: Actor) -> None:
    guide = shipped_guide(data.get("guide", "win_loss_buyer"))
    existing = org.interview_types.filter(name=guide["name"]).first()
    interview_request = create_interview_request(
        interview_type=existing or create_interview_type(org=org, guide=guide),
        actor=actor,
        contact_email=clean_email(contact["email"]),
        contact_name=clean_name(contact["name"]) if contact["name"] else None,
        contact_context=clean_notes(contact["notes"]),
        deal_id=clean_deal_id(data["deal_id"]),
        objective=clean_objective(data.get("objective", "")),
        deal=DealValues(outcome=data["outcome"]) if "outcome" in data else None,
    )
    answers: Answers = data.get("answers", {})
    if answers or "sent" in data:
        mark_sent(interview_request)
    if answers:
        give_consent(interview_request)
        given = interview_request.turns.filter(move=Move.ANSWER)
        while given.count() < sum(map(len, answers.values())) and answer_next(interview_request, answers):
            pass
        finish_conversation(interview_request)
        complete_conversation(interview_request)
