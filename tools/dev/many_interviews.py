"""Completed interviews of an org with deals, to look at pages about many of them. Needs django.setup()."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from contacts.text import clean_email, clean_name, clean_notes
from deals.models import DealValues, Outcome
from deals.services import write_deal
from deals.text import clean_deal_id
from interviews.lifecycle import Speaker
from interviews.models import Driver, InterviewRequest, InterviewType
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import render_transcript
from interviews.paige.findings.findings import findings_of
from interviews.paige.turn.brief import opening_brief
from interviews.services.create import create_interview_request
from interviews.services.transitions import complete_interview
from interviews.text import clean_objective
from orgs.actors import Actor, ActorKind

ACTOR = Actor(ActorKind.COMMAND, "many_interviews")
DAYS = 180
REVERSED = 0.2
"""The share of answers that do not fit the outcome."""
ANSWERED = {"won": 0.9, "lost": 0.6, "no_decision": 0.7}
COMPETITORS = ("Corvid", "Northlight", "Spreadsheets", "")
REASONS = {
    "won": ("Ease of use", "Best product", "Good price", ""),
    "lost": ("Price", "Missing features", "Lost to Corvid", "Security review took too long", ""),
    "no_decision": ("Budget", "Timing", "No decision", ""),
}

# Answers by topic. Those of a deal that was won come from the first list, others from the second.
ANSWERS = {
    "pricing": (
        (
            "The price was fine. It played no role in the end.",
            "The discount was fair, and the packaging was easy to explain to our CFO.",
            "Nobody complained about the price.",
        ),
        (
            "The price of {vendor} was too high, a third more than the next offer.",
            "Your quote was too expensive for a team of our size.",
            "The price was fine. It played no role in the end.",
        ),
    ),
    "vendor": (
        (
            "The reports are excellent, and setting them up is easy.",
            "The import was fast. But the mobile app felt clunky.",
            "I loved the dashboards. The API was poorly documented.",
        ),
        (
            "The missing single sign-on of your product was a problem for our CISO.",
            "The mobile app felt clunky.",
            "The reports were excellent. But the product has no audit log, which was a problem.",
        ),
    ),
    "experience": (
        (
            "The onboarding team was great, they answered within a day.",
            "It was a pleasure to work with your solution engineer.",
            "The trial went well.",
        ),
        (
            "The security review was slow, and nobody called us back.",
            "The demo was confusing, and the second one was worse.",
            "We never saw anybody of your team.",
        ),
    ),
    "decision": (
        (
            "We chose {vendor} because the team on the floor trusted the numbers after one week.",
            "We decided for {vendor} because the import was so fast.",
        ),
        (
            "We decided against {vendor} because the price was too high.",
            "We went with another vendor because the security review of {vendor} was too slow.",
            "In the end we kept our spreadsheets, because nobody had the time for a migration.",
        ),
    ),
}


def complete_many(interview_type: InterviewType, number: int, *, seed: int = 1) -> None:
    """Of the last DAYS days. Every fourth deal has two contacts. Returns when `number` interviews are completed."""
    random = Random(seed)  # noqa: S311 (no secrets)
    index = completed = 0
    while completed < number:
        index += 1
        outcome = random.choice((*Outcome.values, "lost", "won"))
        deal = clean_deal_id(f"deal_{index // 2 * 2 if index % 8 < 2 else index}")
        write_deal(org_id=interview_type.org_id, deal_id=deal, values=_deal(random, outcome), actor=ACTOR)
        row = create_interview_request(
            interview_type=interview_type,
            actor=ACTOR,
            contact_email=clean_email(f"buyer{index}@customer{index // 2}.example"),
            contact_name=clean_name(f"Buyer {index}"),
            contact_context=clean_notes("Runs the data team."),
            deal_id=deal,
            objective=clean_objective("Why price mattered"),
        )
        at = timezone.now() - timedelta(days=random.random() * DAYS)
        InterviewRequest.objects.filter(pk=row.pk).update(created_at=at - timedelta(days=3))
        if random.random() < ANSWERED[outcome]:
            completed += 1
            _complete(row, _said(random, interview_type.org.name, outcome), at)


def _complete(row: InterviewRequest, said: Iterator[Utterance], at: Any) -> None:
    brief = opening_brief(row).after(said)
    content = render_transcript(brief.conversation, brief.contact_name)
    complete_interview(row, content=content, **findings_of(brief, content))
    InterviewRequest.objects.filter(pk=row.pk).update(completed_at=at)
    Driver.objects.filter(interview_request=row).update(completed_at=at)


def _said(random: Random, vendor: str, outcome: str) -> Iterator[Utterance]:
    for topic, (won, lost) in ANSWERS.items():
        answers = won if (outcome == Outcome.WON) != (random.random() < REVERSED) else lost
        yield Utterance(Speaker.PAIGE, "What can you tell me about it?", topic)
        yield Utterance(Speaker.CONTACT, random.choice(answers).format(vendor=vendor), topic)


def _deal(random: Random, outcome: str) -> DealValues:
    return DealValues(
        outcome=outcome,
        reported_reason=random.choice(REASONS[outcome]),
        competitor=random.choice(COMPETITORS),
        segment="",
        amount=Decimal(random.randrange(5, 200) * 1_000),
        currency="EUR",
        closed_at=None,
    )
