from django.db import models
from django.utils import timezone

from orgs.tenancy import OrgRowsQuerySet

# In the order of the text that is stored.
SCOPES = ("read", "write", "webhooks")


class Scopes(models.TextChoices):
    READ_WRITE = "read write", "read and write"
    READ = "read", "read"
    WRITE = "write", "write"
    WEBHOOKS = "webhooks", "webhook endpoints"
    READ_WEBHOOKS = "read webhooks", "read and webhook endpoints"
    WRITE_WEBHOOKS = "write webhooks", "write and webhook endpoints"
    ALL = "read write webhooks", "read, write and webhook endpoints"


class ApiKeyQuerySet(OrgRowsQuerySet["ApiKey"]):
    def live(self) -> "ApiKeyQuerySet":
        """Includes keys of suspended orgs."""
        unexpired = models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at__isnull=True)

    def search(self, text: str) -> "ApiKeyQuerySet":
        return self.filter(models.Q(prefix__startswith=text) | models.Q(name__istartswith=text))


class ApiKey(models.Model):
    """The key itself is not stored. `orgs.keys` describes the format."""

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, help_text="The system or person that uses this key.")
    prefix = models.CharField(max_length=20, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.CharField(max_length=20, choices=Scopes, default=Scopes.READ_WRITE)
    created_at = models.DateTimeField(auto_now_add=True)
    lifetime = models.DurationField(
        null=True, editable=False, help_text="From issue to expiry. Empty: the key does not expire."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ("-id",)
        permissions = (
            ("view_own_apikey", "Can view API keys of orgs that they manage"),
            ("add_own_apikey", "Can add API keys of orgs that they manage"),
            ("change_own_apikey", "Can change API keys of orgs that they manage"),
        )
        constraints = (
            models.CheckConstraint(name="api_key_scopes_are_known", condition=models.Q(scopes__in=Scopes.values)),
        )

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    @property
    def state(self) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "live" if self.expires_at is None or self.expires_at > timezone.now() else "expired"
