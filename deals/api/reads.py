"""SQL for the views, as in interviews/api/reads.py. Each statement also verifies the API key."""

from decimal import Decimal
from typing import Any, NamedTuple

from deals.api import bodies
from deals.models import Deal
from deals.text import shown_amount
from hindsight.api.json_bodies import body_of
from hindsight.api.pagination import Listing
from hindsight.db.statements import Time, TimeText, select_list
from hindsight.text.timestamps import utc_text_of
from orgs.authentication import KEY_IS_VALID


class Columns(NamedTuple):
    id: int
    version: int
    deal_id: str
    outcome: str
    reported_reason: str
    competitor: str
    segment: str
    owner: str
    amount: Decimal | float | None
    currency: str
    closed_at: Time
    created_at: TimeText
    updated_at: TimeText


SELECT = f"""
SELECT {select_list(Columns, "deal")}
FROM deals_deal AS deal
WHERE deal.org_id = %(org_id)s AND {KEY_IS_VALID}"""  # noqa: S608

FIND = f"{SELECT} AND deal.deal_id = %(deal_id)s"


class DealRow:
    def __init__(self, columns: tuple[Any, ...]) -> None:
        stored = Columns._make(columns)
        self.pk, self.version = stored.id, stored.version
        self.deal_id = stored.deal_id
        self.outcome = stored.outcome or None
        self.reported_reason = stored.reported_reason or None
        self.competitor = stored.competitor or None
        self.segment = stored.segment or None
        self.owner = stored.owner or None
        self.amount = None if stored.amount is None else shown_amount(stored.amount)
        self.currency = stored.currency or None
        self.closed_at = None if stored.closed_at is None else utc_text_of(stored.closed_at)
        self.created_at, self.updated_at = utc_text_of(stored.created_at), utc_text_of(stored.updated_at)

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    def body(self) -> dict[str, Any]:
        return body_of(bodies.DealSerializer, self)


DEALS = Listing(
    model=Deal,
    alias="deal",
    row=DealRow,
    select=SELECT,
    conditions={"outcome": "deal.outcome = %(outcome)s"},
    times={"updated_after": "updated_at"},
)
