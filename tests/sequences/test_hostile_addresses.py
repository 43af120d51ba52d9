"""Addresses and names that try to add recipients, headers or text: a clear error, or one mail that is safe."""

from typing import Any

import pytest

from contacts.models import Contact
from orgs.models import Org
from sequences.models import Enrolment, Sequence, StopReason
from tests.client import ApiClient
from tests.fakes.mail_server import MailServer
from tests.working import work_off

pytestmark = pytest.mark.usefixtures("clock")

HEADERS = {
    *("Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID"),
    *("Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"),
}
REFUSED = ""
"""Instead of the recipient in the envelope."""

ADDRESSES = {
    "a@example.com": "a@example.com",
    "A.B+tag@EXAMPLE.com": "a.b+tag@example.com",
    "o'hara@example.com": "o'hara@example.com",
    "a@b\u00fccher.example": "a@xn--bcher-kva.example",
    "a@xn--bcher-kva.example": "a@xn--bcher-kva.example",
    f"{'a' * 65}@example.com": f"{'a' * 65}@example.com",  # the mail server decides
    **dict.fromkeys(
        (
            *("a@example.com\nBcc: x@example.com", "a@example.com\r\nBcc: x@example.com", "a\n@example.com"),
            *(
                "a@example.com\r\n.\r\nRCPT TO:<x@example.com>",
                "a@example.com\u2028x",
                "a@example.com\x00",
                "a\x00@x.io",
            ),
            *("a@example.com, x@example.com", "a@example.com;x@example.com", "a@example.com x@example.com"),
            *(
                "Al <a@example.com>",
                "<a@example.com>",
                "a@example.com (x)",
                "a@x@example.com",
                "a@example.com>",
                "@",
                "",
            ),
            *("a..b@example.com", ".a@example.com", "a@-example.com", "a@example", "a@exa mple.com", "a@[127.0.0.1"),
            *("=?utf-8?q?a=0ABcc:x?=@", "\u202ea@example.com", "a@example.com\u200b", "a@ex\u0000ample.com"),
            *("m\u00fcller@example.com", "\u8a9e@example.com", "a@example.com?bcc=x@example.com"),
            *(f"a@{'b' * 250}.com", f"a@{'b.' * 200}com", "a" * 100_000),
        ),
        REFUSED,
    ),
}


def refused_fields(response: Any) -> set[str]:
    """Empty if the body is refused as a whole, because no JSON text may have a NUL."""
    error = response.json()["error"]
    assert "details" in error or "NUL" in error["message"]
    return {detail["field"] for detail in error.get("details", [])}


@pytest.mark.parametrize(("address", "recipient"), ADDRESSES.items(), ids=lambda text: ascii(text)[:40])
def test_an_address_is_refused_or_gets_one_mail(
    acme_api: ApiClient, sequence: Sequence, mails: MailServer, address: str, recipient: str
) -> None:
    response = acme_api.post("/interviews", {"contact_email": address, "sequence_id": sequence.public_id})
    work_off("mails")
    if recipient == REFUSED:
        assert response.status_code == 400
        assert refused_fields(response) == ({"contact_email"} if "\x00" not in address else set())
        assert (mails.mails, Contact.objects.count(), Enrolment.objects.count()) == ([], 0, 0)
        return
    assert response.status_code == 201
    [mail] = mails.mails
    assert mails.recipients == [[recipient]]
    assert {*mail.keys()} == HEADERS
    assert [each.addr_spec for each in mail["To"].addresses] == [recipient]


NAMES = [
    *("Al\nBcc: x@example.com", "Al\r\n\r\nText", "Al\u2028Bcc: x@example.com", "Al\x0bBcc: x", "Al\x00", "\u202eAl"),
    *(
        '"Al", "Bo" <x@example.com>',
        "x@example.com",
        "Al, Bo",
        "Al; Bo",
        "=?utf-8?q?Al=0ABcc:x?=",
        "\\",
        '"',
        "<",
        "(Al",
    ),
    *(
        "M\u00fcller",
        "\u8a9e",
        "\U0001f600",
        "e\u0301" * 40,
        "<script>alert(1)</script>",
        "{link}",
        "{notes}",
        "x" * 255,
    ),
    *("https://x.example/", "<a href=https://x.example>Al</a>", ".", "\n.\n", "From Al", "--=boundary"),
]


@pytest.mark.parametrize("name", NAMES, ids=lambda text: ascii(text)[:40])
def test_a_name_is_refused_or_is_text(acme_api: ApiClient, sequence: Sequence, mails: MailServer, name: str) -> None:
    sequence.steps.filter(number=0).update(subject="{name}: {vendor}", text="Hello {name},\n\n{link}")
    body = {"contact_email": "a@example.com", "contact_name": name, "sequence_id": sequence.public_id}
    response = acme_api.post("/interviews", body)
    work_off("mails")
    if response.status_code == 400:
        assert refused_fields(response) == ({"contact_name"} if "\x00" not in name else set())
        assert (mails.mails, Contact.objects.count()) == ([], 0)
        return
    [mail] = mails.mails
    assert mails.recipients == [["a@example.com"]]
    assert {*mail.keys()} == HEADERS
    assert (mail["To"], mail["From"].addresses[0].addr_spec) == ("a@example.com", "paige@hindsight.example.com")
    plain: Any = mail.get_body(("plain",))
    html: Any = mail.get_body(("html",))
    stored = " ".join(Contact.objects.get().name.replace("=?", "= ?").split())
    assert str(mail["Subject"]).startswith(stored[:20])
    assert f"Hello {stored}"[:30] in plain.get_content()
    assert "<script>" not in html.get_content()
    assert "<a href=https" not in html.get_content()


@pytest.mark.parametrize(
    "vendor", ["Acme\nBcc: x@example.com", '"Acme" <x@example.com>', "Acme\r\n\r\nText", "\u202eAcme"]
)
def test_the_name_of_an_org_or_sender_is_text(
    acme: Org, acme_api: ApiClient, sequence: Sequence, mails: MailServer, vendor: str
) -> None:
    """Also one that was stored before its rules."""
    acme.name = vendor
    acme.save()
    Sequence.objects.update(sender_name=vendor[:100])
    acme_api.post("/interviews", {"contact_email": "a@example.com", "sequence_id": sequence.public_id})
    work_off("mails")
    [mail] = mails.mails
    assert mails.recipients == [["a@example.com"]]
    assert {*mail.keys()} == HEADERS
    assert [each.addr_spec for each in mail["From"].addresses] == ["paige@hindsight.example.com"]
    assert Enrolment.objects.get().stop_reason != StopReason.BOUNCED
