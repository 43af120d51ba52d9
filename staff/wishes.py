"""The inbox of wishes: who, what, since when, and who sees to it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from interviews.models import Wish
from interviews.services.wishes import assign_wish, finish_wish
from staff.base import OrgRowsAdmin
from staff.lists.filters import HidingFilter, OrgFilter
from staff.orgs.permissions import may
from staff.security_events import actor_of

CHANGE = "interviews.change_wish"


class OpenFilter(HidingFilter):
    title = "status"
    parameter_name = "state"
    options = (("done", "done"), ("all", "all"))
    hides, default = "done", "open"
    hidden, shown = Q(done_at__isnull=False), Q(done_at__isnull=True)


class WishForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for type checkers
    is_done = forms.BooleanField(required=False, label="Done")

    class Meta:
        model = Wish
        fields = ("owner",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_done"] = self.instance.done_at is not None

    def clean_owner(self) -> str:
        owner: str = self.cleaned_data["owner"]
        if owner and not User.objects.filter(username=owner, is_staff=True, is_active=True).exists():
            raise ValidationError("No staff member has this login.")
        return owner


@admin.register(Wish)
class WishAdmin(OrgRowsAdmin):
    form = WishForm
    list_display = ("wish", "contact", "org", "created_at", "owner", "done_at")
    list_display_links = ("wish",)
    list_filter = (OpenFilter, OrgFilter)
    list_select_related = ("org", "interview_request__contact")
    actions = ("take", "finish", "reopen")
    fieldsets = ((None, {"fields": ("wish", "contact", "org", "created_at", "owner", "is_done", "done_at")}),)
    readonly_fields = ("wish", "contact", "org", "created_at", "done_at")

    def heading(self, obj: Wish) -> str:
        return f"{obj.interview_request.contact} {obj.get_kind_display()} · {obj.org}"

    @admin.display(description="wish")
    def wish(self, wish: Wish) -> str:
        return str(wish.get_kind_display())

    @admin.display(description="contact")
    def contact(self, wish: Wish) -> SafeString:
        """The link leads to the interview: with what the contact said, and what to do."""
        url = reverse("admin:interviews_interviewrequest_change", args=[wish.interview_request_id])
        return format_html('<a href="{}">{}</a>', url, wish.interview_request.contact)

    @admin.action(description="Assign to me", permissions=["change"])
    def take(self, request: HttpRequest, selected: QuerySet[Wish]) -> None:
        owner = request.user.get_username()
        self.each(request, selected, partial(assign_wish, owner=owner), "The selected wishes are assigned to you.")

    @admin.action(description="Mark as done", permissions=["change"])
    def finish(self, request: HttpRequest, selected: QuerySet[Wish]) -> None:
        self.each(request, selected, finish_wish, "The selected wishes are done.")

    @admin.action(description="Reopen", permissions=["change"])
    def reopen(self, request: HttpRequest, selected: QuerySet[Wish]) -> None:
        self.each(request, selected, partial(finish_wish, is_done=False), "The selected wishes are open again.")

    def each(self, request: HttpRequest, selected: QuerySet[Wish], write: Callable[..., Wish], message: str) -> None:
        """The list can show wishes of orgs in which the person may only look."""
        wishes = list(selected)
        if not all(may(request, CHANGE, wish) for wish in wishes):
            raise PermissionDenied
        if not wishes:
            messages.warning(request, "Select wishes first. Nothing was changed.")
            return
        for wish in wishes:
            write(org_id=wish.org_id, wish_id=wish.pk, actor=actor_of(request))
        messages.success(request, message)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, CHANGE, obj)

    def save_model(self, request: HttpRequest, obj: Wish, form: WishForm, change: bool) -> None:
        where: dict[str, Any] = {"org_id": obj.org_id, "wish_id": obj.pk, "actor": actor_of(request)}
        if "owner" in form.changed_data:
            assign_wish(**where, owner=form.cleaned_data["owner"])
        if "is_done" in form.changed_data:
            finish_wish(**where, is_done=form.cleaned_data["is_done"])

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        pass  # the audit records it
