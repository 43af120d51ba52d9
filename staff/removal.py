from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.security_events import record_act


class RemovalAdmin(StaffAdmin):
    """Only superusers delete, after typing a confirmation word."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and bool(getattr(request.user, "is_superuser", False))

    def confirmation_word(self, obj: Any) -> str:
        raise NotImplementedError

    def deletion_counts(self, obj: Any) -> Mapping[str, int]:
        raise NotImplementedError

    def remove(self, request: HttpRequest, obj: Any) -> None:
        raise NotImplementedError

    def log_label(self, obj: Any) -> str:
        """For Django's admin log. It must not contain personal data."""
        return f"{self.opts.verbose_name} {obj.pk}"

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        with transaction.atomic():
            obj = self.object_or_404(request, object_id, self.has_delete_permission)
            name = f"{self.opts.verbose_name} {self.confirmation_word(obj)}"
            if not self.is_confirmed(request, obj):
                return self.confirm(
                    request,
                    obj,
                    title="Delete",
                    button="Delete",
                    what="will be deleted",
                    goes=self.deletion_counts(obj),
                )
            self.log_removal(request, obj)
            record_act(request, EventKind.DELETION, obj)
            self.remove(request, obj)
        messages.success(request, f"The {name} was deleted.")
        return HttpResponseRedirect(self.url("changelist"))

    def is_confirmed(self, request: HttpRequest, obj: Any) -> bool:
        return request.method == "POST" and request.POST.get("word", "").strip() == self.confirmation_word(obj)

    def confirm(self, request: HttpRequest, obj: Any, **context: Any) -> HttpResponse:
        return self.page(
            request,
            "confirm_removal",
            obj,
            word=self.confirmation_word(obj),
            wrong=request.method == "POST",
            **context,
        )

    def log_removal(self, request: HttpRequest, obj: Any) -> None:
        LogEntry.objects.create(
            user_id=cast(int, request.user.pk),
            content_type=ContentType.objects.get_for_model(obj),
            object_id=obj.pk,
            object_repr=self.log_label(obj)[:200],  # max_length of the column
            action_flag=DELETION,
        )
