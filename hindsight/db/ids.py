import re

LARGEST_ID = 2**63 - 1


def is_id(text: str) -> bool:
    """An integer from 1 to LARGEST_ID without sign or leading zeros."""
    return re.fullmatch(r"[1-9][0-9]{0,18}", text) is not None and int(text) <= LARGEST_ID
