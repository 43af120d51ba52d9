from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from orgs.models import EventKind
from staff.base import StaffAdmin
from staff.interviews.transcript_document import TranscriptDocument
from staff.interviews.transcript_files import as_docx, as_markdown
from staff.security_events import record_act


@dataclass(frozen=True)
class FileFormat:
    extension: str
    content_type: str
    write: Callable[[TranscriptDocument], bytes]


MARKDOWN = FileFormat("md", "text/markdown; charset=utf-8", as_markdown)
DOCX = FileFormat("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", as_docx)


class TranscriptFiles(StaffAdmin):
    transcript_pages = {"markdown": "markdown_view", "docx": "docx_view"}

    def markdown_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._file(request, object_id, MARKDOWN)

    def docx_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._file(request, object_id, DOCX)

    def _file(self, request: HttpRequest, object_id: str, file_format: FileFormat) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        found = self.object_or_404(request, object_id, self.has_view_or_change_permission)
        if not hasattr(found, "transcript"):
            raise Http404
        record_act(request, EventKind.TRANSCRIPT_READ, found, f"Downloaded as {file_format.extension}.")
        content = file_format.write(TranscriptDocument.of(found))
        name = f"interview-{found.pk}.{file_format.extension}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, file_format.content_type, headers=headers)
