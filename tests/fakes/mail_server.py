"""An SMTP server that can delay, refuse and drop at each stage of the dialogue."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tools.harness.processes import free_port


@dataclass
class Trouble:
    """At a stage (EHLO, MAIL, RCPT or DATA), once. `reply`: instead of 250. `is_late`: after the mail was accepted."""

    stage: str
    reply: str = ""
    drops: bool = False
    seconds: float = 0
    is_late: bool = False


@dataclass
class MailServer:
    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)  # of each mail, in its envelope
    troubles: deque[Trouble] = field(default_factory=deque)
    dialogues: int = 0
    open_dialogues: int = 0

    def received(self) -> list[tuple[str, str]]:
        """Recipient and subject of each mail."""
        return [(str(mail["To"]), str(mail["Subject"])) for mail in self.mails]

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, host: str, responses: Any) -> Any:  # noqa: N802
        self.dialogues += 1
        session.host_name = host
        return responses if not await self._trouble("EHLO", server) else ["421 busy"]

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        return await self._trouble("MAIL", server) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if reply := await self._trouble("RCPT", server):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if reply := await self._trouble("DATA", server):
            return reply
        self.recipients.append(list(envelope.rcpt_tos))
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return await self._trouble("DATA", server, is_late=True) or "250 OK"

    async def _trouble(self, stage: str, server: Any, *, is_late: bool = False) -> str:
        if not self.troubles or (self.troubles[0].stage, self.troubles[0].is_late) != (stage, is_late):
            return ""
        trouble = self.troubles.popleft()
        await asyncio.sleep(trouble.seconds)
        if trouble.drops:
            server.transport.abort()
        return trouble.reply or ("421 dropped" if trouble.drops else "")


class Dialogue(SMTP):
    def connection_made(self, transport: Any) -> None:
        self.event_handler.open_dialogues += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.open_dialogues -= 1
        super().connection_lost(error)


class CountingController(Controller):
    def factory(self) -> SMTP:
        return Dialogue(self.handler, **self.SMTP_kwargs)


@contextmanager
def serving() -> Iterator[MailServer]:
    server = MailServer(free_port())
    controller = CountingController(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
