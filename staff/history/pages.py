import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.functional import cached_property

from hindsight.db.ids import is_id
from interviews.paige.guide.rules import in_current_format
from interviews.services.restoring import NOT_RESTORABLE
from orgs.actors import ActorKind
from orgs.audit import restore, with_after
from orgs.audit_removal import ERASURE
from orgs.models import ApiKey, Change, SecurityEvent
from orgs.retention import audit_period
from staff.base import StaffAdmin
from staff.edit_conflicts import EditForm, fingerprint
from staff.guides.comparison import ShownPart, compared
from staff.history.diff import Piece, TimeBudget, diff
from staff.orgs.permissions import may, viewing
from staff.security_events import actor_of

# Labels of audited columns whose names say something else.
LABELS = {
    ERASURE: "personal data",
    "about": "whom a driver is about",
    "about_name": "competitor that a driver is about",
    "closed_at": "close date",
    "done_at": "done",
    "email": "address",
    "is_decisive": "what tipped the decision",
    "picks": "picked topics",
    "subjects": "subjects of the objective",
}
NEWEST = 5
PER_PAGE = 20

Entry = Change | SecurityEvent
# Rows that belong to an object, with what stands before the names of their fields.
Parts = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class ShownChange:
    """`seen`: the fingerprint of the current text; empty if nothing can be restored. `key`: its author, if shown."""

    entry: Any
    key: ApiKey | None
    seen: str
    budget: TimeBudget
    of: str = ""

    @cached_property
    def pieces(self) -> list[Piece]:
        """Evaluated by the template, after the view's transaction."""
        return diff(self.entry.before or "", self.entry.after or "", self.budget)

    @cached_property
    def parts(self) -> list[ShownPart]:
        """Of a guide, which is a long text."""
        if self.entry.field != "guide" or self.entry.is_erased:
            return []
        before, after = (in_current_format(json.loads(text or "")) for text in (self.entry.before, self.entry.after))
        return compared(before, after, self.budget)

    @property
    def is_erasure(self) -> bool:
        return bool(self.entry.field == ERASURE)

    @property
    def label(self) -> str:
        if isinstance(self.entry, SecurityEvent):
            return self.entry.detail.rstrip(".")
        return self.of + label_of_field(self.entry.field)


def label_of_field(field: str) -> str:
    return LABELS.get(field) or field.replace("_", " ")


