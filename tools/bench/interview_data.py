"""Needs django.setup()."""

from django.core.management import call_command
from django.db import connection
from django.db.models import Count

from contacts.text import clean_email, clean_notes
from interviews.models import InterviewType, Turn
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


def turns_by_engine() -> dict[str, int]:
    counts = Turn.objects.values_list("engine").annotate(Count("pk"))
    return dict(counts)
