"""Checks of what mails need: settings, and the DNS records of the sender's domain."""

from email.utils import parseaddr
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.db import Error as DatabaseError

from hindsight.doctor import Fault, not_checked
from sequences.mail import mail_is_set_up
from sequences.models import Sequence

DNS_SECONDS = 5


def mails() -> str:
    if not mail_is_set_up():
        try:
            has_sequences = Sequence.objects.active().exists()
        except DatabaseError as error:
            raise not_checked(error) from None
        if has_sequences:
            raise Fault("There are sequences, but no EMAIL_URL, so their mails wait. Set EMAIL_URL and EMAIL_FROM.")
        return "not configured"
    if not settings.EMAIL_URL:
        return "printed on the console (development)"
    if not settings.ANYMAIL:
        return f"sent by {settings.EMAIL_HOST}"
    hint = "" if settings.MAIL_WEBHOOK_SECRET else ". Set MAIL_WEBHOOK_SECRET to learn of bounces and complaints"
    return f"sent by {settings.EMAIL_BACKEND.split('.')[2]}{hint}"


def mail_domain() -> str:
    """The records without which large mail providers refuse bulk mail."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if not settings.EMAIL_URL or not domain:
        return "not configured"
    if find_spec("dns") is None:
        return f"{domain}, not checked: install requirements/mail.txt to have SPF, DKIM and DMARC checked"
    records = {"DMARC": (f"_dmarc.{domain}", "v=DMARC1")}
    if not settings.ANYMAIL:  # providers have an envelope sender of their own domain
        records["SPF"] = (domain, "v=spf1")
    if selector := settings.EMAIL_DKIM_SELECTOR:
        records["DKIM"] = (f"{selector}._domainkey.{domain}", "p=")
    counts = {name: _count(*record) for name, record in records.items()}
    if None in counts.values():
        return f"{domain}, not checked: the DNS does not answer"
    wrong = [name for name, count in counts.items() if count != 1]
    if wrong:
        raise Fault(*(f"{name}: {counts[name]} records at {records[name][0]}. There must be one." for name in wrong))
    hint = "" if selector else ". Set EMAIL_DKIM_SELECTOR to have DKIM checked"
    return f"{domain} has {', '.join(sorted(records))}{hint}"


def _count(place: str, mark: str) -> int | None:
    """How many TXT records have the mark, or None if the DNS does not answer."""
    resolver, exceptions = import_module("dns.resolver"), import_module("dns.exception")
    try:
        records = resolver.resolve(place, "TXT", lifetime=DNS_SECONDS)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return 0
    except exceptions.DNSException:
        return None
    return sum(mark.encode() in b"".join(record.strings) for record in records)
