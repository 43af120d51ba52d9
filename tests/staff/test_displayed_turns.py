"""Conversations on staff pages: their stage, and their turns."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from interviews.lifecycle import ABANDONED_AFTER
from interviews.models import Conversation, InterviewRequest
from interviews.services.conversation_steps import (
    complete_conversation,
    finish_conversation,
    give_consent,
    next_question,
    submit_answer,
)
from interviews.services.transitions import complete_interview
from interviews.services.wishes import decline_interview
from tests.factories import InterviewRequestFactory
from tests.staff.conftest import Staff

CHANGE = "interviews_interviewrequest_change"
LIST = "interviews_interviewrequest_changelist"


@pytest.fixture
def begun(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has answered one question."""
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text="We shipped to a warehouse that was closed.")
    return interview_request


def leave_alone(interview_request: InterviewRequest) -> None:
    long_ago = timezone.now() - ABANDONED_AFTER - timedelta(hours=1)
    Conversation.objects.filter(pk=interview_request.pk).update(last_activity_at=long_ago)


def listed(staff: Staff, **query: str) -> list[tuple[int, str]]:
    """The cells of each row."""
    page = staff.get(LIST, **query)
    cells = re.findall(r'field-displayed_status">([^<]*)<', page.content.decode())
    return list(zip((row.pk for row in page.context["cl"].result_list), cells, strict=True))


def test_the_list_shows_the_status_of_each_interview(root: Staff, begun: InterviewRequest) -> None:
    other = InterviewRequestFactory.create(org=begun.org, contact=begun.contact, interview_type=begun.interview_type)
    assert listed(root) == listed(root, conversation="nonsense") == [(other.pk, "Created"), (begun.pk, "Under way")]
    assert listed(root, conversation="running") == [(begun.pk, "Under way")]
    assert listed(root, conversation="abandoned") == []
    leave_alone(begun)
    assert listed(root, conversation="running") == []
    assert listed(root, conversation="abandoned") == [(begun.pk, "Abandoned")]


def test_answers_that_were_not_sent_are_counted_and_not_shown(root: Staff, begun: InterviewRequest) -> None:
    next_question(begun)
    page = root.get(CHANGE, begun.pk)
    assert "The contact has answered 1 question, and has not sent the answers." in page.content.decode()
    assert "warehouse" not in page.content.decode()
    assert page.context["document"] is None
    decline_interview(begun)
    assert "The answers were deleted: they were not sent." in root.get(CHANGE, begun.pk).content.decode()


def test_a_wish_stands_before_the_transcript(root: Staff, begun: InterviewRequest) -> None:
    assert "Wish of the contact:</strong>" not in root.get(CHANGE, begun.pk).content.decode()
    next_question(begun)
    submit_answer(begun, number=3, text="The CFO decided. Can a person call me? Please delete my data afterwards.")
    finish_conversation(begun)
    complete_conversation(begun)
    before, _, transcript = root.get(CHANGE, begun.pk).content.decode().partition(">Transcript</h2>")
    assert "Wish of the contact:</strong> wants a person, wants deletion" in before
    assert "The CFO decided." in transcript


@pytest.mark.usefixtures("known_readings")
def test_findings_link_to_their_places_in_the_transcript(root: Staff, interview_request: InterviewRequest) -> None:
    """A browser moves to the element with the id that a link names."""
    InterviewRequest.objects.update(objective="Find out about pricing and the demo")
    give_consent(interview_request)
    next_question(interview_request)
    submit_answer(interview_request, number=1, text="Are you a bot? The <i>price</i> of Acme was too *high*, but fair.")
    finish_conversation(interview_request)
    complete_conversation(interview_request)
    page = root.get(CHANGE, interview_request.pk).content.decode()
    quote = "The &lt;i&gt;price&lt;/i&gt; of Acme was too *high*"
    [place] = re.findall(rf'Against</strong> <q dir="auto">{re.escape(quote)}</q> <a href="#([^"]+)">turn 2</a>', page)
    [answer] = re.findall(rf'{re.escape(quote)}, but fair. <a href="#([^"]+)">turn 2</a></dd>', page)
    assert f'Are you a bot? <span id="{answer}"><span id="{place}">{quote}</span>, but fair.</span>' in page
    assert '<dd>Touched, <a href="#turn-2">turn 2</a></dd>' in page
    assert page.count(f'id="{place}"') == page.count('id="turn-2"') == 1


def test_key_answers_of_an_older_version_are_shown_without_links(
    root: Staff, interview_request: InterviewRequest
) -> None:
    stored = {"topic": "pricing", "title": "Price", "excerpts": ["It was slow."]}
    complete_interview(interview_request, content="**Paige:** Why?\n\n**Alice:** It was slow.", key_answers=[stored])
    page = root.get(CHANGE, interview_request.pk).content.decode()
    assert '<dt>Price</dt><dd dir="auto">It was slow.</dd>' in page
    assert "Drivers" not in page
