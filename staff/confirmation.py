from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from orgs.models import EventKind
from staff.base import ReadOnlyAdmin, StaffAdmin
from staff.security_events import record_act


@dataclass(frozen=True)
class Action:
    """A page of one object, for those who `may_act`. `run` may raise ValidationError. `done` is recorded."""

    title: str
    text: str
    button: str
    run: Callable[[Any], object]
    event: EventKind
    done: str

    def __call__(self, admin: "ConfirmingAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
        return admin.confirm_and_run(request, admin.object_or_404(request, object_id, admin.may_act), self)


class ConfirmingAdmin(StaffAdmin):
    def may_act(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def confirm_and_run(self, request: HttpRequest, obj: Any, action: Action) -> HttpResponse:
        if request.method != "POST":
            return self.page(request, "confirm", obj, title=action.title, text=action.text, button=action.button)
        try:
            action.run(obj)
        except ValidationError as error:
            return self.failed(request, obj, error)
        return self.done(request, obj, action.event, action.done)

    def failed(self, request: HttpRequest, obj: Any, error: ValidationError) -> HttpResponse:
        return self.back_to(request, "change", obj, messages.ERROR, " ".join(error.messages))

    def done(self, request: HttpRequest, obj: Any, event: EventKind, message: str) -> HttpResponse:
        self.log_change(request, obj, message)
        record_act(request, event, obj, message)
        return self.back_to(request, "change", obj, messages.SUCCESS, message)


class ActionAdmin(ConfirmingAdmin, ReadOnlyAdmin):
    pass


class RemovalAdmin(StaffAdmin):
    """Only superusers delete, after typing a confirmation word."""

    confirmation_word: Callable[[Any], str]
    deletion_counts: Callable[[Any], Mapping[str, int]]
    remove: Callable[[HttpRequest, Any], None]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and bool(getattr(request.user, "is_superuser", False))

    def log_label(self, obj: Any) -> str:
        """For Django's admin log. It must not contain personal data."""
        return f"{self.opts.verbose_name} {obj.pk}"

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        with transaction.atomic():
            obj = self.object_or_404(request, object_id, self.has_delete_permission)
            name = f"{self.opts.verbose_name} {self.confirmation_word(obj)}"
            if not self.is_confirmed(request, obj):
                goes = self.deletion_counts(obj)
                return self.confirm(request, obj, title="Delete", button="Delete", what="will be deleted", goes=goes)
            LogEntry.objects.create(
                user_id=cast(int, request.user.pk),
                content_type=ContentType.objects.get_for_model(obj),
                object_id=obj.pk,
                object_repr=self.log_label(obj)[:200],  # max_length of the column
                action_flag=DELETION,
            )
            record_act(request, EventKind.DELETION, obj)
            self.remove(request, obj)
        messages.success(request, f"The {name} was deleted.")
        return HttpResponseRedirect(self.url("changelist"))

    def is_confirmed(self, request: HttpRequest, obj: Any) -> bool:
        return request.method == "POST" and request.POST.get("word", "").strip() == self.confirmation_word(obj)

    def confirm(self, request: HttpRequest, obj: Any, **context: Any) -> HttpResponse:
        word, wrong = self.confirmation_word(obj), request.method == "POST"
        return self.page(request, "confirm_removal", obj, word=word, wrong=wrong, **context)
