"""Acme's sequence, a mail server, and a clock that stands in a week without holidays."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.mail.backends.smtp import EmailBackend
from pytest_django import Settings

from contacts.text import clean_email, clean_name
from hindsight.environment import mail_server
from interviews.models import InterviewRequest
from interviews.services.create import create_interview_request
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from sequences.models import Enrolment, Sequence
from sequences.services.enrolments import decide
from tests.factories import SequenceFactory
from tests.fakes.mail_server import MailServer, serving

SAM = Actor(ActorKind.STAFF, "sam")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 10, tzinfo=BERLIN)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def mails(settings: Settings) -> Iterator[MailServer]:
    """Set up as EMAIL_URL does."""
    with serving() as server:
        settings.EMAIL_URL = mail_server(f"smtp://127.0.0.1:{server.port}")
        for name, value in (settings.EMAIL_URL or {}).items():
            setattr(settings, name, value)
        settings.EMAIL_BACKEND = f"{EmailBackend.__module__}.EmailBackend"
        settings.DEFAULT_FROM_EMAIL = "Hindsight <paige@hindsight.example.com>"
        settings.PUBLIC_BASE_URL = "https://hindsight.example.com"
        yield server


@pytest.fixture
def sequence(acme: Org) -> Sequence:
    return SequenceFactory.create(org=acme)


def enrol(sequence: Sequence, email: str = "alice@example.com", name: str = "Alice") -> InterviewRequest:
    return create_interview_request(
        interview_type=sequence.interview_type,
        sequence=sequence,
        actor=SAM,
        contact_email=clean_email(email),
        contact_name=clean_name(name) if name else None,
    )


def approve_all(org: Org) -> int:
    ids = Enrolment.objects.active().values_list("pk", flat=True)
    return decide(org_id=org.pk, enrolment_ids=list(ids), is_approved=True, actor=SAM)
