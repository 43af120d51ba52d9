"""Import after django.setup()."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from interviews.models import InterviewRequest
from orgs.models import Change
from tools.soak.ledger import Kind, Write


@dataclass
class Stored:
    """How often each text was written. The keys are (id of the interview request, text)."""

    objectives: Counter[tuple[int, str]] = field(default_factory=Counter)
    notes: Counter[tuple[int, str]] = field(default_factory=Counter)
    deal_ids: Counter[tuple[int, str]] = field(default_factory=Counter)

    @classmethod
    def read(cls, org_id: int) -> Self:
        """A text was written if it is the current one, or if the audit has it as replaced."""
        stored, request_of_contact = cls(), {}
        for row in InterviewRequest.objects.for_org(org_id).select_related("contact"):
            stored.deal_ids[row.pk, row.deal_id] += 1
            stored.objectives[row.pk, row.objective] += 1
            if not row.deal_id:
                request_of_contact[row.contact_id] = row.pk
                stored.notes[row.pk, row.contact.notes] += 1
        for name, object_id, before in Change.objects.for_org(org_id).values_list("field", "object_id", "before"):
            text = before or ""  # None: erased
            if name == "objective":
                stored.objectives[object_id, text] += 1
            elif name == "notes":
                stored.notes[request_of_contact[object_id], text] += 1
        return stored


@dataclass
class Verdict:
    """`partial`: one of the two texts of a PATCH was stored."""

    lost: list[Write] = field(default_factory=list)
    doubled: list[Write] = field(default_factory=list)
    partial: list[Write] = field(default_factory=list)

    def of_fault(self, fault: str) -> "Verdict":
        lists = (self.lost, self.doubled, self.partial)
        return Verdict(*([write for write in writes if write.fault == fault] for writes in lists))

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.partial)


def verify(writes: Iterable[Write], stored: Stored) -> Verdict:
    verdict = Verdict()
    rows_of = Counter(deal_id for _, deal_id in stored.deal_ids)
    for write in writes:
        key = (write.interview_request_id or 0, write.text)
        if write.kind is Kind.PATCH:
            counts = [stored.objectives[key], stored.notes[key]]
            if min(counts) != max(counts):
                verdict.partial.append(write)
        else:
            # Without a response, the id is unknown.
            counts = [rows_of[write.text], stored.deal_ids[key] if write.is_acknowledged else rows_of[write.text]]
        if write.is_acknowledged and not min(counts):
            verdict.lost.append(write)
        if max(counts) > 1:
            verdict.doubled.append(write)
    return verdict
