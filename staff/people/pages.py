from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.edit_conflicts import ModelForm
from staff.lists.filters import titled
from staff.login import second_factor
from staff.login.passwords import LINK_DAYS, invite
from staff.login.sessions import end_chosen, in_words, rows_of
from staff.login.single_sign_on import links
from staff.login.single_sign_on.links import LinkForm, remove
from staff.people.roles import update_staff_status
from staff.security_events import record_act

admin.site.unregister(Group)  # its list accepts any lookup
admin.site.unregister(User)  # its form sets passwords for others, and the staff status by hand


class StaffMemberForm(ModelForm):
    keeps_links = forms.BooleanField(
        label="Keep single sign-on",
        required=False,
        help_text="A new email address ends the links to accounts at the identity provider, unless you tick this box. "
        "Tick it only if the same person goes on using this login.",
    )

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups", "is_superuser", "is_active")
        labels = {"username": "Login", "groups": "Roles"}
        widgets = {"groups": forms.CheckboxSelectMultiple}
        help_texts = {
            "groups": "Whoever has a role is staff. Without a role, only superusers can open the admin.",
            "email": "Links to set a password are sent there.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.fields["email"].required = True
        if "groups" in self.fields:
            self.fields["groups"].widget.can_add_related = False  # roles are those of staff.people.roles

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        others = User.objects.exclude(pk=self.instance.pk).values_list("email", flat=True)
        if links.folded(email) in map(links.folded, others):
            raise ValidationError("Another login has this address.")
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk and not cleaned.get("groups") and not cleaned.get("is_superuser"):
            self.add_error("groups", "Choose at least one role.")
        return cleaned


@admin.register(Group)
class RoleAdmin(StaffAdmin, GroupAdmin):
    pass


@admin.register(User)
class StaffMemberAdmin(StaffAdmin):
    form = StaffMemberForm
    object_pages = {
        "reset-second-factor": "reset_second_factor_view",
        "sessions": "sessions_view",
        "single-sign-on": "links_view",
    }
    slow_object_pages = {"password-link": "password_link_view"}  # it may send a mail
    list_display = ("username", "name", "email", "roles", "is_staff", "is_active", "last_login")
    list_filter = (("groups", titled("role", admin.RelatedFieldListFilter)), "is_active")
    lookups = frozenset({"groups__id__exact", "is_active__exact"})
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    readonly_fields = ("is_staff", "second_factors", "last_login", "date_joined")

    @admin.display(description="Name")
    def name(self, user: User) -> str:
        return user.get_full_name() or "-"

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        names = ["superuser"] * user.is_superuser + [group.name for group in user.groups.all()]
        return ", ".join(names) or "-"

    @admin.display(description="Second factors")
    def second_factors(self, user: User) -> str:
        return second_factor.names_of(user) or "none"

    def tools(self, request: HttpRequest, obj: User) -> Iterator[tuple[str, str]]:
        yield self.url("password-link", obj.pk), "Link to set a password"
        yield self.url("single-sign-on", obj.pk), "Single sign-on"
        yield self.url("reset-second-factor", obj.pk), "Remove the second factors"
        yield self.url("sessions", obj.pk), "Sessions"
        yield f"{reverse('admin:activity')}?{urlencode({'actor': obj.username})}", "What this person did"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        editable = StaffMemberForm.Meta.fields
        if not obj:
            return [name for name in editable if name != "is_active"]
        confirmation = ["keeps_links"] if links.links_of(obj).exists() else []
        return [*editable, *confirmation, *self.readonly_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        obj.keeps_links = form.cleaned_data.get("keeps_links", False)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        update_staff_status(form.instance)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: Any = None) -> HttpResponse:
        text = f"The login {obj} was created. Now invite its owner."
        return self.back_to(request, "password-link", obj, messages.SUCCESS, text)

    def may_link(self, request: HttpRequest, obj: User | None = None) -> bool:
        return self.has_change_permission(request, obj) and (obj is None or obj.is_active)

    def password_link_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.object_or_404(request, object_id, self.may_link, is_read=True)
        if request.method == "POST":
            link, is_mailed = invite(user)
            record_act(request, EventKind.PASSWORD_LINK, user, "Mailed." if is_mailed else "Shown.")
            if is_mailed:
                sent = f"A link to set a password was mailed to {user.email}."
                return self.back_to(request, "change", user, messages.SUCCESS, sent)
            about = [f"It works once, within {LINK_DAYS} days. Whoever opens it sets the password of this login."]
            shown = {"title": "Link to set a password", "what": "link", "secret": link, "about": about}
            return self.page(request, "shown_once", user, **shown)
        how = f"It is mailed to {user.email}." if settings.EMAIL_URL else "It is shown once, for you to hand over."
        text = f"With this link, {user} sets a password. {how} It works once, within {LINK_DAYS} days."
        return self.page(request, "confirm", user, title="Link to set a password", text=text, button="Make the link")

    def reset_second_factor_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.object_or_404(request, object_id, self.has_change_permission)
        if request.method == "POST":
            second_factor.reset(user)
            return self.back_to(request, "change", user, messages.SUCCESS, "The second factors were removed.")
        factors = second_factor.names_of(user) or "none"
        text = f"{user} has: {factors}. Be sure who asks. With the password, the next login sets up a new one."
        return self.page(request, "confirm", user, title="Remove the second factors", text=text, button="Remove")

    def sessions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.object_or_404(request, object_id, self.has_change_permission)
        if request.method == "POST":
            return self.back_to(request, "sessions", user, messages.SUCCESS, in_words(end_chosen(request, user)))
        return self.page(request, "login/sessions", user, title="Sessions", sessions=rows_of(request, user))

    def links_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        user = self.object_or_404(request, object_id, self.has_change_permission)
        if "remove" in request.POST:
            remove(request, user)
            return HttpResponseRedirect(request.path)
        form = LinkForm(request.POST or None, user=user)
        if form.is_valid() and form.save():
            return self.back_to(request, "single-sign-on", user, messages.SUCCESS, "The account was linked.")
        return self.page(request, "login/links", user, title="Single sign-on", form=form, links=links.links_of(user))
