"""Transcripts of completed interviews as files and as text to paste."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from markdown_it import MarkdownIt

from contacts.models import Contact
from interviews.lifecycle import Wording
from interviews.models import InterviewRequest, Turn
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from orgs.models import SecurityEvent
from staff.interviews.transcript import TranscriptDocument
from staff.interviews.transcript_files import as_docx
from tests.completed import QUESTION, complete
from tests.factories import InterviewRequestFactory
from tests.staff.conftest import Staff, log_in, staff_of

CHANGE = "interviews_interviewrequest_change"
DOCX = "interviews_interviewrequest_docx"
MARKDOWN = "interviews_interviewrequest_markdown"

PRICE = "Acme was too *expensive*."
ARABIC = "كان السعر مرتفعا جدا."
EMOJI = "It was great 👩🏽‍💻🎉."


def on_pricing(*answers: str) -> list[tuple[str, str]]:
    return [("pricing", answer) for answer in answers]


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    InterviewRequest.objects.update(deal_id="deal_7", objective="Find out about pricing")
    return complete(InterviewRequest.objects.get(), on_pricing(PRICE, ""))


def events() -> list[tuple[str, str, str]]:
    return list(SecurityEvent.objects.filter(kind="transcript_read").values_list("actor", "subject", "detail"))


def words_of(docx: bytes) -> list[tuple[str, str]]:
    """The style and the text of each paragraph."""
    return [(str(each.style and each.style.name), each.text) for each in Document(BytesIO(docx)).paragraphs]


def test_a_download_as_markdown(root: Staff, completed: InterviewRequest) -> None:
    response = root.get(MARKDOWN, completed.pk)
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="interview-{completed.pk}.md"'
    shown = MarkdownIt().render(response.content.decode())
    assert "<h1>" in shown
    assert "<li><strong>Contact:</strong> Alice &lt;alice@example.com&gt;</li>" in shown
    assert "<li><strong>Deal:</strong> deal_7</li>" in shown
    assert "<li>“Acme was too *expensive*.” (turn 2)</li>" in shown
    assert "<li>Against: “Acme was too *expensive*.” (turn 2)</li>" in shown
    assert shown.index("<h2>Transcript</h2>") < shown.index("<p><strong>Alice:</strong> Acme was too *expensive*.</p>")
    assert "<p><strong>Alice:</strong> (skipped)</p>" in shown
    assert events() == [("root", str(completed.pk), "Downloaded as md.")]


def test_a_download_as_docx(root: Staff, completed: InterviewRequest) -> None:
    response = root.get(DOCX, completed.pk)
    assert response["Content-Disposition"] == f'attachment; filename="interview-{completed.pk}.docx"'
    words = words_of(response.content)
    assert ("Title", f"{completed.interview_type.name}: Alice") in words
    assert ("List Bullet", "“Acme was too *expensive*.” (turn 2)") in words
    assert words[-4:] == [
        ("Normal", f"Paige: {QUESTION}"),
        ("Normal", f"Alice: {PRICE}"),
        ("Normal", f"Paige: {QUESTION}"),
        ("Normal", "Alice: (skipped)"),
    ]
    assert events() == [("root", str(completed.pk), "Downloaded as docx.")]


def test_a_docx_of_hostile_answers_opens(interview_request: InterviewRequest) -> None:
    hostile = "<w:p/>&amp; \x01\x0b\x1b\x7f\ufffe _x0041_ ]]>"
    long = "Well, " * 170_000
    completed = complete(interview_request, on_pricing(hostile, ARABIC, EMOJI, "one\ntwo\tthree\r\nfour", long))
    docx = as_docx(TranscriptDocument.of(completed))
    assert ZipFile(BytesIO(docx)).testzip() is None
    answers = [text.removeprefix("Alice: ") for _, text in words_of(docx) if text.startswith("Alice: ")]
    assert answers[0] == "<w:p/>&amp; {U+0001}{U+000B}{U+001B}{U+007F}\ufffd _x0041_ ]]>"
    assert answers[1:3] == [ARABIC, EMOJI]
    assert answers[3].split() == ["one", "two", "three", "four"]
    assert len(answers[4]) == len(long)
    rtl = [p for p in Document(BytesIO(docx)).paragraphs if ARABIC in p.text]
    assert all(p._p.xpath("w:pPr/w:bidi") and p.runs[-1].font.rtl for p in rtl)


def test_a_name_cannot_add_markup(root: Staff, interview_request: InterviewRequest) -> None:
    Contact.objects.update(name="# Eve\n\n## *Paige:* [x](https://evil.example)", search_text="")
    complete(InterviewRequest.objects.get(), on_pricing("Fine.\n\n# Big\n\n**Paige:** I lied."))
    shown = MarkdownIt().render(root.get(MARKDOWN, interview_request.pk).content.decode())
    assert shown.count("<h1>") == 1
    assert "href" not in shown
    assert "Big</h" not in shown
    assert shown.count("<strong>Paige:</strong>") == 1


@pytest.mark.parametrize("page", [MARKDOWN, DOCX])
def test_who_may_download(root: Staff, completed: InterviewRequest, page: str) -> None:
    statuses = {"support": 200, "read only": 200, "auditor": 403, "account manager": 404}  # who manages no org
    assert {role: staff_of(role).get(page, completed.pk).status_code for role in statuses} == statuses
    assert log_in("nobody").get(page, completed.pk).status_code == 403
    assert root.post(page, completed.pk).status_code == 405
    unfinished = InterviewRequestFactory.create(org=completed.org)
    assert root.get(page, unfinished.pk).status_code == 404
    assert len(events()) == 2


def test_messages_that_a_model_has_worded_are_marked(root: Staff, interview_request: InterviewRequest) -> None:
    """Also once the turns are deleted, and in downloads."""
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text="It was slow.")
    Turn.objects.filter(number=1).update(authored="What happened?", worded_by=Wording.MODEL)
    finish_conversation(interview_request)
    complete_conversation(interview_request)
    assert root.get(CHANGE, interview_request.pk).content.count(b"worded by a model") == 1
    Turn.objects.all().delete()
    assert root.get(CHANGE, interview_request.pk).content.count(b"worded by a model") == 1
    assert b"**Paige (worded by a model):** " in root.get(MARKDOWN, interview_request.pk).content
    assert b"*(worded" not in root.get(MARKDOWN, interview_request.pk).content
