import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from contacts.text import clean_email, clean_name, clean_notes
from deals.text import clean_deal_id
from interviews.lifecycle import Speaker, Status
from interviews.models import InterviewType
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import render_transcript
from interviews.paige.findings.findings import findings_of
from interviews.paige.guide.guide import shipped_guide
from interviews.paige.turn.brief import opening_brief
from interviews.services.create import create_interview_request, onboard_org
from interviews.services.interview_types import create_interview_type
from interviews.services.transitions import complete_interview, mark_sent
from interviews.text import clean_objective
from orgs.actors import Actor
from orgs.models import Org

DATA = Path(__file__).with_name("demo.json")


@transaction.atomic
def seed(actor: Actor) -> list[Org]:
    return [_seed_org(org, actor) for org in json.loads(DATA.read_text(encoding="utf-8"))["orgs"]]


def _seed_org(data: dict[str, Any], actor: Actor) -> Org:
    if existing := Org.objects.filter(slug=slugify(data["name"])).first():
        return existing
    org = onboard_org(name=data["name"], plan=data["plan"])
    for contact in data["contacts"]:
        for request_data in contact["requests"]:
            _seed_request(org, contact, request_data, actor)
    return org


def _interview_type(org: Org, guide_name: str) -> InterviewType:
    guide = shipped_guide(guide_name)
    existing = org.interview_types.filter(name=guide["name"]).first()
    return existing or create_interview_type(org=org, guide=guide)


def _seed_request(org: Org, contact: dict[str, Any], data: dict[str, Any], actor: Actor) -> None:
    interview_request = create_interview_request(
        interview_type=_interview_type(org, data.get("guide", "win_loss_buyer")),
        actor=actor,
        contact_email=clean_email(contact["email"]),
        contact_name=clean_name(contact["name"]) if contact["name"] else None,
        contact_context=clean_notes(contact["notes"]),
        deal_id=clean_deal_id(data["deal_id"]),
        objective=clean_objective(data.get("objective", "")),
    )
    status = data.get("status", Status.CREATED)
    if status != Status.CREATED:
        mark_sent(interview_request)
    if status == Status.COMPLETED:
        brief = opening_brief(interview_request).after(_conversation(data["answers"]))
        content = render_transcript(brief.conversation, brief.contact_name)
        complete_interview(interview_request, content=content, **findings_of(brief, content))


def _conversation(answers: Sequence[tuple[str, str, str]]) -> Iterator[Utterance]:
    """`answers`: topic, question and answer."""
    for topic, question, answer in answers:
        yield Utterance(Speaker.PAIGE, question, topic)
        yield Utterance(Speaker.CONTACT, answer, topic)