class HistoryPage(StaffAdmin):
    def why_closed(self, obj: Any) -> str:
        """Why the texts of the object can no longer be changed; empty if they can."""
        return ""

    def may_restore(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj) and not self.why_closed(obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        obj = self.object_or_404(request, object_id, self.has_view_or_change_permission)
        page = Paginator(Change.objects.of(obj), PER_PAGE).get_page(request.GET.get("p") or _page_of(obj, request))
        parts, related = self.related_to(obj)
        entries = newest_first([*page, *_at_the_time_of(page, related)])
        changes = self.shown_changes(request, obj, entries, parts)
        may_restore = self.may_restore(request, obj)
        context = {"changes": changes, "page": page, "may_restore": may_restore, "kept": audit_period(obj.org)}
        return self.page(request, "history/history", obj, title="What changed", **context, **(extra_context or {}))

    def related_to(self, obj: Any) -> tuple[Parts, list[Entry]]:
        """Parts of the object, and changes of these or security events of the object: few."""
        return [], []

    def shown_changes(self, request: HttpRequest, obj: Any, entries: Sequence[Any], parts: Parts) -> list[ShownChange]:
        may_restore, budget = self.may_restore(request, obj), TimeBudget()
        keys = keys_of(request, obj, entries)
        changes = sorted((each for each in entries if isinstance(each, Change)), key=lambda each: -each.pk)
        names: dict[Any, str] = {}
        for name, row in (("", obj), *parts):
            own = with_after(row, filter(partial(is_of, row), changes))
            names.update(dict.fromkeys(own, name))
        shown = []
        for entry in entries:
            is_offered = may_restore and names.get(entry) == "" and is_restorable(obj, entry)
            seen = fingerprint(getattr(obj, entry.field)) if is_offered else ""
            shown.append(ShownChange(entry, keys.get(entry.actor), seen, budget, names.get(entry, "")))
        return shown


class AuditedAdmin(HistoryPage):
    form: type[EditForm]
    object_pages = {"restore": "restore_view"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.edits:
            self.write(request, obj, form.edits)
        if form.kept:
            fields = " and ".join(label.lower() for label in form.kept)
            messages.warning(
                request, f"Somebody else changed the {fields} while you had this page open. That change was kept."
            )

    def write(self, request: HttpRequest, obj: Any, edits: dict[str, Any]) -> None:
        raise NotImplementedError

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        pass  # the audit records it

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return fieldsets
        (title, options), *rest = fieldsets
        return [(title, {**options, "fields": [*options["fields"], "seen"]}), *rest]

    def render_change_form(self, request: Any, context: Any, *args: Any, **kwargs: Any) -> Any:
        if obj := kwargs.get("obj"):
            parts, related = self.related_to(obj)
            newest = newest_first([*Change.objects.of(obj)[: NEWEST + 1], *related])[: NEWEST + 1]
            shown = self.shown_changes(request, obj, newest, parts)
            context.update(changes=shown[:NEWEST], has_more_changes=len(shown) > NEWEST)
        return super().render_change_form(request, context, *args, **kwargs)

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refused if the current text is not the one that the page showed."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        obj = self.object_or_404(request, object_id, self.has_change_permission)
        change = change_of(obj, request.POST.get("change", ""))
        if change is None:
            raise Http404
        if closed := self.why_closed(obj):
            return self.back_to(request, "history", obj, messages.ERROR, f"{closed} Nothing was restored.")
        if request.POST.get("seen") != fingerprint(getattr(obj, change.field)):
            what = label_of_field(change.field)
            message = f"Somebody else changed the {what} while you had this page open. Nothing was restored."
            return self.back_to(request, "history", obj, messages.ERROR, message)
        restore(obj, change, actor=actor_of(request))
        return self.back_to(
            request, "history", obj, messages.SUCCESS, f"The text of the {label_of_field(change.field)} was restored."
        )


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.created_at, reverse=True)


def is_of(row: Any, change: Change) -> bool:
    return (change.object_type, change.object_id) == (row._meta.model_name, row.pk)


def _at_the_time_of(page: Page[Change], related: Sequence[Entry]) -> list[Entry]:
    """Those from before the page's newest change, but not from before that of the next page."""
    newest = page[0].created_at if related and page.has_previous() else None
    following = page.paginator.object_list[page.end_index()].created_at if related and page.has_next() else None
    return [
        entry
        for entry in related
        if (newest is None or entry.created_at < newest) and (following is None or entry.created_at >= following)
    ]


def keys_of(request: HttpRequest, obj: Any, entries: Iterable[Entry]) -> dict[str, ApiKey]:
    """The authors that are API keys, by prefix. Empty if the person may not see keys."""
    prefixes = {entry.actor for entry in entries if entry.actor_kind == ActorKind.API_KEY}
    if not prefixes or not may(request, viewing(ApiKey), obj):
        return {}
    return {key.prefix: key for key in ApiKey.objects.filter(org=obj.org_id, prefix__in=prefixes)}


def _page_of(obj: Any, request: HttpRequest) -> int:
    """The page with the change that a link leads to."""
    number = request.GET.get("change", "")
    newer = Change.objects.of(obj).filter(pk__gt=int(number)).count() if is_id(number) else 0
    return newer // PER_PAGE + 1


def is_restorable(obj: Any, entry: Change) -> bool:
    if entry.is_erased or entry.field in NOT_RESTORABLE:
        return False
    return bool(getattr(obj, entry.field) != entry.before)


def change_of(obj: Any, number: str) -> Change | None:
    """None if there is none, its texts were erased, or its field is not restorable."""
    changes = Change.objects.of(obj).exclude(field__in=NOT_RESTORABLE)
    change = changes.filter(pk=int(number)).first() if is_id(number) else None
    return None if change is None or change.is_erased else change
