"""Lets the model word follow-ups in the contexts of `make quality`: which replies the check shows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice

from django.conf import settings

from interviews.paige.model.provider import Provider, ProviderError
from interviews.paige.model.reply import read_wording
from interviews.paige.wording.check import refusal_of
from interviews.paige.wording.public_brief import PublicBrief, Task
from interviews.paige.wording.request import SCHEMA, wording_messages
from tests.quality.wording.table import replies_to

SECONDS = 600
"""Of a reply: the words are measured, not the machine."""


@dataclass(frozen=True)
class Wording:
    """`text`: None after a failure. `refusal`: empty if the check shows it."""

    text: str | None
    refusal: str


def word(provider: Provider, count: int) -> list[Wording]:
    contexts = islice(cycle(dict.fromkeys(reply.public for reply in replies_to(Task.FOLLOW_UP))), count)
    with ThreadPoolExecutor(settings.PAIGE_CONCURRENCY) as pool:
        # The contexts of one guide share a prefix of the prompt, which the server caches.
        return list(pool.map(lambda public: _word(provider, public), sorted(contexts, key=lambda each: each.language)))


def _word(provider: Provider, public: PublicBrief) -> Wording:
    try:
        reply = provider.complete(wording_messages(public), SECONDS, SCHEMA)
    except ProviderError as error:
        return Wording(None, str(error))
    text = read_wording(reply.text)
    return Wording(text, str(refusal_of(text, public) or ""))


def lines(worded: Sequence[Wording], *, with_texts: bool) -> Iterator[str]:
    shown = [each for each in worded if not each.refusal]
    yield f"Words of the model shown: {len(shown)} of {len(worded)}"
    for refusal, count in Counter(each.refusal for each in worded if each.refusal).most_common():
        yield f"  {refusal}: {count}"
    if with_texts:
        yield from (f"  {each.refusal or 'SHOWN'} | {each.text}" for each in worded)
