"""Placeholders are a closed list, and no value becomes one, a header or a tag."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from interviews.models import InterviewRequest
from sequences.mail import message
from sequences.models import Sequence, Step
from sequences.text import Placeholder, rendered
from tests.factories import ContactFactory, InterviewRequestFactory, SequenceFactory

VALUES = dict.fromkeys(Placeholder, "") | {Placeholder.VENDOR: "Acme", Placeholder.LINK: "https://x.example/s"}


def test_an_empty_value_takes_its_space_along() -> None:
    assert rendered("Hello {name}, from {vendor}{name}.", VALUES) == "Hello, from Acme."


def test_a_value_is_not_read_for_placeholders() -> None:
    assert rendered("{name} {vendor}", VALUES | {Placeholder.NAME: "{link}"}) == "{link} Acme"


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("subject", "About {notes}", "There is no placeholder {notes}."),
        ("subject", "About {objective}", "There is no placeholder {objective}."),
        ("subject", "Open {link}", "The link belongs into the text."),
        ("subject", " ", "Enter one line of text"),
        ("subject", "", "This field cannot be blank."),
        ("subject", "Hello\r\nBcc: x@example.com", "Enter one line"),
        ("subject", "Hello\n", "Enter one line"),
        ("subject", "Hello\u202e", "Enter one line"),
        ("subject", "Hello\u2028there", "Enter one line"),
        ("subject", "x" * 201, "at most 200 characters"),
        ("subject", "\x00", "Enter one line"),
        ("text", "Hello {name}", "needs the placeholder {link}"),
        ("text", "{ link }", "There is no placeholder { link }."),
        ("text", "{}", "There is no placeholder {}."),
        ("text", "{link}\x00", "NUL"),
        ("text", "x" * 5_001, "Send at most 5,000 characters"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(field: str, text: str, message: str) -> None:
    step = Step(**{"subject": "Hello", "text": "{link}", field: text})
    with pytest.raises(ValidationError) as refusal:
        step.full_clean(exclude=["org", "sequence"], validate_constraints=False)
    assert message in " ".join(refusal.value.message_dict[field])


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
    texts = Step(subject="{name} at {vendor}", text="Hello {name}: {link}")
    sent = message(sequence, row, texts, opt_out="https://o")
    mail = sent.message()
    assert {*mail.keys()} == {"Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID"}
    assert "<script>" not in str(sent.alternatives[0][0])
    assert mail["To"] == contact.email


def test_notes_and_objective_are_in_no_mail(interview_request: InterviewRequest) -> None:
    sequence = SequenceFactory.create(org=interview_request.org, interview_type=interview_request.interview_type)
    mails = [message(sequence, interview_request, step, opt_out="https://o") for step in sequence.steps.all()]
    assert len(mails) == 2
    for mail in mails:
        for part in (mail.subject, str(mail.body), str(mail.alternatives[0][0])):
            assert "Old notes" not in part
            assert "Old objective" not in part
            assert "{" not in f"{mail.subject}{mail.body}"
