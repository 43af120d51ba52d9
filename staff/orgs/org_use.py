from hindsight.limits.usage_counts import DAY, HOUR, NEAR_PERCENT, use_of
from orgs.models import Org


def rows_of_use(org: Org) -> list[tuple[str, int, int]] | None:
    """Labels with the numbers of the last hours and of the last days. None if the counters are unavailable."""
    use = use_of(str(org.pk))
    if use is None:
        return None
    labels = (
        "Requests",
        "Refused with 429",
        f"Minutes with {NEAR_PERCENT}% of the limit or more",
        "Minutes over the limit",
    )
    return list(zip(labels, use[HOUR], use[DAY], strict=True))
