from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from hindsight.http.request_ids import current_request_id
from hindsight.text.csv_layouts import unmapped
from jobs.models import Job, State
from orgs.models import EventKind, Org
from staff.base import StaffAdmin
from staff.lists import imports
from staff.lists.importable import IMPORTS
from staff.lists.imports import ENCODINGS, UTF_8
from staff.orgs.org_choice import OrgField
from staff.security_events import record_act


def may_import(request: HttpRequest, kind: str) -> bool:
    return request.user.has_perms(IMPORTS[kind].permissions)


class UploadForm(forms.Form):
    file = forms.FileField(label="CSV file", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))
    encoding = forms.ChoiceField(
        choices=[*ENCODINGS.items()],
        initial=UTF_8,
        help_text="Excel's “CSV UTF-8” is UTF-8. Its “CSV” is Windows-1252 in Western Europe and America. Choose it, "
        "too, if the dry run rejects rows that are not valid UTF-8.",
    )
    size = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def chosen_org(self) -> Org:
        raise NotImplementedError

    def options(self) -> dict[str, Any]:
        """For the import's `store`."""
        return {}


class ImportForm(UploadForm):
    field_order = ("org", "file", "encoding")

    org = OrgField(help_text="The name or the slug of the org that the rows belong to.")

    def chosen_org(self) -> Org:
        org: Org = self.cleaned_data["org"]
        return org


class ImportingAdmin(StaffAdmin):
    import_kind = ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(transaction.atomic(self.import_view))
        return [path("import/", view, name=f"{self.url_prefix}_import"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(
            request, {**(extra_context or {}), "may_import": may_import(request, self.import_kind)}
        )

    def import_form(self, request: HttpRequest) -> UploadForm:
        return ImportForm(request.POST or None, request.FILES or None, initial={"org": request.GET.get("org")})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """With JavaScript, a large file arrives in pieces. This request has the first one."""
        if not may_import(request, self.import_kind):
            raise PermissionDenied
        form = self.import_form(request)
        if form.is_valid():
            piece: UploadedFile[Any] = form.cleaned_data["file"]
            try:
                with transaction.atomic():
                    job = imports.new_import(
                        kind=self.import_kind,
                        org=form.chosen_org(),
                        owner=cast(User, request.user),
                        size=form.cleaned_data["size"] or piece.size or 0,
                        encoding=form.cleaned_data["encoding"],
                        **form.options(),
                    )
                    imports.upload(job, piece.read(), offset=0)
                return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job.pk]))
            except ValidationError as error:
                form.add_error("file", error)
        importable = IMPORTS[self.import_kind]
        title = f"Import {importable.rows}"
        return self.page(request, "lists/import", None, title=title, importable=importable, form=form)


class ImportPages(StaffAdmin):
    import_pages = {"upload": "upload_view", "check": "check_view", "run": "run_view"}

    def upload_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Responds 204 until the file is complete."""
        job = self.locked_import(request, object_id, State.DRAFT)
        file, offset = request.FILES.get("file"), request.POST.get("offset", "")
        if file is None or not offset.isdecimal():
            return HttpResponse(status=400)
        try:
            with transaction.atomic():
                imports.upload(job, file.read(), offset=int(offset))
        except ValidationError as error:
            return HttpResponse(" ".join(error.messages), status=409, content_type="text/plain")
        return HttpResponse(status=204)

    def check_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        job = self.locked_import(request, object_id, State.DRAFT, State.FINISHED)
        try:
            imports.check(job, request.POST.getlist("column"))
        except ValidationError as error:
            return self.back_to(request, "change", job, messages.ERROR, " ".join(error.messages))
        return HttpResponseRedirect(self.url("change", job.pk))

    def run_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        job = self.locked_import(request, object_id, State.FINISHED)
        imports.run(job, request_id=current_request_id())
        record_act(request, EventKind.IMPORT, job, f"Rows: {job.total:,}.")
        return HttpResponseRedirect(self.url("change", job.pk))

    def locked_import(self, request: HttpRequest, object_id: str, *states: State) -> Job:
        """Raises Http404 and PermissionDenied."""
        if request.method != "POST":
            raise PermissionDenied
        job: Job = self.object_or_404(request, object_id, self.has_view_permission)
        if job.kind not in IMPORTS:
            raise Http404
        if not may_import(request, job.kind):
            raise PermissionDenied
        if job.state not in states or not imports.is_open(job):
            raise Http404
        return job

    def import_context(self, request: HttpRequest, job: Job) -> dict[str, Any]:
        if job.kind not in IMPORTS:
            return {}
        return {
            "importable": IMPORTS[job.kind],
            "is_dry_run": imports.is_dry_run(job),
            "is_uploading": job.state == State.DRAFT and not imports.is_uploaded(job),
            "may_import": may_import(request, job.kind) and imports.is_open(job),
            "has_links": IMPORTS[job.kind].has_links and not imports.is_dry_run(job),
            "counts": [(name, job.counts.get(name, 0)) for name in ("created", "updated", "unchanged", "rejected")],
            "changing": imports.changed_rows(job),
            "changes": (changes := imports.changes(job) if may_import(request, job.kind) else []),
            "unshown_changes": imports.changed_rows(job) - len({row["row"] for row in changes}),
            "not_imported": unmapped(job.options.get("header", []), imports.columns(job)),
            "errors": imports.errors(job),
            "unshown_errors": imports.unshown_errors(job),
            "columns": list(columns_of(job)),
        }


def columns_of(job: Job) -> Iterator[dict[str, Any]]:
    """The columns of the file with the texts of the first rows, while they can be chosen."""
    if not imports.is_open(job) or "header" not in job.options:
        return
    rows = imports.first_rows(job)
    for index, (header, field) in enumerate(zip(job.options["header"], imports.columns(job), strict=True)):
        yield {"header": header, "field": field, "texts": [row[index] for row in rows]}
