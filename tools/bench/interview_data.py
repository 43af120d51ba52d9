"""Needs django.setup()."""

from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Q

from contacts.text import clean_email, clean_notes
from interviews.lifecycle import ASKED_THE_MODEL, Engine
from interviews.models import InterviewType, Turn
from interviews.models.turn import WORDED, WORDING_FELL_BACK
from interviews.services.create import create_interview_request, onboard_org
from interviews.text import clean_objective
from orgs.actors import Actor, ActorKind
from orgs.plans import Plan
from orgs.services import create_api_key
from tools.bench.operations import Requests

ACTOR = Actor(ActorKind.COMMAND, "bench")
NEVER_REACHED = 10_000_000


def load(interviews: int) -> tuple[list[str], Requests]:
    """Returns the survey tokens, and requests of a customer for the same interviews."""
    call_command("migrate", verbosity=0)
    org = onboard_org(name="Acme", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED)
    interview_type = InterviewType.objects.get(org=org)
    rows = [
        create_interview_request(
            interview_type=interview_type,
            actor=ACTOR,
            contact_email=clean_email(f"contact{number}@example.com"),
            contact_context=clean_notes("Runs the data team, main concern is pricing."),
            objective=clean_objective("Understand why pricing was the blocker"),
        )
        for number in range(interviews)
    ]
    _, key = create_api_key(org=org, name="bench")
    connection.close()
    return [str(row.survey_token) for row in rows], Requests(key, rows[0].pk, rows[-1].pk, {})


@dataclass(frozen=True)
class Turns:
    """Those that asked the model to choose, and to word, and those of them that fell back."""

    to_choose: int
    choices_fell_back: int
    to_word: int
    words_fell_back: int


def turns() -> Turns:
    counts = Turn.objects.aggregate(
        to_choose=Count("pk", filter=Q(engine__in=ASKED_THE_MODEL)),
        choices_fell_back=Count("pk", filter=Q(engine=Engine.FALLBACK)),
        to_word=Count("pk", filter=WORDED | WORDING_FELL_BACK),
        words_fell_back=Count("pk", filter=WORDING_FELL_BACK),
    )
    return Turns(**counts)
