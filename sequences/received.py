"""What a received mail says about mails of ours. Anybody can have written it: only the random part of our Message-ID
counts, which those know who have had the mail.

Each function takes linear time. The parsers of `email.policy.default` do not, so headers are read unparsed.
"""

import re
from collections.abc import Iterable
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import NamedTuple

from sequences.models import StopReason

MAX_BYTES = 1024 * 1024  # what is read of a mail. Its headers and delivery reports come first
MAX_IDS = 50

_OUR_ID = re.compile(r"<([0-9a-f]{32})@")
_FIELD = re.compile(r"^(final-recipient|action|status):[ \t]*+(?:rfc822;[ \t]*+)?(\S++)", re.IGNORECASE | re.MULTILINE)
_ABUSE = re.compile(r"^feedback-type:[ \t]*+(?:abuse|fraud)\b", re.IGNORECASE | re.MULTILINE)
_AUTOMATIC = {
    "auto-submitted": re.compile(r"(?!no\b)", re.IGNORECASE),
    "precedence": re.compile(r"bulk|junk|list|auto_reply", re.IGNORECASE),
    "return-path": re.compile(r"<>"),
    **dict.fromkeys(("x-auto-response-suppress", "x-autoreply", "x-autorespond"), re.compile("")),
}
"""Headers of mails that no person has written, such as out-of-office notices, with how their values begin."""


class News(NamedTuple):
    """`mail_ids`: of `Mail.uuid`, as hex. `address`: the recipient of the mail, or "" if the news does not name it."""

    reason: StopReason
    mail_ids: tuple[str, ...]
    address: str = ""


def news_in(mail: bytes) -> News | None:
    """`mail`: with its headers, at most MAX_BYTES. Returns None if it says nothing about ours."""
    message = BytesHeaderParser(policy=compat32).parsebytes(mail)
    headers = {name.lower(): str(value) for name, value in reversed(message.items())}
    if "multipart/report" not in headers.get("content-type", "").lower():
        return reply_in(headers.items())
    body = mail.decode(errors="replace").replace("\r\n", "\n")
    ids = _ids_in(body)
    if _ABUSE.search(body):
        return News(StopReason.COMPLAINED, ids)
    for block in body.split("\n\n"):  # one for each recipient
        fields = {name.lower(): value for name, value in _FIELD.findall(block)}
        if fields.get("action", "").lower() == "failed" and is_permanent(fields.get("status", "")):
            return News(StopReason.BOUNCED, ids, fields.get("final-recipient", ""))
    return None


def reply_in(headers: Iterable[tuple[str, str]]) -> News | None:
    """Returns None for an automatic reply."""
    ids: tuple[str, ...] = ()
    for name, value in headers:
        key = name.lower()
        if key in _AUTOMATIC and _AUTOMATIC[key].match(value.strip()):
            return None
        if key in ("in-reply-to", "references"):
            ids += _ids_in(value)
    return News(StopReason.REPLIED, ids) if ids else None


def is_permanent(status: str) -> bool:
    """Whether a status (RFC 3463) says that there is no such address. 5.7 is a refusal of the sender or the content."""
    return status.startswith("5.") and not status.startswith("5.7.")


def _ids_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_OUR_ID.findall(text)))[:MAX_IDS]
