"""Needs django.setup()."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.core.management import call_command

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.create import onboard_org
from orgs.models import Change, Org
from orgs.plans import Plan
from orgs.services import create_api_key
from tools.soak.clients import Customer, Write

ROWS_PER_CLIENT = 4
NEVER_REACHED = 10_000_000


def load(clients: int) -> tuple[Org, list[Customer]]:
    """Each client gets rows of its own."""
    call_command("migrate", verbosity=0)
    org = onboard_org(name="Acme", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED)
    key, interview_type = create_api_key(org=org, name="soak")[1], org.interview_types.get()

    def new_row(name: str) -> int:
        contact = Contact.objects.create(org=org, email=f"{name}@example.com")
        return InterviewRequest.objects.create(org=org, contact=contact, interview_type=interview_type).pk

    names = [[f"row{row}-client{client}" for row in range(ROWS_PER_CLIENT)] for client in range(clients)]
    return org, [Customer(key, interview_type.public_id, [*map(new_row, rows)]) for rows in names]


def verify(writes: Iterable[Write], org: Org) -> defaultdict[str, list[Write]]:
    """Returns what is lost, doubled and partial: of a partial PATCH, one of the two texts is stored.

    A text is stored once for each time that it is the current one, or that the audit has it as replaced.
    """
    texts, ids, row_of_contact = Counter[tuple[str, int, str]](), defaultdict[str, list[int]](list), dict[int, int]()
    for row in org.interview_requests.select_related("contact"):
        ids[row.deal_id].append(row.pk)
        texts["objective", row.pk, row.objective] += 1
        if not row.deal_id:
            row_of_contact[row.contact_id] = row.pk
            texts["notes", row.pk, row.contact.notes] += 1
    for field, pk, before in Change.objects.for_org(org.pk).values_list("field", "object_id", "before"):
        texts[field, row_of_contact[pk] if field == "notes" else pk, before or ""] += 1

    found = defaultdict[str, list[Write]](list)
    for write in writes:
        pk = write.interview_request_id or 0
        patched = {texts[field, pk, write.text] for field in ("objective", "notes")}
        counts = {len(ids[write.text])} if write.is_post else patched
        if len(counts) > 1:
            found["partial"].append(write)
        if max(counts) > 1:
            found["doubled"].append(write)
        if write.is_acknowledged and (pk not in ids[write.text] if write.is_post else not min(counts)):
            found["lost"].append(write)
    return found
