from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import reverse

MAX_NAME_LENGTH = 60
MAX_QUERY_LENGTH = 2_000


class SavedView(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    list = models.CharField(max_length=100, help_text="The model of the list, such as interviews_interviewrequest.")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    query = models.CharField(max_length=MAX_QUERY_LENGTH, help_text="The query string, without the search text.")

    class Meta:
        ordering = ("name", "pk")
        default_permissions = ()  # everybody has views of their own
        constraints = (
            models.UniqueConstraint(
                fields=("user", "list", "name"),
                name="saved_view_name_is_unique",
                violation_error_message="You already have a view of this list with this name.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return f"{reverse(f'admin:{self.list}_changelist')}?{self.query}"

    @property
    def list_title(self) -> str:
        app, _, model = self.list.partition("_")
        return str(apps.get_model(app, model)._meta.verbose_name_plural)
