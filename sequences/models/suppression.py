import unicodedata

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from sequences.models.enrolment import SUPPRESSING, StopReason


def old_keys() -> list[str]:
    """Mails live longer than sessions: their keys stay when those of sessions are removed."""
    return [*settings.SECRET_KEY_FALLBACKS, *settings.OLD_MAIL_KEYS]


def digests_of(email: str) -> list[str]:
    """By each secret key, the current one first."""
    address = email
    for _ in range(2):  # casefold() can undo the normalization
        address = unicodedata.normalize("NFKC", address.strip()).casefold()
    keys = (settings.SECRET_KEY, *old_keys())
    return [salted_hmac("sequences.suppression", address, key, algorithm="sha256").hexdigest() for key in keys]


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def of(self, email: str, org_id: int) -> "SuppressionQuerySet":
        return self.filter(Q(org=None) | Q(org=org_id), digest__in=digests_of(email))


class Suppression(models.Model):
    """An address that gets no mail. Only a keyed hash of it is stored, so that it survives the contact's erasure."""

    org = models.ForeignKey(
        "orgs.Org", on_delete=models.CASCADE, null=True, related_name="suppressions", help_text="Empty: of all orgs."
    )
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    reason = models.CharField(max_length=20, choices=StopReason)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("org", "digest"), name="suppression_is_unique_in_org"),
            models.UniqueConstraint(fields=("digest",), condition=Q(org=None), name="suppression_is_unique_of_all"),
            models.CheckConstraint(name="suppression_reason_is_known", condition=Q(reason__in=SUPPRESSING)),
        )

    def __str__(self) -> str:
        return f"Suppression {self.pk}"
