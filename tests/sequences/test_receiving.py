"""Replies, delivery reports and complaints, from a mail server by `receive_mail`, and from a provider."""

import io
import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

import hindsight.urls  # noqa: F401 - mounts no webhooks, as there is no secret yet
from orgs.models import Org
from sequences.management.commands import receive_mail
from sequences.models import Enrolment, Mail, MailState, Sequence, StopReason, Suppression
from sequences.received import MAX_BYTES, News, news_in
from sequences.services.stopping import receive
from tests.fakes.mail_server import MailServer
from tests.sequences.conftest import enrol
from tests.working import work_off
from webhooks.models import Event
from webhooks.sending import Url
from webhooks.services.endpoints import create_endpoint

pytestmark = pytest.mark.usefixtures("clock")

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "received"


@pytest.fixture
def sent(acme: Org, sequence: Sequence, mails: MailServer, clock: time_machine.Traveller) -> Mail:
    """Alice has received the invitation, and Acme's system wants to know of everything."""
    kinds = ["interview.bounced", "interview.opted_out"]
    create_endpoint(org_id=acme.pk, url=Url("https://hooks.example.com/"), event_types=kinds)
    enrol(sequence)
    assert work_off("mails") == 1
    mail: Mail = Mail.objects.get(state=MailState.SENT)
    return mail


def sample(name: str, mail: Mail) -> bytes:
    text = (SAMPLES / f"{name}.eml").read_text(encoding="utf-8")
    return text.replace("{message_id}", mail.message_id).replace("\n", "\r\n").encode()


def received(raw: bytes) -> str:
    """What the command prints."""
    out = io.StringIO()
    with patch("sys.stdin", io.TextIOWrapper(io.BytesIO(raw))):
        call_command("receive_mail", stdout=out)
    return out.getvalue().strip()


def outcome() -> tuple[str, list[tuple[bool, str]], list[str]]:
    """Why the enrolment has stopped, suppressions (of all orgs?) with their reason, and later events."""
    suppressed = [(row.org_id is None, str(row.reason)) for row in Suppression.objects.order_by("pk")]
    events = Event.objects.exclude(type="interview.sent").values_list("type", flat=True)
    return Enrolment.objects.get().stop_reason, suppressed, [*events]


NOTHING: Any = ("", [], [])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reply_gmail", ("replied", [], [])),
        ("reply_outlook_to_reminder", ("replied", [], [])),
        ("out_of_office_exchange", NOTHING),
        ("out_of_office_sieve", NOTHING),
        ("mailing_list", NOTHING),
        ("read_receipt", NOTHING),
        ("other_mail", NOTHING),
        ("bounce_postfix", ("bounced", [(False, "bounced")], ["interview.bounced"])),
        ("bounce_exchange", ("bounced", [(False, "bounced")], ["interview.bounced"])),
        ("bounce_of_former_address", NOTHING),
        ("bounce_soft", NOTHING),
        ("bounce_delayed", NOTHING),
        ("bounce_refused_as_spam", NOTHING),
        ("complaint_arf", ("complained", [(True, "complained")], [])),
        ("not_spam_arf", NOTHING),
    ],
)
def test_what_a_mail_server_hands_over(sent: Mail, name: str, expected: Any) -> None:
    raw = sample(name, sent)
    first = received(raw)
    assert outcome() == expected
    waiting = Mail.objects.filter(state=MailState.WAITING).count()
    assert waiting == (0 if expected[0] else 1)
    assert first.endswith("1 stopped") == bool(expected[0])
    assert not received(raw).endswith("1 stopped")
    assert outcome() == expected


def test_nothing_of_a_reply_is_stored_or_logged(sent: Mail, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    received(sample("reply_gmail", sent))
    assert "confidential" in sample("reply_gmail", sent).decode()
    assert not [record for record in caplog.records if "confidential" in record.getMessage()]


def test_news_after_the_last_mail_count_too(sent: Mail) -> None:
    Enrolment.objects.update(finished_at="2026-03-02T09:00Z")
    Mail.objects.exclude(pk=sent.pk).delete()
    assert received(sample("bounce_postfix", sent)) == "bounced: 1 stopped"
    assert outcome() == ("bounced", [(False, "bounced")], ["interview.bounced"])
    assert received(sample("reply_gmail", sent)) == "replied: 0 stopped"


def test_a_message_id_of_another_mail_stops_nothing(sent: Mail) -> None:
    other = sample("reply_gmail", sent).replace(sent.uuid.hex.encode(), b"0" * 32)
    assert received(other) == "replied: 0 stopped"
    assert outcome() == NOTHING


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff\xfe" * 1_000,
        b"Content-Type: multipart/report; boundary=\xff\n\n--\xff\n",
        b"Content-Type: " + b"(" * 100_000 + b"\n\n",
        b"In-Reply-To: " + b"<a@b> " * 100_000,
        b"In-Reply-To: =?utf-8?b?" + b"/" * 10_000,
        b"Content-Type: multipart/report; x=" + b'";' * 400_000,
        b"".join(b"Content-Type: multipart/report; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(9_000)),
        b"\n" * MAX_BYTES,
    ],
    ids=["nothing", "binary", "boundary", "comments", "ids", "encoded", "quotes", "nested", "lines"],
)
def test_hostile_mails_are_read_and_say_nothing(sent: Mail, raw: bytes) -> None:
    assert "stopped" not in received(raw)
    assert outcome() == NOTHING


