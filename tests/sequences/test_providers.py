"""Mails leave through the API of a provider: Postmark's, which a fake server has."""

from typing import Any

import pytest
from pytest_django import Settings

from hindsight.environment import mail_server
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason
from tests.fakes.json_server import json_server
from tests.sequences.conftest import enrol
from tests.working import work_off

pytestmark = [pytest.mark.usefixtures("clock")]

SENT = {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "alice@example.com"}
INACTIVE = {"ErrorCode": 406, "Message": "Found inactive addresses: alice@example.com. Inactive recipients are ..."}


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (SENT, MailState.SENT, ""),
        (INACTIVE, MailState.STOPPED, StopReason.BOUNCED),
        ({"ErrorCode": 10, "Message": "Bad token"}, MailState.WAITING, ""),
    ],
)
def test_a_provider_sends_refuses_or_is_asked_again(
    sequence: Sequence, settings: Settings, answer: Any, state: MailState, reason: str
) -> None:
    with json_server() as server:
        url = f"anymail+postmark:?server_token=TOKEN&api_url={server.url}/"
        settings.EMAIL_URL = mail_server(url)
        for name, value in (settings.EMAIL_URL or {}).items():
            setattr(settings, name, value)
        server.answers["/email"] = answer
        enrol(sequence)
        work_off("mails")
    mail = Mail.objects.get(step=0)
    assert (mail.state, Enrolment.objects.get().stop_reason) == (state, reason)
    assert "alice" not in mail.last_error
