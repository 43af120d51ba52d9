"""Texts of others are stored as sent, and no page or file shows characters that reorder or hide text."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from markdown_it import MarkdownIt

from contacts.models import Contact
from hindsight.text.visible import FORGING, visible
from interviews.models import Conversation, InterviewRequest, InterviewType, Transcript, Turn
from interviews.paige.dialogue import unescaped
from orgs.models import Org
from tests.client import ApiClient
from tests.commands.running import run
from tests.completed import complete
from tests.staff.admin_pages import make_rows, page_paths
from tests.staff.conftest import Staff
from tests.staff.test_exports import exported
from tests.staff.test_imports import check, counts

pytestmark = pytest.mark.django_db

# With the override, the last words look like "it was not expensive". The link would be one after a marker in brackets.
ANSWER = "\u202eevisnepxe ton saw ti\u202c, it was too expensive\u200b.\u2066(https://evil.example)\u2069 \u2028# No"
PAGES = "interviews_interviewrequest"


@pytest.fixture
def completed(interview_request: InterviewRequest) -> InterviewRequest:
    done = complete(interview_request, [("pricing", "It was cheap."), ("pricing", ANSWER)])
    assert ANSWER[:20] in done.transcript.content, "stored as sent"
    return done


def shown_text(page: str) -> str:
    return re.sub(r"<textarea\b.*?</textarea>|<[^>]*>", "", page, flags=re.DOTALL)


def test_the_pages_and_files_of_a_transcript(root: Staff, completed: InterviewRequest) -> None:
    page = root.text(f"{PAGES}_change", completed.pk)
    assert "{U+202E}evisnepxe" in shown_text(page)
    assert not FORGING.search(page), "also in the text for a mail"
    markdown = root.text(f"{PAGES}_markdown", completed.pk)
    assert "{U+202E}evisnepxe" in markdown
    assert not FORGING.search(markdown)
    html = MarkdownIt().render(markdown)
    assert "href" not in html
    assert "<h1>No" not in html
    word = Document(BytesIO(root.get(f"{PAGES}_docx", completed.pk).content))
    words = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert visible(ANSWER) in words
    assert not FORGING.search(words + word.core_properties.title)


def test_the_api(acme_api: ApiClient, completed: InterviewRequest) -> None:
    Contact.objects.update(notes=ANSWER)
    InterviewRequest.objects.update(objective=ANSWER)
    body = acme_api.get(f"/interviews/{completed.pk}").json()
    transcript = body["transcript"]
    assert not FORGING.search(json.dumps(transcript, ensure_ascii=False))
    content, quotes = transcript["content"], 0
    for topic in transcript["key_answers"]:
        for excerpt, place in zip(topic["excerpts"], topic["places"], strict=True):
            assert unescaped(content[place["start"] : place["end"]]) == excerpt
            quotes += "{U+" in excerpt
    for driver in transcript["drivers"]:
        assert unescaped(content[driver["start"] : driver["end"]]) == driver["quote"]
        quotes += 1
    assert quotes > 1
    assert (body["objective"], body["contact"]["notes"]) == (ANSWER, ANSWER), "what the customer sent"


def test_csv(root: Staff, completed: InterviewRequest, acme: Org) -> None:
    Contact.objects.update(notes=f"=1+1 {ANSWER}")
    printed = run("export_interviews", "--org", "acme", "--format", "csv").removeprefix("\ufeff")
    assert "{U+202E}evisnepxe" in printed
    assert not FORGING.search(printed)
    file = exported(root, "contacts_contact").decode()
    assert not FORGING.search(file.removeprefix("\ufeff"))
    assert counts(check(root, file)) == {"unchanged": 1}, "an import restores the characters"


def test_every_page_of_staff(root: Staff, acme: Org) -> None:
    paths = page_paths(make_rows(acme))
    mark = "x\u202ey\u200b"
    Contact.objects.update(notes=mark, name=mark, search_text=mark)
    InterviewRequest.objects.update(objective=mark, deal_id=mark)
    InterviewType.objects.update(name=mark)
    Org.objects.update(name=mark, search_text=mark)
    Turn.objects.update(text=mark)
    Conversation.objects.update(guide_name=mark, decline_comment=mark)
    Transcript.objects.update(content=f"**Paige:** {mark}\n\n**Alice:** {mark}")
    pages = {name: root.client.get(path).content.decode() for name, path in paths.items()}
    assert {name for name, page in pages.items() if FORGING.search(shown_text(page))} == set()
    assert len([name for name, page in pages.items() if visible(mark) in shown_text(page)]) > 15


def test_a_form_keeps_the_stored_text(root: Staff, interview_request: InterviewRequest) -> None:
    Contact.objects.update(notes=ANSWER)
    sent: dict[str, Any] = root.form("contacts_contact_change", interview_request.contact_id)
    assert sent["notes"] == ANSWER
    assert root.post("contacts_contact_change", interview_request.contact_id, **sent).status_code == 302
    assert Contact.objects.get().notes == ANSWER