def test_a_large_reply_is_a_reply(sent: Mail) -> None:
    assert received(sample("reply_gmail", sent) + b"x" * 3 * MAX_BYTES) == "replied: 1 stopped"


def test_an_unavailable_database_is_a_temporary_failure(sent: Mail) -> None:
    with (
        patch("sequences.management.commands.receive_mail.receive", side_effect=OperationalError("alice")),
        pytest.raises(CommandError) as error,
    ):
        received(sample("reply_gmail", sent))
    assert (error.value.returncode, str(error.value)) == (75, "The database is unavailable. Try again later.")
    assert outcome() == NOTHING


def test_an_error_is_logged_without_the_text_and_the_mail_does_not_bounce(
    sent: Mail, caplog: pytest.LogCaptureFixture
) -> None:
    with patch("sequences.management.commands.receive_mail.news_in", side_effect=RecursionError("confidential")):
        assert received(sample("reply_gmail", sent)) == "not read"
    own = [record.getMessage() for record in caplog.records if record.name == receive_mail.logger.name]
    assert own == ["A received mail could not be read: RecursionError."]
    assert "confidential" not in caplog.text


@pytest.mark.slow
@pytest.mark.parametrize(("url", "status"), [("postgres://x@127.0.0.1:1/x", 75), ("sqlite://:memory:", 75)])
def test_the_exit_status_of_the_process(url: str, status: int) -> None:
    """An empty database is as unavailable as one that does not run."""
    mail = b"In-Reply-To: <%s@hindsight.example.com>\n\nHello" % (b"0" * 32)
    command = [sys.executable, str(ROOT / "manage.py"), "receive_mail"]
    done = subprocess.run(command, input=mail, env={"HINDSIGHT_ENV": "development", "DATABASE_URL": url}, timeout=60)
    assert done.returncode == status


class TestProvider:
    @pytest.fixture(autouse=True)
    def mounted(self, settings: Any, sent: Mail) -> None:
        pytest.importorskip("anymail")
        settings.MAIL_WEBHOOK_SECRET = settings.ANYMAIL_WEBHOOK_SECRET = "hindsight:" + "s" * 20
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x"}
        settings.ROOT_URLCONF = "tests.sequences.provider_urls"

    @staticmethod
    def post(path: str, body: dict[str, Any], secret: str = "hindsight:" + "s" * 20) -> int:
        basic = f"Basic {b64encode(secret.encode()).decode()}"
        client = Client(enforce_csrf_checks=True)
        response = client.post(
            f"/mail-events/{path}/", json.dumps(body), content_type="application/json", headers={"Authorization": basic}
        )
        return response.status_code

    @pytest.mark.parametrize(
        ("event", "expected"),
        [
            ({"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1}, "bounced"),
            ({"RecordType": "Bounce", "Type": "HardBounce", "Details": "smtp;450 4.2.1 busy"}, ""),
            ({"RecordType": "Bounce", "Type": "BadEmailAddress", "TypeCode": 100000}, "bounced"),
            ({"RecordType": "Bounce", "Type": "SoftBounce", "TypeCode": 4096}, ""),
            ({"RecordType": "Bounce", "Type": "AutoResponder", "TypeCode": 32}, ""),
            ({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512}, "complained"),
            ({"RecordType": "Delivery"}, ""),
        ],
    )
    @pytest.mark.parametrize("has_metadata", [True, False])
    def test_events(self, sent: Mail, event: dict[str, Any], expected: str, has_metadata: bool) -> None:
        metadata = {"Metadata": {"mail": sent.uuid.hex}} if has_metadata else {}
        assert (
            self.post("postmark/tracking", {**event, **metadata, "Email": "alice@example.com", "MessageID": "1"}) == 200
        )
        assert outcome()[0] == expected

    def test_replies(self, sent: Mail) -> None:
        def reply(**headers: str) -> dict[str, Any]:
            fields = [{"Name": name.replace("_", "-"), "Value": value} for name, value in headers.items()]
            return {"From": "a@b.example", "To": "c@d.example", "Headers": fields, "Attachments": [], "TextBody": "Hi"}

        assert self.post("postmark/inbound", reply(In_Reply_To=sent.message_id, Auto_Submitted="auto-replied")) == 200
        assert outcome() == NOTHING
        assert self.post("postmark/inbound", reply(In_Reply_To=sent.message_id)) == 200
        assert outcome()[0] == StopReason.REPLIED

    def test_a_wrong_secret_and_other_providers_are_refused(self, sent: Mail) -> None:
        bounce = {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "Email": "alice@example.com"}
        assert self.post("postmark/tracking", bounce, "hindsight:wrong") == 400
        assert self.post("amazon_ses/tracking", bounce) == 404
        assert outcome() == NOTHING


def test_without_a_secret_no_webhook_is_mounted() -> None:
    assert Client().post("/mail-events/postmark/tracking/").status_code == 404


def test_a_complaint_is_for_all_orgs_and_outlives_the_enrolment(sent: Mail, globex: Org) -> None:
    assert receive(News(StopReason.COMPLAINED, (sent.uuid.hex,))) == 1
    assert Suppression.objects.of("alice@example.com", globex.pk).exists()


def test_at_most_50_ids_of_a_mail_are_looked_up(sent: Mail) -> None:
    ids = "".join(f"<{number:032x}@x>" for number in range(100))
    news = news_in(f"References: {ids}\n\n".encode())
    assert news
    assert len(news.mail_ids) == 50
