from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from orgs.models import EventKind
from staff.base import ReadOnlyAdmin, StaffAdmin
from staff.security_events import record_act


@dataclass(frozen=True)
class Action:
    """`run` calls a service and may raise ValidationError. `done` is recorded."""

    title: str
    text: str
    button: str
    run: Callable[[Any], object]
    event: EventKind
    done: str


class ConfirmingAdmin(StaffAdmin):
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
