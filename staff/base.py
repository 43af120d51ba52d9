from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from hindsight.db.ids import is_lookup_value
from staff.lists.date_ranges import DateRangeFilter
from staff.lists.filters import BoundedChangeList, BoundedPaginator, storable
from staff.orgs.permissions import may, orgs_with, viewing

# Django's class is generic only for type checkers.
if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin

# The name of a method, or a function that gets the admin first.
ObjectView = str | Callable[[Any, HttpRequest, str], HttpResponse]


def at(time: datetime) -> str:
    return date_format(localtime(time), "DATETIME_FORMAT")


class StaffAdmin(BaseAdmin):
    """Lists have a bounded cost."""

    actions: Sequence[str] | None = None
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # facets count all rows, once for each choice
    sortable_by: ClassVar[tuple[str, ...]] = ()  # most columns have no index to sort by
    # Further pages of one object: {last part of the path: view}. Each view is a transaction, which ends before the
    # page is rendered.
    object_pages: Mapping[str, ObjectView] = {}
    # The same without a transaction, for views that write nothing, or wait for other servers before they write.
    slow_object_pages: Mapping[str, ObjectView] = {}
    # Whose rows a POST locks, as names of select_for_update().
    locked: tuple[str, ...] = ("self",)
    # Query parameters that are field lookups: of Django's filters, and of links on other pages.
    lookups: frozenset[str] = frozenset()

    @cached_property
    def url_prefix(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.url_prefix}_{page}", args=args)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Django would allow any field of the model."""
        own_filters = {getattr(list_filter, "parameter_name", None) for list_filter in self.list_filter}
        own_filters.update(name for list_filter in self.list_filter for name in getattr(list_filter, "parameters", ()))
        return lookup in own_filters or (lookup in self.lookups and is_lookup_value(value))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = storable(search_term)
        if not hasattr(queryset, "search"):
            return super().get_search_results(request, queryset, text)
        return (queryset.search(text) if text else queryset), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedChangeList

    def get_ordering(self, request: HttpRequest) -> Any:
        """By the dates of the list's range, so that its index finds the rows."""
        for chosen in self.list_filter:
            if isinstance(chosen, type) and issubclass(chosen, DateRangeFilter) and chosen.orders(request):
                return (f"-{chosen.field}", "-pk")
        return super().get_ordering(request)

    def is_list(self, request: HttpRequest) -> bool:
        """Whether the page is the list or the search, which need no long texts."""
        return request.resolver_match is not None and request.resolver_match.url_name in (
            f"{self.url_prefix}_changelist",
            "search",
        )

    def get_urls(self) -> list[URLPattern]:
        views = {name: transaction.atomic(self.bound(view)) for name, view in self.object_pages.items()}
        views |= {name: self.bound(view) for name, view in self.slow_object_pages.items()}
        pages = [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"{self.url_prefix}_{name}")
            for name, view in views.items()
        ]
        return [*pages, *super().get_urls()]

    def bound(self, view: ObjectView) -> Callable[..., HttpResponse]:
        return getattr(self, view) if isinstance(view, str) else partial(view, self)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """On a POST, the row is locked until the view's transaction ends.

        Pages are rendered after the transaction, so slow work belongs in what the template evaluates.
        """
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        return self.get_queryset(request).select_for_update(of=self.locked, no_key=True).filter(pk=found.pk).first()

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Django would take a POST with `_saveasnew` for that of the page that adds, also where `save_as` is off."""
        if "_saveasnew" in request.POST:
            raise PermissionDenied
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        """*Save* stays on the page, so the other buttons of Django have no use."""
        obj = kwargs.get("obj")
        context.update(show_save_and_continue=False, show_save_and_add_another=False, heading=obj and self.heading(obj))
        context["tools"] = [*self.tools(request, obj)] if obj else []
        return super().render_change_form(request, context, *args, **kwargs)

    def tools(self, request: HttpRequest, obj: Any) -> Iterator[tuple[str, str]]:
        """Links to further pages of the object that the person may open: addresses and texts."""
        yield from ()

    def heading(self, obj: Any) -> str:
        """Of the page of the object, and its title in the browser."""
        return " · ".join(filter(None, (str(obj), str(getattr(obj, "org", "")))))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Staff check the effect of an edit, and go on editing."""
        preserved: dict[str, Any] = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return HttpResponseRedirect(add_preserved_filters(preserved, self.url("change", obj.pk)))

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return self.response_post_save_change(request, obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Django would lock the row on a POST, without a transaction."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def object_or_404(
        self, request: HttpRequest, object_id: str, may: Callable[[HttpRequest, Any], bool], *, is_read: bool = False
    ) -> Any:
        """With `is_read`, a POST does not lock the row. Raises Http404 and PermissionDenied."""
        found = super().get_object(request, object_id) if is_read else self.get_object(request, object_id)
        if not may(request, found):
            raise PermissionDenied
        if found is None:
            raise Http404
        return found

    def page(self, request: HttpRequest, template: str, obj: Model | None, **context: Any) -> HttpResponse:
        heading = self.heading(obj) if obj else None
        about = {"opts": self.opts, "original": obj, "heading": heading, "subtitle": heading}
        shared = {**self.admin_site.each_context(request), **about}
        return TemplateResponse(request, f"staff/{template}.html", {**shared, **context})

    def back_to(self, request: HttpRequest, page: str, obj: Model, level: int, message: str) -> HttpResponse:
        messages.add_message(request, level, message)
        return HttpResponseRedirect(self.url(page, obj.pk))


class OrgRowsAdmin(StaffAdmin):
    """Shows the rows of the orgs in which the person may view them. Pages of other rows are not found."""

    org_id_field = "org_id"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, viewing(self.model), obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows, orgs = super().get_queryset(request), orgs_with(request, viewing(self.model))
        return rows if orgs is None else rows.filter(**{f"{self.org_id_field}__in": orgs})


class ReadOnlyAdmin(StaffAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
