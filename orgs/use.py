"""How many requests of the API an org has sent: on its page, and in the metrics."""

from prometheus_client.core import GaugeMetricFamily

from hindsight.limits.day_counts import Use, use_of
from orgs.models import Org


def use_by_day(org: Org) -> list[tuple[str, Use]] | None:
    """Returns None if the counters are unavailable."""
    key = str(org.pk)
    uses = [(label, use_of([key], days_ago=days)) for days, label in enumerate(("Today", "Yesterday"))]
    return [(label, use[key]) for label, use in uses if use] or None


def read_use() -> tuple[GaugeMetricFamily, ...]:
    """By the id of the org, if it has sent requests. No values while the counters are unavailable."""
    uses = use_of(map(str, Org.objects.values_list("pk", flat=True))) or {}
    requests = GaugeMetricFamily("hindsight_org_requests", "Requests with a valid API key today (UTC).", labels=["org"])
    refused = GaugeMetricFamily("hindsight_org_refused_requests", "Those over the rate limit.", labels=["org"])
    for org, use in uses.items():
        if use.requests:
            requests.add_metric([org], use.requests)
            refused.add_metric([org], use.refused)
    return requests, refused
