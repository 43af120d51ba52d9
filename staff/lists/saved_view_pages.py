from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hindsight.db.ids import id_in
from staff.base import StaffAdmin
from staff.lists.filters import storable
from staff.lists.saved_views import delete_view, rename_view, save_view
from staff.models import MAX_NAME_LENGTH, SavedView


def list_admin(request: HttpRequest, name: str) -> StaffAdmin:
    """Raises PermissionDenied, also if there is no such list."""
    for found in admin.site._registry.values():
        if isinstance(found, StaffAdmin) and found.url_prefix == name and found.has_view_permission(request):
            return found
    raise PermissionDenied


@require_POST
@transaction.atomic
def save_view_view(request: HttpRequest) -> HttpResponse:
    of = list_admin(request, request.POST.get("list", ""))
    query = of.saved_query(request, request.POST.get("query", ""))
    try:
        name = storable(request.POST.get("name", ""))
        view = save_view(user=user_of(request), list_name=of.url_prefix, name=name, query=query)
        messages.success(request, f"The view “{view.name}” was saved.")
    except ValidationError as error:
        messages.error(request, in_words(error))
    return HttpResponseRedirect(f"{of.url('changelist')}?{query}")


def views_view(request: HttpRequest) -> HttpResponse:
    """All views of this person."""
    if request.method == "POST":
        change_view(request)
        return HttpResponseRedirect(reverse("admin:views"))
    views = SavedView.objects.filter(user=user_of(request)).order_by("list", "name")
    shown = {"title": "Saved views", "views": views, "max_name_length": MAX_NAME_LENGTH}
    context = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "staff/lists/saved_views.html", context)


@transaction.atomic
def change_view(request: HttpRequest) -> None:
    user, view_id = user_of(request), id_in(request.POST.get("view", ""))
    try:
        if "delete" in request.POST:
            delete_view(user=user, view_id=view_id)
            messages.success(request, "The view was deleted.")
        else:
            rename_view(user=user, view_id=view_id, name=storable(request.POST.get("name", "")))
            messages.success(request, "The view was renamed.")
    except SavedView.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, in_words(error))


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def in_words(error: ValidationError) -> str:
    return " ".join(error.messages)
