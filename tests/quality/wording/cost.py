"""What a turn costs where a model chooses and words: characters, and time with an endpoint of a known delay."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from statistics import mean, median
from threading import Event
from time import monotonic
from typing import Any

from interviews.paige.chat import ChatMessage
from interviews.paige.model.engine import ModelEngine, ModelWriter
from interviews.paige.model.provider import MAX_TOKENS, Reply
from interviews.paige.turn.compose import next_message
from interviews.paige.wording.public_brief import Task
from tests.interviews.paige.interviews import after, buyer_brief
from tests.quality.wording.table import replies_to

DELAY = 0.3
TIMEOUT = 8


@dataclass
class Delayed:
    """Chooses the first move. `words`: replies to the requests to word."""

    words: Iterator[str]
    characters: dict[str, list[int]]

    def complete(
        self, messages: Sequence[ChatMessage], seconds: float, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
    ) -> Reply:
        Event().wait(DELAY)
        kind = "word" if "text" in schema["properties"] else "choose"
        self.characters[kind].append(sum(len(message.content) for message in messages))
        return Reply(f'{{"text": "{next(self.words)}"}}' if kind == "word" else '{"move": 1}', None, None)


def lines() -> Iterator[str]:
    """After each of the English answers of the contexts."""
    characters: dict[str, list[int]] = defaultdict(list)
    replies = replies_to(Task.FOLLOW_UP)
    contexts = {each.public.answers[-1]: each for each in replies if each.public.language == "en"}
    good = {each.public.answers[-1]: each.text for each in replies if each.is_good and each.refusal is None}
    taken: dict[str, list[float]] = defaultdict(list)
    for answer in contexts:
        brief = after(buyer_brief(), answer)
        for name, words in {"chosen": "", "chosen and worded": good[answer], "refused twice": "No."}.items():
            provider = Delayed(cycle([words]), characters)
            started = monotonic()
            next_message(
                replace(brief, may_be_worded=bool(words)),
                ModelEngine(provider, timeout=TIMEOUT),
                ModelWriter(provider, timeout=TIMEOUT),
            )
            taken[name].append(monotonic() - started)
    for kind, sizes in characters.items():
        yield f"A request to {kind}: {mean(sizes):,.0f} characters in the mean, {max(sizes):,} at most"
    for name, seconds in taken.items():
        yield f"A turn with an endpoint of {DELAY} s, {name}: {median(seconds):.2f} s in the median"
