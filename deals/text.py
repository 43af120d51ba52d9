"""`clean_…` functions raise ValidationError."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NewType

from django.core.exceptions import ValidationError

from hindsight.text.storable import clean_text

MAX_DEAL_ID_LENGTH = 255
MAX_REASON_LENGTH = 10_000
MAX_LABEL_LENGTH = 255

# A double, which most JSON parsers read numbers as, keeps 15 digits.
AMOUNT_DIGITS, AMOUNT_DECIMALS = 15, 3
MAX_AMOUNT = 10 ** (AMOUNT_DIGITS - AMOUNT_DECIMALS)

CURRENCY = "^[A-Z]{3}$"

DealId = NewType("DealId", str)


def clean_deal_id(deal_id: str) -> DealId:
    return DealId(clean_text(deal_id, MAX_DEAL_ID_LENGTH))


def clean_reason(reason: str) -> str:
    return clean_text(reason, MAX_REASON_LENGTH)


def clean_label(label: str) -> str:
    return clean_text(label, MAX_LABEL_LENGTH)


# At the end of a company's name, without dots.
LEGAL_FORM = re.compile(
    "ab|ag|as|aps|bv|co|company|corp|corporation|gmbh|inc|incorporated|kg|limited|llc|llp|ltd|nv|oy|plc|sa|sarl|sas|se|"
    "spa|srl|ug"
)


@lru_cache(maxsize=10_000)
def company_key(name: str) -> str:
    """Equal for names that differ in capitals, spaces, punctuation or the legal form. Empty without letters."""
    words = re.sub(r"[.'\u2019]", "", name.casefold())
    parts = re.findall(r"\w+", words)
    while len(parts) > 1 and LEGAL_FORM.fullmatch(parts[-1]):
        parts.pop()
    return "".join(parts)


def label_key(label: str) -> str:
    """Equal for labels that differ in capitals or spaces."""
    return " ".join(label.casefold().split())


def clean_currency(currency: str) -> str:
    if currency and not re.fullmatch(CURRENCY, currency):
        raise ValidationError("Send an ISO 4217 code in capitals, such as EUR.")
    return currency


def clean_amount(amount: Decimal) -> Decimal:
    if amount.is_finite() and abs(amount) < MAX_AMOUNT and abs(rounded := round(amount, AMOUNT_DECIMALS)) < MAX_AMOUNT:
        return rounded + 0  # not -0
    raise ValidationError(f"Send an amount below {MAX_AMOUNT:,}.")
