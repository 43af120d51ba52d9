from django.db import models


class Plan(models.TextChoices):
    ESSENTIALS = "essentials"
    GROWTH = "growth"
    ENTERPRISE = "enterprise"


REQUESTS_PER_MINUTE: dict[str, int] = {
    Plan.ESSENTIALS: 60,
    Plan.GROWTH: 300,
    Plan.ENTERPRISE: 1_000,
}


def requests_per_minute(plan: str, own_rate_limit: int | None) -> int:
    return own_rate_limit or REQUESTS_PER_MINUTE[plan]
