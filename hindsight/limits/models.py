from django.db import models


class RateLimitCounter(models.Model):
    """Written with raw SQL by hindsight.limits.counters."""

    key = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveBigIntegerField()
    expires_at = models.PositiveBigIntegerField(db_index=True, help_text="Unix seconds")

    class Meta:
        db_table = "rate_limit_counter"

    def __str__(self) -> str:
        return self.key
