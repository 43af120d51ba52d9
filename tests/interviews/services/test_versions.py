"""Every write changes the version, and so the ETag, and the time of the last write."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Contact
from contacts.services import update_contact, upsert_contacts
from contacts.text import Email, Name, Notes
from interviews.models import InterviewRequest
from interviews.paige.objective import Picks
from interviews.services.address import correct_address
from interviews.services.create import create_interview_request
from interviews.services.marks import CANCELLED, NOT_CANCELLED, SENT, Mark, mark_one
from orgs.audit import restore
from orgs.models import Change
from tests.client import ApiClient
from tests.interviews.steps import SAM, complete, erase, pick, write

Write = Callable[[InterviewRequest], object]


def update(**texts: Any) -> Write:
    return lambda row: write(row, **texts)


def update_contact_of(row: InterviewRequest) -> None:
    update_contact(org_id=row.org_id, contact_id=row.contact_id, actor=SAM, notes=Notes("New"))


def import_contact_of(row: InterviewRequest) -> None:
    upsert_contacts(org_id=row.org_id, contacts={row.contact.email: {"notes": "New"}}, actor=SAM)


def create_another_for_the_contact_of(row: InterviewRequest) -> None:
    create_interview_request(
        interview_type=row.interview_type, actor=SAM, contact_email=row.contact.email, contact_name=Name("New")
    )


def restore_notes_of(row: InterviewRequest) -> None:
    restore(row.contact, Change.objects.of(row.contact).get(), actor=SAM)


def mark_of(mark: Mark) -> Write:
    return lambda row: mark_one(mark, org_id=row.org_id, interview_request_id=row.pk, actor=SAM)


def correct_address_of(row: InterviewRequest) -> None:
    correct_address(org_id=row.org_id, interview_request_id=row.pk, email=Email("right@example.com"), actor=SAM)


def save_twice(row: InterviewRequest) -> None:
    row.save()
    row.save()


WRITES: dict[str, tuple[Write, ...]] = {
    "notes": (update(contact_context="New"),),
    "name": (update(contact_name="New"),),
    "objective": (update(objective="New"),),
    "picks": (lambda row: pick(row, Picks(avoid=("pricing",))),),
    "contact by staff": (update_contact_of,),
    "import": (import_contact_of,),
    "create for the same contact": (create_another_for_the_contact_of,),
    "restore": (update(contact_context="New"), restore_notes_of),
    "mark as sent": (mark_of(SENT),),
    "cancellation": (mark_of(CANCELLED), mark_of(NOT_CANCELLED)),
    "address": (correct_address_of,),
    "conversation": (lambda row: complete(row, "It was slow."),),
    "erasure": (erase,),
    "save": (lambda row: row.save(), lambda row: row.contact.save()),
    "save of an instance that was saved before": (save_twice,),
    "save of a partly loaded instance": (lambda row: InterviewRequest.objects.only("deal_id").get(pk=row.pk).save(),),
    "queryset update": (lambda row: InterviewRequest.objects.filter(pk=row.pk).update(deal_id="new"),),
    "bulk update": (lambda row: InterviewRequest.objects.bulk_update([row], ["deal_id"]),),
}


@pytest.mark.parametrize("writes", WRITES.values(), ids=WRITES)
def test_every_write_changes_etag_version_and_time(
    acme_api: ApiClient, interview_request: InterviewRequest, writes: tuple[Write, ...]
) -> None:
    def stored() -> list[tuple[int, object]]:
        row = InterviewRequest.objects.select_related("contact").get(pk=interview_request.pk)
        return [(row.version, row.updated_at), (row.contact.version, row.contact.updated_at)]

    path = f"/interviews/{interview_request.pk}"
    for change in writes:
        earlier, before = acme_api.get(path).headers["ETag"], stored()
        change(InterviewRequest.objects.select_related("contact", "interview_type").get(pk=interview_request.pk))
        changed = [(old, new) for old, new in zip(before, stored(), strict=True) if old != new]
        assert changed
        assert all(new[0] > old[0] and new[1] > old[1] for old, new in changed)  # type: ignore[operator]
        assert acme_api.get(path, If_None_Match=earlier).status_code == 200
        assert acme_api.patch(path, {"objective": "x"}, If_Match=earlier).status_code == 412


def test_writers_that_read_the_same_version_do_not_write_the_same_version(alice: Contact) -> None:
    stale = Contact.objects.get(pk=alice.pk)
    for row in (alice, stale):
        row.name = "New"
        row.save(update_fields=["name"])
    assert (alice.version, stale.version) == (3, 3)
    assert abs((alice.updated_at - timezone.now()).total_seconds()) < 60


def test_an_update_without_texts_writes_nothing(interview_request: InterviewRequest) -> None:
    versions: Any = update()(interview_request)
    row = InterviewRequest.objects.select_related("contact").get()
    assert versions[:3] == (row.version, row.contact.version, row.interview_type.guide["version"])
    assert row.updated_at == interview_request.updated_at
    assert not Change.objects.exists()


def test_created_rows_equal_the_stored_ones(interview_request: InterviewRequest) -> None:
    created = create_interview_request(
        interview_type=interview_request.interview_type, actor=SAM, contact_email=Email("bob@example.com")
    )
    stored = InterviewRequest.objects.select_related("contact").get(pk=created.pk)
    for row, same in ((created, stored), (created.contact, stored.contact)):
        names = [field.attname for field in row._meta.concrete_fields if field.attname != "search_text"]
        assert [getattr(row, name) for name in names] == [getattr(same, name) for name in names]
        row.save()
    assert stored.contact.created_at == Contact.objects.get(pk=created.contact_id).created_at
