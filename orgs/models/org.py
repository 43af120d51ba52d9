from django.core.validators import MinValueValidator
from django.db import models

from orgs.plans import Plan, requests_per_minute


class Org(models.Model):
    """A customer. Everything else belongs to one."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    plan = models.CharField(max_length=20, choices=Plan)
    own_rate_limit = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Requests a minute that this org's contract grants. Empty: the plan's.",
    )
    is_active = models.BooleanField(default=True, help_text="No key of an org that is suspended is accepted.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(name="org_plan_is_known", condition=models.Q(plan__in=Plan.values)),
            models.CheckConstraint(
                name="org_own_rate_limit_is_positive",
                condition=models.Q(own_rate_limit__isnull=True) | models.Q(own_rate_limit__gte=1),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def requests_per_minute(self) -> int:
        return requests_per_minute(self.plan, self.own_rate_limit)
