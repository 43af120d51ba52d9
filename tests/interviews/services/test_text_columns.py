"""Each column that can hold a text about a contact is erased with the contact, and each that can be overwritten can be
restored. The columns are those of the models, so a new one is tested too.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from contacts.models import Contact
from interviews.lifecycle import DeclineReason
from interviews.models import Driver, InterviewRequest
from interviews.services.erasure import delete_contact, erase_contact
from interviews.services.restoring import Selection, restore_texts
from interviews.services.scripted_buyer import complete
from interviews.services.wishes import decline_interview
from jobs.models import Chunk, Job, Part
from orgs.actors import Actor, ActorKind
from orgs.audit import overwrite
from orgs.models import Change, Org
from tests.client import ApiClient
from tests.factories import ContactFactory, InterviewRequestFactory, SequenceFactory
from webhooks.models import Endpoint
from webhooks.models.event import EVENT_TYPES

SAM = Actor(ActorKind.STAFF, "sam")

# One character, so that it fits into each column, and is in no token and no digest.
MARK = "\N{SNOWMAN}"
IN_JSON = ascii(MARK)[1:-1]

WITHOUT_CONTACTS = {
    "orgs.Org": "what the customer is called, and how it is reached",
    "orgs.Logo": "the customer's picture",
    "orgs.ApiKey": "names a system of the customer",
    "orgs.SecurityEvent": "names rows by type and id",
    "orgs.Change": "is written below, by overwriting: `before` has the texts",
    "interviews.InterviewType": "the guide, which is the same for all contacts",
    "interviews.Wish": "a kind, and the staff login of its owner",
    "interviews.ReportLink": "what a report counts, such as a competitor, and the staff login of who made it",
    "sequences.Sequence": "the same for all contacts",
    "sequences.Step": "the same for all contacts",
    "sequences.Enrolment": "the staff login of who has approved it",
    "sequences.Suppression": "a keyed hash, so that nobody writes to the address again",
    "webhooks.Endpoint": "an address of the customer's system",
}
KEPT = {
    "deals_deal.deal_id": "the customer's id",
    "deals_deal.competitor": "a company",
    "deals_deal.segment": "a group of customers",
    "deals_deal.owner": "a person of the customer",
    "deals_deal.currency": "a code",
}
NOT_RESTORED = {
    "contacts.Contact.email": "another contact may have an earlier address",
    "contacts.Contact.external_id": "another contact may have an earlier id",
    "contacts.Contact.search_text": "computed from email and name",
    "interviews.InterviewRequest.deal_id": "is not overwritten",
    "interviews.InterviewRequest.survey_token": "a secret",
    "interviews.InterviewRequest.flags": "what the contact wants",
    "interviews.InterviewRequest.reading": "computed from objective and notes",
    "interviews.Conversation": "is the contact's",
    "interviews.Turn": "is the contact's and Paige's",
    "interviews.Transcript": "never changes, except that the contact takes back answers",
    "interviews.Driver": "is of the transcript; a review or a correction is replaced by another",
    "interviews.Wish": "is of the contact; an owner is replaced by another",
    "interviews.IndexedAnswer": "is of the transcript",
    "sequences.Mail": "edits are not audited",
    "deals.Deal": "a PUT replaces all of it: the customer's system has the truth",
    "jobs.Job": "is not overwritten",
    "jobs.Chunk": "is not overwritten",
    "webhooks.Event": "is not overwritten",
    "webhooks.Delivery": "has the last answer only",
    "api.IdempotencyRecord": "is not overwritten",
}

WITHOUT_TEXT = (
    *(models.ForeignKey, models.IntegerField, models.BooleanField, models.DateField, models.DecimalField),
    *(models.FloatField, models.DurationField, models.UUIDField),
)


def text_columns(model: type[models.Model]) -> list[Any]:
    """Without codes and computed columns."""
    columns: list[Any] = model._meta.concrete_fields  # type: ignore[assignment]
    return [each for each in columns if not (isinstance(each, WITHOUT_TEXT) or each.choices or each.generated)]


def is_of_an_org(model: type[models.Model]) -> bool:
    fields = model._meta.concrete_fields
    parents = [field.related_model for field in fields if isinstance(field, models.ForeignKey)]
    return model is Org or any(field.name in ("org", "org_id") for field in fields) or any(map(is_of_an_org, parents))


def path_to_contact(model: type[models.Model]) -> str | None:
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model is not model:
            if field.related_model is Contact:
                return field.name
            if path := path_to_contact(field.related_model):
                return f"{field.name}__{path}"
    return None


MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if is_of_an_org(model) and text_columns(model) and model._meta.label not in WITHOUT_CONTACTS
]


def rows_about(alice: Contact, model: type[models.Model]) -> Any:
    """All rows of what has no foreign key to contacts: the others are of nobody else."""
    path = "pk" if model is Contact else path_to_contact(model)
    return model._base_manager.filter(**{path: alice.pk} if path else {})


def mark(alice: Contact, model: type[models.Model], column: Any) -> bool:
    """Whether a row can hold the mark. Constraints let only some rows have a text, such as the comment of a decline."""
    value = MARK.encode() if isinstance(column, models.BinaryField) else MARK
    marked = 0
    for pk in rows_about(alice, model).values_list("pk", flat=True):
        try:
            with transaction.atomic():
                marked += model._base_manager.filter(pk=pk).update(**{column.attname: value})
        except IntegrityError:
            pass
    return marked > 0


def overwrite_marks(alice: Contact) -> None:
    for model in MODELS:
        audited = [column.name for column in text_columns(model) if column.name in getattr(model, "audited", ())]
        for row in rows_about(alice, model) if audited else ():
            overwrite((row, dict.fromkeys(audited, MARK * 2)), actor=SAM)
    assert {*Change.objects.values_list("before", flat=True)} == {MARK}


def marked_columns() -> Iterator[str]:
    """In all tables, also those without a model."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    is_binary = isinstance(value, bytes | memoryview)
                    text = bytes(value).decode(errors="replace") if is_binary else str(value)
                    if MARK in text or IN_JSON in text:
                        yield f"{table}.{name}"


