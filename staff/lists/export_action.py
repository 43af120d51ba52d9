from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from jobs.services import KEPT
from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.lists.exports import FORMATS, start_export
from staff.security_events import record_act


class ExportableAdmin(StaffAdmin):
    change_list_template = "staff/lists/exportable_list.html"
    actions = ["export_csv", "export_xlsx", "export_jsonl"]
    # By the kind of job: what a row of its file is about. The actions start jobs of the first kind.
    export_kinds: Mapping[str, str] = {}

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.export_lists") and self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(transaction.atomic(self.export_view))
        return [path("export/", view, name=f"{self.url_prefix}_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_export = self.has_export_permission(request)
        return super().changelist_view(request, {**(extra_context or {}), "may_export": may_export})

    @admin.action(description="Export as CSV", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self.export(request, queryset, "csv", self.export_kind)

    @admin.action(description="Export as XLSX", permissions=["export"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self.export(request, queryset, "xlsx", self.export_kind)

    @admin.action(description="Export as JSON Lines", permissions=["export"])
    def export_jsonl(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self.export(request, queryset, "jsonl", self.export_kind)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self.url('changelist')}?e=1")
        if request.method == "POST":
            kind = request.POST.get("kind", "")
            return self.export(request, rows, request.POST.get("format", ""), kind or self.export_kind)
        title = f"Export {self.opts.verbose_name_plural}"
        count = self.get_paginator(request, rows, 1).count
        context = {"title": title, "count": count, "days": KEPT.days, "kinds": self.export_kinds.items()}
        return self.page(request, "lists/export", None, **context)

    @property
    def export_kind(self) -> str:
        return next(iter(self.export_kinds))

    def export(self, request: HttpRequest, rows: QuerySet[Any], file_format: str, kind: str) -> HttpResponse:
        if file_format not in FORMATS or kind not in self.export_kinds:
            return HttpResponse(status=400)
        try:
            job = start_export(kind=kind, rows=rows, owner=cast(User, request.user), file_format=file_format)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(self.url("changelist"))
        record_act(request, EventKind.EXPORT, job, f"{self.opts.verbose_name_plural}: {job.total:,}, {file_format}.")
        return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job.pk]))
