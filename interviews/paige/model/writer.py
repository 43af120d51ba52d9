"""A model words a message that is chosen already. What it replies is shown only if the check allows it."""

from time import monotonic

from interviews.paige.chat import ChatMessage
from interviews.paige.model.asking import Asked, CompletionProvider, ask
from interviews.paige.model.log import log_wording
from interviews.paige.model.reply import read_wording
from interviews.paige.wording.check import Refusal, refusal_of
from interviews.paige.wording.public_brief import PublicBrief
from interviews.paige.wording.request import SCHEMA, wording_messages
from interviews.paige.wording.worded import Worded

REFUSED = "refused"


class ModelWriter:
    """Asks the model at most twice, the second time with the reason of the refusal.

    `timeout`: seconds for all requests of a turn.
    """

    def __init__(self, provider: CompletionProvider, *, timeout: float) -> None:
        self.provider = provider
        self.timeout = timeout

    def word(self, public: PublicBrief, *, spent_ms: int) -> Worded:
        started = monotonic()
        reader = _Reader(public)
        asked = ask(
            self.provider,
            reader.messages,
            SCHEMA,
            reader.read,
            deadline=started + self.timeout - spent_ms / 1000,
            unread=REFUSED,
        )
        latency_ms = round((monotonic() - started) * 1000)
        fallback = reader.reason(asked)
        log_wording(asked.outcomes, fallback, latency_ms)
        return Worded(asked.chosen, fallback, latency_ms, asked.prompt_tokens, asked.completion_tokens)


class _Reader:
    def __init__(self, public: PublicBrief) -> None:
        self.public = public
        self.refusal: Refusal | None = None

    def messages(self) -> list[ChatMessage]:
        return wording_messages(self.public, refused=self.refusal or "")

    def read(self, reply: str) -> str | None:
        text = read_wording(reply)
        self.refusal = refusal_of(text, self.public)
        return None if self.refusal else text

    def reason(self, asked: Asked[str]) -> str:
        """Empty if the model's words are shown."""
        if asked.chosen is not None:
            return ""
        last = asked.outcomes[-1] if asked.outcomes else "timeout"
        return str(self.refusal) if last == REFUSED else last