@pytest.fixture
def everything_about(alice: Contact, interview_request: InterviewRequest, acme_api: ApiClient) -> Contact:
    """Alice, with a completed and a declined interview, a mail, a deal, an import of release 0.1.0, and Bob."""
    org = alice.org
    Endpoint.objects.create(org=org, url="https://example.com", event_types=[*EVENT_TYPES])
    about = {"contact_email": alice.email, "interview_type_id": interview_request.interview_type.public_id}
    body = {**about, "deal": {"deal_id": "1", "outcome": "lost"}}
    created = acme_api.post("/interviews", body, Idempotency_Key="1").json()
    complete(InterviewRequest.objects.get(pk=created["interview_request_id"]))
    sequence = SequenceFactory.create(org=org)
    acme_api.post("/interviews", {"contact_email": alice.email, "sequence_id": sequence.public_id})
    Driver.objects.update(is_counted=False)  # counted ones have different topics
    decline_interview(interview_request, reason=DeclineReason.NO_TIME, comment="In a merger.")
    sam = User.objects.create(username="sam")
    job = Job.objects.create(kind="import_contacts", owner=sam, org=org, expires_at=timezone.now())
    Chunk.objects.create(job=job, part=Part.INPUT, number=0, data=b"alice")
    bob = ContactFactory.create(org=org, name="Bob")
    InterviewRequestFactory.create(org=org, contact=bob, objective="Bob's")
    return alice


def erase(**contact: Any) -> None:
    erase_contact(**contact, deal_ids=True)


@pytest.mark.parametrize("remove", [erase, delete_contact])
def test_no_text_about_a_contact_outlives_the_contact(everything_about: Contact, remove: Callable[..., None]) -> None:
    alice = everything_about
    unmarked = [
        f"{model._meta.label}.{column.name}"
        for model in MODELS
        for column in text_columns(model)
        if not mark(alice, model, column)
    ]
    assert unmarked == [], "no row of the fixture can hold a text there"
    overwrite_marks(alice)
    remove(org_id=alice.org_id, contact_id=alice.pk, actor=SAM)
    assert {*marked_columns()} == KEPT.keys()
    assert InterviewRequest.objects.get(contact__name="Bob").objective == "Bob's"


OVERWRITTEN = [
    (model, column)
    for model in MODELS
    for column in text_columns(model)
    if not {model._meta.label, f"{model._meta.label}.{column.name}"} & NOT_RESTORED.keys()
]


@pytest.mark.parametrize(("model", "column"), OVERWRITTEN, ids=[str(column) for _, column in OVERWRITTEN])
def test_each_overwritten_text_is_restored(
    interview_request: InterviewRequest, model: type[models.Model], column: Any
) -> None:
    row: Any = rows_about(interview_request.contact, model).get()
    assert mark(interview_request.contact, model, column)
    row.refresh_from_db()
    overwrite((row, {column.name: "Bad"}), actor=SAM)
    now, day = timezone.now(), timedelta(days=1)
    restore_texts(Selection("sam", now - day, now + day), actor=Actor(ActorKind.STAFF, "sue"))
    row.refresh_from_db()
    assert getattr(row, column.name) == MARK


def test_each_reason_is_needed() -> None:
    models_of_orgs = {model._meta.label for model in apps.get_models() if is_of_an_org(model)}
    columns = {f"{model._meta.label}.{column.name}" for model in MODELS for column in text_columns(model)}
    assert {*WITHOUT_CONTACTS, *NOT_RESTORED} <= models_of_orgs | columns
