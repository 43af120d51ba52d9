from collections.abc import Iterator

from django.db.models import QuerySet

from deals.models import FIELDS, Deal
from deals.text import shown_amount
from hindsight.db.keyset import in_pages
from hindsight.text.record_files import Record
from hindsight.text.timestamps import utc_text

PAGE = 500
COLUMNS = ("deal_id", "org", *FIELDS, "created_at", "updated_at")


def export_deals(selected: QuerySet[Deal]) -> Iterator[Record]:
    """Oldest first."""
    yield from map(record_of, in_pages(selected.select_related("org"), PAGE))


def record_of(deal: Deal) -> Record:
    return {
        "deal_id": deal.deal_id,
        "org": deal.org.slug,
        **values_of(deal),
        "created_at": utc_text(deal.created_at),
        "updated_at": utc_text(deal.updated_at),
    }


def values_of(deal: Deal) -> Record:
    """As the API shows them."""
    values: Record = {field: getattr(deal, field) or None for field in FIELDS}
    values["amount"] = None if deal.amount is None else shown_amount(deal.amount)
    values["closed_at"] = None if deal.closed_at is None else utc_text(deal.closed_at)
    return values
