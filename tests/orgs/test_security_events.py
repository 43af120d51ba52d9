"""Security events are append-only, until purge deletes old ones."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from orgs.actors import Actor, ActorKind
from orgs.models import EventKind, Org, SecurityEvent
from orgs.security_events import record_security_event

pytestmark = pytest.mark.django_db

ACTOR = Actor(ActorKind.STAFF, "ann")


@pytest.fixture
def event(acme: Org) -> SecurityEvent:
    record_security_event(EventKind.ORG_CHANGED, ACTOR, about=acme, detail="plan:\ngrowth")
    return SecurityEvent.objects.latest("pk")


def test_an_event_survives_its_org(event: SecurityEvent, acme: Org) -> None:
    acme.delete()
    event.refresh_from_db()
    assert (event.org, event.subject_type, event.subject, event.detail) == ("acme", "org", "acme", "plan: growth")


@pytest.mark.parametrize(
    "write",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: SecurityEvent.objects.filter(pk=event.pk).update(actor="nobody"),
        lambda event: SecurityEvent.objects.filter(pk=event.pk).delete(),
        lambda event: SecurityEvent.objects.bulk_update([event], ["actor"]),
    ],
)
def test_the_orm_neither_changes_nor_deletes_events(event: SecurityEvent, write: Any) -> None:
    event.actor = "nobody"
    with pytest.raises(TypeError, match="append-only"), transaction.atomic():
        write(event)
    event.refresh_from_db()
    assert event.actor == "ann"


def test_texts_that_are_too_long_are_cut(acme: Org) -> None:
    record_security_event(EventKind.COMMAND, Actor(ActorKind.COMMAND, "c" * 500), detail="d" * 500)
    event = SecurityEvent.objects.latest("pk")
    assert (len(event.actor), len(event.detail)) == (150, 300)


@pytest.mark.parametrize("values", [{"kind": "nonsense"}, {"actor_kind": "nobody"}])
def test_the_database_refuses_unknown_kinds(values: dict[str, str]) -> None:
    fields = {"kind": "export", "actor_kind": "staff", **values}
    with pytest.raises(IntegrityError), transaction.atomic():
        SecurityEvent.objects.create(**fields)
