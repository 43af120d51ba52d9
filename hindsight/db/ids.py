"""The ids of rows, as texts that somebody sends."""

import re

LARGEST_ID = 2**63 - 1


def is_id(text: str) -> bool:
    """Whether a row could have this id: a whole number from 1 that the database can store, in its one spelling."""
    return re.fullmatch(r"[1-9][0-9]{0,18}", text) is not None and int(text) <= LARGEST_ID
