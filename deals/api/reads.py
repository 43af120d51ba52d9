"""SQL for the views, as in interviews/api/reads.py. Each statement also verifies the API key."""

from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from deals.api import bodies
from deals.models import Deal
from hindsight.api.json_bodies import body_of
from hindsight.api.pagination import Listing
from hindsight.db.statements import Time, TimeText, select_list
from orgs.authentication import KEY_IS_VALID


class DealRow(NamedTuple):
    pk: Annotated[int, "deal.id"]
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

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    def body(self) -> dict[str, Any]:
        return body_of(bodies.DealSerializer, self)


SELECT = f"""
SELECT {select_list(DealRow, "deal")}
FROM deals_deal AS deal
WHERE deal.org_id = %(org_id)s AND {KEY_IS_VALID}"""  # noqa: S608

FIND = f"{SELECT} AND deal.deal_id = %(deal_id)s"

DEALS = Listing(
    model=Deal,
    alias="deal",
    row=DealRow._make,
    select=SELECT,
    conditions={"outcome": "deal.outcome = %(outcome)s"},
    times={"updated_after": "updated_at"},
)
