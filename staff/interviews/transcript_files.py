import unicodedata
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from hindsight.text.visible import visible
from hindsight.text.xlsx import NOT_XML
from interviews.paige.dialogue import escaped
from orgs.models import EventKind
from staff.base import ObjectView, StaffAdmin
from staff.interviews.transcript import SKIPPED, TranscriptDocument
from staff.security_events import record_act

RIGHT_TO_LEFT = ("R", "AL")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def download(extension: str, content_type: str, write: Callable[[TranscriptDocument], bytes]) -> ObjectView:
    def view(admin: StaffAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        found = admin.object_or_404(request, object_id, admin.has_view_or_change_permission)
        if not hasattr(found, "transcript"):
            raise Http404
        record_act(request, EventKind.TRANSCRIPT_READ, found, f"Downloaded as {extension}.")
        headers = {"Content-Disposition": f'attachment; filename="interview-{found.pk}.{extension}"'}
        return HttpResponse(write(TranscriptDocument.of(found)), content_type, headers=headers)

    return view


def as_markdown(document: TranscriptDocument) -> bytes:
    return visible("\n\n".join(_blocks(document)) + "\n").encode()


def as_docx(document: TranscriptDocument) -> bytes:
    from docx import Document  # loads lxml, which other pages do not need

    word = Document()
    properties = word.core_properties
    properties.title, properties.author, properties.comments = xml_text(document.title)[:255], "Hindsight", ""
    properties.created = properties.modified = timezone.now()
    _paragraph(word, document.title, "Title")
    for label, value in document.facts:
        _paragraph(word, value, label=label)
    for section, entries in document.sections.items():
        _paragraph(word, section, "Heading 1")
        for title, lines in entries.items():
            _paragraph(word, title, "Heading 2")
            for line in lines:
                _paragraph(word, line, "List Bullet")
    _paragraph(word, "Transcript", "Heading 1")
    for turn in document.turns:
        _paragraph(word, turn.text or SKIPPED, label=turn.label)
    out = BytesIO()
    word.save(out)
    return out.getvalue()


def xml_text(text: str) -> str:
    """Shows characters that are not seen, and replaces others that XML cannot contain."""
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", visible(text))


def _paragraph(word: Any, text: str, style: str | None = None, *, label: str = "") -> None:
    paragraph = word.add_paragraph(style=style)
    if label:
        paragraph.add_run(xml_text(f"{label}: ")).bold = True
    text = xml_text(text)
    run = paragraph.add_run(text)
    # By the first character with a direction, like `dir="auto"` in HTML.
    directions = map(unicodedata.bidirectional, text)
    if next((each for each in directions if each in ("L", *RIGHT_TO_LEFT)), "L") in RIGHT_TO_LEFT:
        from docx.oxml import OxmlElement

        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        run.font.rtl = True


def _blocks(document: TranscriptDocument) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    yield "\n".join(f"- **{label}:** {escaped(value)}" for label, value in document.facts)
    for section, entries in document.sections.items():
        yield f"## {section}"
        for title, lines in entries.items():
            yield f"### {escaped(title)}"
            yield "\n".join(f"- {escaped_line(line)}" for line in lines)
    yield "## Transcript"
    for turn in document.turns:
        label = f"**{escaped(turn.label)}:** " if turn.speaker else ""
        yield f"{label}{escaped(turn.text or SKIPPED)}"


def escaped_line(text: str) -> str:
    return escaped(" ".join(text.split()))
