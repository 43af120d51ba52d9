from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from hindsight.text.record_files import WRITERS
from jobs.services import KEPT
from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.lists.exports import start_export
from staff.security_events import record_act


class ExportableAdmin(StaffAdmin):
    change_list_template = "staff/lists/exportable_list.html"
    actions = ["export_csv", "export_jsonl"]
    export_kind = ""

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
        return self.export(request, queryset, "csv")

    @admin.action(description="Export as JSON Lines", permissions=["export"])
    def export_jsonl(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return self.export(request, queryset, "jsonl")

    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self.url('changelist')}?e=1")
        if request.method == "POST":
            return self.export(request, rows, request.POST.get("format", ""))
        title = f"Export {self.opts.verbose_name_plural}"
        count = self.get_paginator(request, rows, 1).count
        return self.page(request, "lists/export", None, title=title, count=count, days=KEPT.days)

    def export(self, request: HttpRequest, rows: QuerySet[Any], file_format: str) -> HttpResponse:
        if file_format not in WRITERS:
            return HttpResponse(status=400)
        try:
            job = start_export(
                kind=self.export_kind, rows=rows, owner=cast(User, request.user), file_format=file_format
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(self.url("changelist"))
        record_act(request, EventKind.EXPORT, job, f"{self.opts.verbose_name_plural}: {job.total:,}, {file_format}.")
        return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job.pk]))
