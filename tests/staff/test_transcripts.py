"""Conversations on staff pages, and transcripts as files and as text to paste."""

import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import timezone
from docx import Document
from markdown_it import MarkdownIt

from contacts.models import Contact
from interviews.lifecycle import ABANDONED_AFTER, Wording
from interviews.models import Conversation, InterviewRequest, Turn, Wish
from interviews.services.conversation_steps import next_question
from interviews.services.transitions import complete_interview
from interviews.services.wishes import assign_wish, decline_interview, finish_wish
from orgs.actors import Actor, ActorKind
from orgs.models import SecurityEvent
from staff.interviews.transcript import TranscriptDocument
from staff.interviews.transcript_files import as_docx
from tests.completed import QUESTION, complete
from tests.factories import InterviewRequestFactory
from tests.interviews import steps
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
    shown = MarkdownIt().render(root.text(MARKDOWN, interview_request.pk))
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
    steps.converse(interview_request, "It was slow.")
    Turn.objects.filter(number=1).update(authored="What happened?", worded_by=Wording.MODEL)
    steps.complete(interview_request)
    assert root.get(CHANGE, interview_request.pk).content.count(b"worded by a model") == 1
    Turn.objects.all().delete()
    assert root.get(CHANGE, interview_request.pk).content.count(b"worded by a model") == 1
    assert b"**Paige (worded by a model):** " in root.get(MARKDOWN, interview_request.pk).content
    assert b"*(worded" not in root.get(MARKDOWN, interview_request.pk).content


@pytest.fixture
def begun(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has answered one question."""
    return steps.converse(interview_request, "We shipped to a warehouse that was closed.")


def listed(staff: Staff, **query: str) -> list[tuple[int, str]]:
    """The cells of each row."""
    page = staff.get("interviews_interviewrequest_changelist", **query)
    cells = re.findall(r'field-displayed_status"><span[^>]*>([^<]*)<', page.content.decode())
    return list(zip((row.pk for row in page.context["cl"].result_list), cells, strict=True))


def test_the_list_shows_the_status_of_each_interview(root: Staff, begun: InterviewRequest) -> None:
    other = InterviewRequestFactory.create(org=begun.org, contact=begun.contact, interview_type=begun.interview_type)
    assert listed(root) == listed(root, conversation="nonsense") == [(other.pk, "Created"), (begun.pk, "Under way")]
    assert listed(root, conversation="running") == [(begun.pk, "Under way")]
    assert listed(root, conversation="abandoned") == []
    long_ago = timezone.now() - ABANDONED_AFTER - timedelta(hours=1)
    Conversation.objects.filter(pk=begun.pk).update(last_activity_at=long_ago)
    assert listed(root, conversation="running") == []
    assert listed(root, conversation="abandoned") == [(begun.pk, "Abandoned")]


def test_only_a_link_filters_by_completed_conversations(root: Staff) -> None:
    link = "conversation=completed"
    assert "conversation=abandoned" in root.text("interviews_interviewrequest_changelist")
    assert link not in root.text("interviews_interviewrequest_changelist")
    assert link in root.text("interviews_interviewrequest_changelist", conversation="completed")


def test_answers_that_were_not_sent_are_counted_and_not_shown(root: Staff, begun: InterviewRequest) -> None:
    next_question(begun)
    page = root.get(CHANGE, begun.pk)
    assert "The contact has answered 1 question, and has not sent the answers." in page.content.decode()
    assert "warehouse" not in page.content.decode()
    assert page.context["document"] is None
    decline_interview(begun)
    assert "The answers were deleted: they were not sent." in root.text(CHANGE, begun.pk)


def test_a_wish_stands_before_the_transcript(root: Staff, begun: InterviewRequest) -> None:
    assert "See to it" not in root.text(CHANGE, begun.pk)
    steps.complete(begun, "The CFO decided. Can a person call me? Please delete my data afterwards.")
    before, _, transcript = root.text(CHANGE, begun.pk).partition(">Transcript</h2>")
    for wish in Wish.objects.all():
        link = f'<a href="/admin/interviews/wish/{wish.pk}/change/">See to it</a>'
        assert f"<strong>{wish.get_kind_display()}</strong> since {wish.created_at:%-d %b %Y}. {link}" in before
    assert "The CFO decided." in transcript
    person, deletion = Wish.objects.order_by("pk")
    actor = Actor(ActorKind.STAFF, "sue")
    assign_wish(org_id=person.org_id, wish_id=person.pk, owner="sue", actor=actor)
    finish_wish(org_id=person.org_id, wish_id=deletion.pk, actor=actor)
    page = root.text(CHANGE, begun.pk)
    assert (page.count("See to it"), "and sue sees to it." in page) == (1, True)
    finish_wish(org_id=person.org_id, wish_id=person.pk, actor=actor)
    assert "See to it" not in root.text(CHANGE, begun.pk)


@pytest.mark.usefixtures("known_readings")
def test_findings_link_to_their_places_in_the_transcript(root: Staff, interview_request: InterviewRequest) -> None:
    """A browser moves to the element with the id that a link names."""
    InterviewRequest.objects.update(objective="Find out about pricing and the demo")
    steps.complete(interview_request, "Are you a bot? The <i>price</i> of Acme was too *high*, but fair.")
    page = root.text(CHANGE, interview_request.pk)
    quote = "The &lt;i&gt;price&lt;/i&gt; of Acme was too *high*"
    [place] = re.findall(rf'Against</span>\s+<a href="#([^"]+)"><q dir="auto">{re.escape(quote)}</q>', page)
    [answer] = re.findall(rf'{re.escape(quote)}, but fair. <a href="#([^"]+)">turn 2</a></dd>', page)
    assert f'Are you a bot? <span id="{answer}"><span id="{place}">{quote}</span>, but fair.</span>' in page
    assert '<dd>Touched, <a href="#turn-2">turn 2</a></dd>' in page
    assert page.count(f'id="{place}"') == page.count('id="turn-2"') == 1


def test_key_answers_of_an_older_version_are_shown_without_links(
    root: Staff, interview_request: InterviewRequest
) -> None:
    stored = {"topic": "pricing", "title": "Price", "excerpts": ["It was slow."]}
    complete_interview(interview_request, content="**Paige:** Why?\n\n**Alice:** It was slow.", key_answers=[stored])
    page = root.text(CHANGE, interview_request.pk)
    assert '<dt>Price</dt><dd dir="auto">It was slow.</dd>' in page
    assert "<q " not in page
