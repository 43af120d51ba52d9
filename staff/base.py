"""What all of staff's pages share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from hindsight.http.request_ids import current_request_id
from orgs.actors import Actor, ActorKind
from staff.paging import BoundedPaginator

# Django's class takes its type arguments from type checkers alone.
if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin


def actor_of(request: HttpRequest) -> Actor:
    return Actor(ActorKind.STAFF, request.user.get_username(), current_request_id())


class StaffAdmin(BaseAdmin):
    """Lists that cost the same whatever their length, forms that overwrite nothing unseen, and pages of one object."""

    actions = None
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count all rows, once for each choice
    sortable_by = ()  # sorting is for columns that have an index
    # Pages of one object beside Django's own, by the last part of their path. Each is one transaction.
    object_pages: dict[str, str] = {}

    class Media:
        css = {"all": ["staff/staff.css"]}
        js = ["staff/staff.js"]

    @cached_property
    def url_prefix(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.url_prefix}_{page}", args=args)

    def is_list(self, request: HttpRequest) -> bool:
        """Whether the request is for the list of rows, which needs none of their long texts."""
        return request.resolver_match is not None and request.resolver_match.url_name == f"{self.url_prefix}_changelist"

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(transaction.atomic(getattr(self, view))),
                name=f"{self.url_prefix}_{name}",
            )
            for name, view in self.object_pages.items()
        ]
        return [*pages, *super().get_urls()]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; on a POST, which Django runs in one transaction, it stays locked until the answer.

        So the form compares with what is really there, and nobody else writes between its check and its save.
        """
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        return self.get_queryset(request).select_for_update(of=("self",), no_key=True).filter(pk=found.pk).first()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        pass  # there is nothing beside the row

    def object_or_404(self, request: HttpRequest, object_id: str, may: Callable[[HttpRequest, Any], bool]) -> Any:
        """For pages of our own. Raises Http404, and PermissionDenied."""
        found = self.get_object(request, object_id)
        if not may(request, found):
            raise PermissionDenied
        if found is None:
            raise Http404
        return found

    def page(self, request: HttpRequest, template: str, obj: Model, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "original": obj, "media": self.media}
        return TemplateResponse(request, f"staff/{template}.html", {**shared, **context})

    def back_to(self, request: HttpRequest, page: str, obj: Model, level: int, message: str) -> HttpResponse:
        messages.add_message(request, level, message)
        return HttpResponseRedirect(self.url(page, obj.pk))


class ReadOnlyAdmin(StaffAdmin):
    """Rows that no form of Django's own adds, changes or deletes: what may be done with them has its own pages."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
