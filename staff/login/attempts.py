from django.http import HttpRequest
from django_ratelimit.core import get_usage

from hindsight.limits.local import local_counters


def hit(request: HttpRequest, group: str, key: str, limit: int, minutes: int) -> tuple[int, int]:
    """Returns the count and the seconds until the window ends. While the store is unavailable, this process counts."""
    usage = get_usage(request, group=group, key=lambda *_: key, rate=f"{limit}/{minutes}m", increment=True)
    if usage is None:
        return local_counters.hit(f"{group} {key}", minutes * 60)
    return usage["count"], usage["time_left"] + 1
