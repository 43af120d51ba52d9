from typing import Any, NoReturn, Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from orgs.actors import ActorKind
from orgs.tenancy import OrgRowsQuerySet

REFUSAL = "These rows are append-only."


class AppendOnlyRows:
    """For a QuerySet."""

    def update(self, **values: Any) -> NoReturn:
        raise TypeError(REFUSAL)

    def delete(self) -> NoReturn:
        raise TypeError(REFUSAL)


class AppendOnly(models.Model):
    """Only `orgs.audit_removal` changes and deletes rows. The database refuses it too (decision 19)."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(REFUSAL)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(REFUSAL)


class ChangeQuerySet(AppendOnlyRows, OrgRowsQuerySet["Change"]):
    def of(self, obj: models.Model) -> "ChangeQuerySet":
        return self.filter(
            org_id=obj.org_id,  # type: ignore[attr-defined]
            object_type=obj._meta.model_name,
            object_id=obj.pk,
        ).order_by("-id")


class Change(AppendOnly):
    """Append-only, except for `orgs.audit_removal`.

    Has no foreign key to the object, because `orgs` is below `contacts` and `interviews`.
    """

    # The ORM must not delete changes. orgs.audit_removal deletes those of an org, after the org. At the commit, the
    # database checks that none is left: SQLite by the foreign key, PostgreSQL by a trigger (0020_append_only).
    org = models.ForeignKey("orgs.Org", on_delete=models.DO_NOTHING, related_name="changes", db_index=False)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    before = models.TextField(null=True, help_text="None: erased.")  # noqa: DJ001
    actor_kind = models.CharField(max_length=20, choices=ActorKind)
    actor = models.CharField(max_length=150, help_text="The prefix of the API key, the staff login, or the command.")
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    after: str | None  # set by orgs.audit.with_after()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("org", "object_type", "object_id", "-id"), name="change_of_object"),
            # Small and cheap to write, because rows are added in the order of time. On SQLite it is an ordinary index.
            BrinIndex(fields=("created_at",), name="change_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.field} of {self.object_type} {self.object_id} by {self.actor}"

    @property
    def is_erased(self) -> bool:
        return self.before is None


class EventKind(models.TextChoices):
    LOGIN = "login", "login"
    LOGIN_FAILED = "login_failed", "failed login"
    LOCK_OUT = "lock_out", "lock-out"
    LOGOUT = "logout", "logout"
    PASSWORD_CHANGED = "password_changed", "password change"
    PASSWORD_LINK = "password_link", "link to set a password"
    SECOND_FACTOR_ADDED = "factor_added", "second factor set up"
    SECOND_FACTOR_REMOVED = "factor_removed", "second factor removed"
    LINK_MADE = "link_made", "single sign-on linked"
    LINK_USED = "link_used", "first login by single sign-on"
    LINK_REMOVED = "link_removed", "single sign-on unlinked"
    STAFF_CREATED = "staff_created", "staff login created"
    STAFF_DELETED = "staff_deleted", "staff login deleted"
    ROLES_CHANGED = "roles_changed", "role change"
    KEY_ISSUED = "key_issued", "API key issued"
    KEY_ROTATED = "key_rotated", "API key rotated"
    KEY_REVOKED = "key_revoked", "API key revoked"
    ORG_CREATED = "org_created", "org created"
    ORG_CHANGED = "org_changed", "org or plan change"
    ORG_SUSPENDED = "org_suspended", "org suspended"
    ORG_REACTIVATED = "org_reactivated", "org reactivated"
    TYPE_CREATED = "type_created", "interview type created"
    TYPE_ARCHIVED = "type_archived", "interview type archived"
    TYPE_UNARCHIVED = "type_unarchived", "interview type unarchived"
    GUIDE_CHANGED = "guide_changed", "guide change"
    SEQUENCE_CHANGED = "sequence_changed", "sequence change"
    WEBHOOK_CREATED = "webhook_created", "webhook endpoint created"
    WEBHOOK_ROTATED = "webhook_rotated", "webhook secret rotated"
    WEBHOOK_CHANGED = "webhook_changed", "webhook endpoint change"
    WEBHOOK_SENT = "webhook_sent", "webhook test, replay or cancellation"
    REQUEST_CHANGED = "request_changed", "interview request change"
    TRANSCRIPT_READ = "transcript_read", "transcript read"
    PROMPT_READ = "prompt_read", "prompt read"
    REPORT_LINKED = "report_linked", "report link created"
    REPORT_OPENED = "report_opened", "report link opened"
    REPORT_REVOKED = "report_revoked", "report link revoked"
    EXPORT = "export", "export"
    IMPORT = "import", "import"
    ERASURE = "erasure", "erasure"
    ANSWER_WITHDRAWN = "answer_withdrawn", "answer taken back"
    DELETION = "deletion", "deletion"
    COMMAND = "command", "command"


class SecurityEventQuerySet(AppendOnlyRows, models.QuerySet["SecurityEvent"]):
    def search(self, text: str) -> Self:
        """Events about a subject, by its id alone (`42`) or with its type (`contact 42`)."""
        kind, _, subject = text.rpartition(" ")
        return self.filter(Q(subject=text) | Q(subject_type__iexact=kind, subject=subject))


class SecurityEvent(AppendOnly):
    """Append-only, except for `orgs.audit_removal`. Has no foreign keys, so it survives its org.

    Contains no personal data of contacts and no secret.
    """

    kind = models.CharField(max_length=20, choices=EventKind)
    actor_kind = models.CharField(max_length=20, choices=ActorKind)
    actor = models.CharField(
        max_length=150,
        blank=True,
        help_text="The staff login, the command, the API key's prefix, the survey link, or a report link's id. Empty: "
        "a login that does not exist.",
    )
    org = models.CharField(max_length=60, blank=True, help_text="The slug.")
    subject_type = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=150, blank=True, help_text="The id, slug, prefix or login.")
    detail = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SecurityEventQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("created_at", "id"), name="event_by_time"),
            models.Index(fields=("kind", "created_at", "id"), name="event_by_kind"),
            models.Index(fields=("actor", "created_at", "id"), name="event_by_actor"),
            models.Index(fields=("subject", "created_at", "id"), name="event_by_subject"),
            models.Index(fields=("org", "created_at", "id"), name="event_by_org"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.actor or 'unknown'}"
