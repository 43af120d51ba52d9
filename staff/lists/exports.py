from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from hindsight.server.bodies import Download
from hindsight.text import xlsx
from hindsight.text.record_files import WRITERS, Record, Writer
from orgs.models import EventKind, Org
from staff.base import StaffAdmin
from staff.security_events import record_act

ROWS_PER_BLOCK = 100  # of a download


class FileFormat(NamedTuple):
    label: str
    content_type: str
    write: Writer


FORMATS = {
    "csv": FileFormat("CSV", "text/csv; charset=utf-8", WRITERS["csv"]),
    "xlsx": FileFormat("XLSX", xlsx.CONTENT_TYPE, xlsx.xml_rows),  # the rows become a workbook in the download
    "jsonl": FileFormat("JSON Lines", "application/jsonl; charset=utf-8", WRITERS["jsonl"]),
}


@dataclass(frozen=True)
class Export:
    """`label`: what a row of the file is about."""

    label: str
    records: Callable[[Any], Iterator[Record]]
    columns: Sequence[str]

    def blocks(self, rows: QuerySet[Any], ids: Sequence[int], file_format: str) -> Iterator[bytes]:
        """The file. Without a transaction: a row that is deleted meanwhile is not in it."""
        parts = self._parts(rows, ids, FORMATS[file_format].write)
        return xlsx.workbook(parts) if file_format == "xlsx" else parts

    def _parts(self, rows: QuerySet[Any], ids: Sequence[int], write: Writer) -> Iterator[bytes]:
        for start in range(0, len(ids), ROWS_PER_BLOCK):
            records = self.records(rows.filter(pk__in=ids[start : start + ROWS_PER_BLOCK]))
            yield "".join(write(records, self.columns, header=start == 0)).encode()


class ExportableAdmin(StaffAdmin):
    # By the name of the file. The actions start the first one.
    exports: Mapping[str, Export] = {}

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.export_lists") and self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=f"{self.url_prefix}_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_export = self.has_export_permission(request)
        return super().changelist_view(request, {**(extra_context or {}), "may_export": may_export})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if self.has_export_permission(request):
            for key, (label, *_) in FORMATS.items():
                name, export = f"export_{key}", partial(type(self).export, file_format=key)
                actions[name] = export, name, f"Export as {label}"
        return actions

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self.url('changelist')}?e=1")
        if request.method == "POST":
            return self.export(request, rows, request.POST.get("format", ""), request.POST.get("kind", ""))
        title = f"Export {self.opts.verbose_name_plural}"
        count = self.get_paginator(request, rows, 1).count
        return self.page(request, "lists/export", None, title=title, count=count, exports=self.exports.items())

    def export(self, request: HttpRequest, rows: QuerySet[Any], file_format: str, name: str = "") -> HttpResponseBase:
        """The rows that the list has now. Their number is bounded by the memory for their ids only."""
        name = name or next(iter(self.exports))
        if file_format not in FORMATS or name not in self.exports:
            return HttpResponse(status=400)
        pairs = list(rows.order_by("pk").values_list("pk", "org"))
        if not pairs:
            messages.error(request, "Nothing was exported: no row is selected, or the list is empty.")
            return HttpResponseRedirect(self.url("changelist"))
        orgs = {org_id for _, org_id in pairs}
        about = Org.objects.get(pk=orgs.pop()) if len(orgs) == 1 else None
        detail = f"{self.opts.verbose_name_plural}: {len(pairs):,}, {file_format}."
        record_act(request, EventKind.EXPORT, about, detail)
        blocks = self.exports[name].blocks(self.model._default_manager.all(), [pk for pk, _ in pairs], file_format)
        headers = {"Content-Disposition": f'attachment; filename="{name}.{file_format}"'}
        return Download(blocks, content_type=FORMATS[file_format].content_type, headers=headers)
