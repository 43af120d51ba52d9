"""Placeholders are a closed list, and no value becomes one, a header or a tag."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from interviews.models import InterviewRequest
from sequences.mail import content_of, message
from sequences.models import Sequence
from sequences.text import Placeholder, clean_mail_text, clean_subject, rendered
from tests.factories import ContactFactory, InterviewRequestFactory, SequenceFactory

VALUES = dict.fromkeys(Placeholder, "") | {Placeholder.VENDOR: "Acme", Placeholder.LINK: "https://x.example/s"}


def test_an_empty_value_takes_its_space_along() -> None:
    assert rendered("Hello {name}, from {vendor}{name}.", VALUES) == "Hello, from Acme."


def test_a_value_is_not_read_for_placeholders() -> None:
    assert rendered("{name} {vendor}", VALUES | {Placeholder.NAME: "{link}"}) == "{link} Acme"


@pytest.mark.parametrize(
    ("clean", "text", "message"),
    [
        (clean_subject, "About {notes}", "There is no placeholder {notes}."),
        (clean_subject, "About {objective}", "There is no placeholder {objective}."),
        (clean_subject, "Open {link}", "The link belongs into the text."),
        (clean_subject, " ", "Enter a text."),
        (clean_subject, "Hello\r\nBcc: x@example.com", "Enter one line"),
        (clean_subject, "Hello\u202e", "Enter one line"),
        (clean_subject, "Hello\u2028there", "Enter one line"),
        (clean_subject, "x" * 201, "Send at most 200 characters"),
        (clean_subject, "\x00", "NUL"),
        (lambda text: clean_mail_text(text, needs_link=True), "Hello {name}", "needs the placeholder {link}"),
        (lambda text: clean_mail_text(text, needs_link=False), "{ link }", "There is no placeholder { link }."),
        (lambda text: clean_mail_text(text, needs_link=False), "{}", "There is no placeholder {}."),
        (lambda text: clean_mail_text(text, needs_link=False), "x" * 5_001, "Send at most 5,000 characters"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(clean: Callable[[str], str], text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=r".") as refusal:
        clean(text)
    assert message in refusal.value.messages[0]


HOSTILE = [
    *("Al\r\nBcc: x@example.com", "Al\nX: y", "Al\u2028B", "Al\u202e=?utf-8?q?x?="),
    *("<script>alert(1)</script>", '"Al", "Bo" <x@example.com>', "x" * 255),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text(db: None, name: str) -> None:
    """Also one that was stored before the rules, or in a vendor's name."""
    sequence: Sequence = SequenceFactory.create()
    sequence.org.name = sequence.sender_name = name
    contact = ContactFactory.create(org=sequence.org, name=name)
    row: Any = InterviewRequestFactory.create(org=sequence.org, contact=contact)
    row.org = sequence.org
    content = content_of(sequence, row, subject="{name} at {vendor}", text="Hello {name}: {link}", opt_out="https://o")
    mail = message(sequence, content, to="alice@example.com").message()
    assert {*mail.keys()} == {"Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID"}
    assert "<script>" not in content.html
    assert mail["To"] == "alice@example.com"


def test_notes_and_objective_are_in_no_mail(interview_request: InterviewRequest) -> None:
    sequence = SequenceFactory.create(org=interview_request.org, interview_type=interview_request.interview_type)
    texts = [
        content_of(sequence, interview_request, subject=step.subject, text=step.text, opt_out="https://o")
        for step in sequence.steps.all()
    ]
    assert len(texts) == 2
    for content in texts:
        for part in (content.subject, content.text, content.html):
            assert "Old notes" not in part
            assert "Old objective" not in part
            assert "{" not in content.subject + content.text
