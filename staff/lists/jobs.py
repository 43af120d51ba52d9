from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from hindsight.http.downloads import Download
from hindsight.queue.heartbeats import MISSING_AFTER, last_heartbeat
from hindsight.text import xlsx
from jobs.models import Job, Part, State
from jobs.services import continue_job
from orgs.models import EventKind
from staff.base import ReadOnlyAdmin
from staff.lists.exports import EXPORTS
from staff.lists.import_pages import ImportPages, may_import
from staff.lists.importable import IMPORTS
from staff.orgs.permissions import orgs_with, viewing
from staff.security_events import record_act

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "xlsx": xlsx.CONTENT_TYPE,
}


@admin.register(Job)
class JobAdmin(ImportPages, ReadOnlyAdmin):
    """Staff see their own, superusers see all."""

    object_pages = {**ImportPages.import_pages, "download": "download_view", "continue": "continue_view"}
    list_display = ("__str__", "org", "state", "progress", "owner", "created_at")
    list_filter = ("state",)
    lookups = frozenset({"state__exact"})

    @admin.display(description="Rows")
    def progress(self, job: Job) -> str:
        return f"{job.done:,} of {job.total:,}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        jobs = super().get_queryset(request).select_related("org", "owner")
        return jobs if request.user.is_superuser else jobs.filter(owner=request.user)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self.object_or_404(request, object_id, self.has_view_permission, is_read=True)
        return self.page(request, "lists/job", job, title=str(job), **self.state_of(request, job))

    def state_of(self, request: HttpRequest, job: Job) -> dict[str, Any]:
        return {
            "warning": worker_warning() if job.is_unfinished else "",
            "may_download": may_download(request, job),
            "may_continue": job.state == State.FAILED and may_use(request, job),
            **self.import_context(request, job),
        }

    def continue_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        job = self.object_or_404(request, object_id, self.has_view_permission)
        if request.method != "POST" or not may_use(request, job):
            raise PermissionDenied
        continue_job(job_id=job.pk)
        return self.back_to(request, "change", job, messages.SUCCESS, "It goes on.")

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        job = self.object_or_404(request, object_id, self.has_view_permission, is_read=True)
        if not may_use(request, job):
            raise PermissionDenied
        if not may_download(request, job):
            raise Http404
        record_act(request, EventKind.EXPORT, job, "Downloaded.")
        file_format = job.options["format"]
        headers = {"Content-Disposition": f'attachment; filename="{job.kind}-{job.pk}.{file_format}"'}
        output: Iterable[bytes] = job.read(Part.OUTPUT)
        if file_format == "xlsx":  # compressed while it is sent, so nobody knows its length
            output = xlsx.workbook(output)
        else:
            headers["Content-Length"] = str(job.output_bytes)
        return Download(output, content_type=CONTENT_TYPES[file_format], headers=headers)


def may_use(request: HttpRequest, job: Job) -> bool:
    return may_import(request, job.kind) if job.kind in IMPORTS else may_export(request, job)


def may_export(request: HttpRequest, job: Job) -> bool:
    """Also after the export has started: the person may no longer manage the org of the rows."""
    orgs = orgs_with(request, viewing(EXPORTS[job.kind].model))
    return request.user.has_perm("jobs.export_lists") and (orgs is None or job.org_id in orgs)


def may_download(request: HttpRequest, job: Job) -> bool:
    is_there = job.state == State.FINISHED and job.output_bytes > 0 and job.expires_at > timezone.now()
    return is_there and may_use(request, job)


def worker_warning() -> str:
    seen = last_heartbeat()
    if seen is None:
        return "No worker is running. Tell the operator to start one: manage.py run_worker."
    silence: timedelta = timezone.now() - seen
    if silence < MISSING_AFTER:
        return ""
    minutes = round(silence.total_seconds() / 60)
    return f"No worker has answered for {minutes:,} minutes. Tell the operator to start one: manage.py run_worker."
