import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Prefetch

from hindsight.text.timestamps import utc_text
from interviews.models import Conversation, InterviewRequest
from interviews.services.state import declined_conversation, rating_of

Record = dict[str, Any]

PAGE = 500

# Paths into the record.
COLUMNS = (
    "interview_request_id",
    "interview_type",
    "deal_id",
    "status",
    "objective",
    "picks",
    "flags",
    "created_at",
    "email_sent_at",
    "completed_at",
    "updated_at",
    "contact.id",
    "contact.email",
    "contact.name",
    "contact.notes",
    "transcript.document_id",
    "transcript.content",
    "transcript.created_at",
    "decline.reason",
    "decline.comment",
    "decline.declined_at",
    "rating",
)

# Spreadsheets run cells that start with these: a buyer could answer =HYPERLINK(…).
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are full-width = + - @
AFTER_SEPARATOR = re.compile(r"([,;\t|][ \"']*)([=+\-@\uff1d\uff0b\uff0d\uff20])")
BYTE_ORDER_MARK = "\ufeff"


class Writable(Protocol):
    def write(self, text: str, /) -> object: ...


def export_interview_requests(org_id: int) -> Iterator[Record]:
    """Yields all interview requests of the org, oldest first.

    Keyset pagination keeps memory constant and no transaction open. Related rows are fetched by id, because PostgreSQL
    may plan a join over the whole tables.
    """
    without_guide = Prefetch("conversation", Conversation.objects.defer("guide"))
    interview_requests = (
        InterviewRequest.objects.for_org(org_id)
        .prefetch_related("contact", "interview_type", "transcript", without_guide)
        .order_by("pk")
    )
    last = 0
    while page := list(interview_requests.filter(pk__gt=last)[:PAGE]):
        yield from map(record_of, page)
        last = page[-1].pk


def record_of(interview_request: InterviewRequest) -> Record:
    """Without the survey link: anyone who has the link can answer."""
    contact, transcript = interview_request.contact, getattr(interview_request, "transcript", None)
    return {
        "interview_request_id": interview_request.pk,
        "interview_type": interview_request.interview_type.name,
        "deal_id": interview_request.deal_id or None,
        "status": interview_request.status,
        "objective": interview_request.objective or None,
        "picks": interview_request.picks or None,
        "flags": interview_request.raised_flags,
        "created_at": _utc(interview_request.created_at),
        "email_sent_at": _utc(interview_request.email_sent_at),
        "completed_at": _utc(interview_request.completed_at),
        "updated_at": _utc(interview_request.updated_at),
        "contact": {
            "id": contact.public_id,
            "email": contact.email,
            "name": contact.name,
            "notes": contact.notes,
        },
        "transcript": transcript
        and {
            "document_id": transcript.public_id,
            "content": transcript.content,
            "key_answers": transcript.key_answers,
            "drivers": transcript.drivers,
            "coverage": transcript.coverage,
            "created_at": _utc(transcript.created_at),
        },
        "decline": _decline(interview_request),
        "rating": rating_of(interview_request),
    }


def _decline(interview_request: InterviewRequest) -> Record | None:
    declined = declined_conversation(interview_request)
    if declined is None:
        return None
    return {
        "reason": declined.decline_reason or None,
        "comment": declined.decline_comment or None,
        "declined_at": _utc(declined.declined_at),
    }


def write_json_lines(records: Iterable[Record], out: Writable) -> None:
    for record in records:
        out.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_csv(records: Iterable[Record], out: Writable) -> None:
    """Excel needs the byte order mark to detect UTF-8."""
    writer = csv.writer(out)
    writer.writerow([BYTE_ORDER_MARK + COLUMNS[0], *COLUMNS[1:]])
    for record in records:
        writer.writerow([escape_formulas(_cell(record, column)) for column in COLUMNS])


WRITERS: dict[str, Callable[[Iterable[Record], Writable], None]] = {"jsonl": write_json_lines, "csv": write_csv}


def escape_formulas(cell: str) -> str:
    """Prefixes possible formulas with an apostrophe, also after a separator that some spreadsheets split cells at."""
    cell = AFTER_SEPARATOR.sub(r"\1'\2", cell)
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _cell(record: Record, column: str) -> str:
    name, _, part = column.partition(".")
    value = record[name]
    if part and value is not None:
        value = value[part]
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)


def _utc(time: datetime | None) -> str | None:
    return None if time is None else utc_text(time)
