"""What `doctor` says of mails, with a DNS server on a loopback port."""

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from hindsight.doctor import Fault
from orgs.models import Org
from sequences.doctor import mail_domain, mails
from tests.factories import SequenceFactory

resolvers: Any = pytest.importorskip("dns.resolver")
message: Any = pytest.importorskip("dns.message")
rrset: Any = pytest.importorskip("dns.rrset")

GOOD = {
    "example.com.": ["google-site-verification=x", "v=spf1 include:mail.example.net -all"],
    "_dmarc.example.com.": ["v=DMARC1; p=none"],
    "s1._domainkey.example.com.": ["v=DKIM1; k=rsa; " + "p=" + "A" * 300],
}


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """TXT records by name, which the default resolver gets."""
    records = {name: [*texts] for name, texts in GOOD.items()}

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            query = message.from_wire(data)
            name = query.question[0].name
            response = message.make_response(query)
            if texts := records.get(str(name)):
                quoted = [" ".join(f'"{text[i : i + 200]}"' for i in range(0, len(text), 200)) for text in texts]
                response.answer.append(rrset.from_text(name, 60, "IN", "TXT", *quoted))
            else:
                response.set_rcode(3)
            sock.sendto(response.to_wire(), self.client_address)

    with socketserver.UDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        resolver = resolvers.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        monkeypatch.setattr(resolvers, "default_resolver", resolver)
        yield records
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def mail_server(settings: Settings) -> None:
    settings.EMAIL_URL, settings.EMAIL_HOST = {"EMAIL_HOST": "mail.example.com"}, "mail.example.com"
    settings.DEFAULT_FROM_EMAIL, settings.EMAIL_DKIM_SELECTOR = "Hindsight <paige@example.com>", "s1"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"example.com.": []}, "SPF: 0 records at example.com. There must be one."),
        ({"example.com.": ["v=spf1 a -all", "v=spf1 mx -all"]}, "SPF: 2 records at example.com. There must be one."),
        ({"_dmarc.example.com.": []}, "DMARC: 0 records at _dmarc.example.com. There must be one."),
        (
            {"s1._domainkey.example.com.": ["v=DKIM1"]},
            "DKIM: 0 records at s1._domainkey.example.com. There must be one.",
        ),
    ],
)
def test_records_that_are_missing_or_doubled(
    records: dict[str, list[str]], changed: dict[str, list[str]], found: str
) -> None:
    records |= changed
    with pytest.raises(Fault) as fault:
        mail_domain()
    assert fault.value.args == (found,)


def test_without_a_selector_dkim_is_not_checked(records: Any, settings: Settings) -> None:
    assert mail_domain() == "example.com has DKIM, DMARC, SPF"
    settings.EMAIL_DKIM_SELECTOR = ""
    assert mail_domain() == "example.com has DMARC, SPF. Set EMAIL_DKIM_SELECTOR to have DKIM checked"


def test_a_dns_that_does_not_answer_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = resolvers.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], 1
    monkeypatch.setattr(resolvers, "default_resolver", resolver)
    monkeypatch.setattr("sequences.doctor.DNS_SECONDS", 0.1)
    assert mail_domain() == "example.com, not checked: the DNS does not answer"


def test_mails_that_wait_for_a_server_are_a_fault(acme: Org, settings: Settings) -> None:
    assert mails() == "sent by mail.example.com"
    settings.EMAIL_URL, settings.DEVELOPMENT = None, False
    assert (mails(), mail_domain()) == ("not configured", "not configured")
    SequenceFactory.create(org=acme)
    with pytest.raises(Fault, match="Set EMAIL_URL"):
        mails()
    settings.DEVELOPMENT = True
    assert mails() == "printed on the console (development)"


def test_a_provider_that_does_not_report_bounces_gets_a_hint(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.postmark.EmailBackend", {"POSTMARK_SERVER_TOKEN": "x"}
    assert mails() == "sent by postmark. Set MAIL_WEBHOOK_SECRET to learn of bounces and complaints"
    settings.MAIL_WEBHOOK_SECRET = "hindsight:" + "x" * 20
    assert mails() == "sent by postmark"
