"""For objectives, not for notes."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, pairwise

from interviews.paige.guide.topic_names import TopicPhrase
from interviews.paige.language.automaton import Match
from interviews.paige.language.patterns import SEPARATOR
from interviews.paige.objective.instructions import Place, Sign, Word, vocabulary
from interviews.paige.objective.sign_matches import AVOIDING, HIDING, NEGATIVE, SignMatch, TopicMatch
from interviews.paige.objective.text_classifiers import classifier

LIKELY, LIKELY_BY_PHRASE = 0.7, 0.2
"""The least probability of a topic that no phrase names, and of one that a phrase names."""
LIKELY_IF_AVOIDED, SURE_IF_AVOIDED = 0.3, 0.6
"""The same for topics that an item avoids without a phrase. `SURE`: if the sentence has other topics."""
CREDIBLE, CREDIBLE_IF_WEAK = 2.5, 1.5
"""A phrase counts unless another label is more than this many times as likely as its topic."""
CREDIBLE_IF_AVOIDED = 3.3
"""The same for weak phrases of an item that avoids something."""
LIKELY_TO_AVOID, LIKELY_TO_AVOID_IF_ASKED = 0.5, 0.8
"""The least probability that a sentence avoids what it names. `IF_ASKED`: although it has a sign that asks."""
SENTENCE, TEXT = 0.35, 0.13
"""The weights of the sentence and of the whole text: exponents of a geometric mean."""

_NO_TOPIC = "none"
_AVOIDS = "avoid"

Shares = Mapping[str, float]


@dataclass(frozen=True)
class Context:
    """`text`: the probabilities of the whole text. None if it is one sentence."""

    topics: Set[str]
    text: Shares | None = field(default=None, repr=False)


def shares_of(texts: Iterable[str]) -> Shares:
    return classifier("topics").read([text for text in texts if text != SEPARATOR]).shares


def classified_topics(
    texts: Sequence[str],
    matches: Iterable[TopicMatch],
    signs: Sequence[SignMatch],
    items: Sequence[int],
    context: Context,
    *,
    avoids: bool,
) -> list[TopicMatch]:
    """`avoids`: whether the sentence avoids what it names without a sign."""
    words = _words_of_items(texts, signs, items)
    negative = {item for sign in signs if sign.value[0] in NEGATIVE for item in items[sign.start : sign.end]}
    phrases = _phrases_of_items(matches, signs, items)
    sentence = shares_of(texts[index] for index in chain(*words.values())) if len(words) > 1 else None
    found = [match for item, own in phrases.items() if item not in words for match in own]
    guesses: list[tuple[float, TopicMatch]] = []
    for item, own in words.items():
        reading = classifier("topics").read([texts[index] for index in own])
        named = phrases.get(item, [])
        unknown = [match for match in named if match.value.topic not in context.topics]
        if avoids or item in negative:
            shares: Shares = {key: share for key, share in reading.shares.items() if key in context.topics}
            credible = _all_credible(named, shares)
            least = LIKELY_IF_AVOIDED
        else:
            shares = _mean(_mean(reading.shares, context.text, TEXT), sentence, SENTENCE)
            strong = [match for match in named if not match.value.is_weak]
            credible = _most_credible(strong, reading.shares) or _most_credible(named, shares) or unknown
            least = LIKELY
        found += credible
        label = max(shares, key=shares.__getitem__, default=_NO_TOPIC)
        if not credible and label in context.topics and shares[label] >= least:
            first, end = reading.span(label)
            guess = Match(own[first], own[end - 1] + 1, TopicPhrase(label, is_weak=True))
            guesses.append((shares[label], guess))
    found += [guess for share, guess in guesses if share >= SURE_IF_AVOIDED]
    if guesses and not found:
        found.append(max(guesses, key=lambda each: each[0])[1])
    return found


def avoidance(words: Sequence[Word], signs: Sequence[SignMatch]) -> tuple[int, int] | None:
    """The deciding words. None if an avoidance is unlikely, and for a question."""
    indexes = [index for index, word in enumerate(words) if not word.mark]
    if words[-1].mark == "?" or not indexes:
        return None
    reading = classifier("avoidances").read([words[index].text for index in indexes], sign_features(signs))
    kinds = {sign.value[0] for sign in signs}
    asks = Sign.ASK in kinds and kinds.isdisjoint(NEGATIVE)
    if reading.shares[_AVOIDS] < (LIKELY_TO_AVOID_IF_ASKED if asks else LIKELY_TO_AVOID):
        return None
    first, end = reading.span(_AVOIDS)
    return indexes[first], indexes[end - 1] + 1


def sign_features(signs: Iterable[SignMatch]) -> list[str]:
    ordered = [sign.value for sign in sorted(signs, key=lambda sign: sign.start)]
    kinds = ["", *(str(kind) for kind, _ in ordered), ""]
    names = {*(f"{kind} {place}" for kind, place in ordered), *(f"{one}>{other}" for one, other in pairwise(kinds))}
    return sorted(f"sign {name}" for name in names)


def _all_credible(named: Iterable[TopicMatch], shares: Shares) -> list[TopicMatch]:
    highest = max(shares.values(), default=0)
    return [
        match
        for match in named
        if not match.value.is_weak or CREDIBLE_IF_AVOIDED * shares.get(match.value.topic, highest) >= highest
    ]


def _most_credible(named: Iterable[TopicMatch], shares: Shares) -> list[TopicMatch]:
    highest = max(shares.values())

    def is_credible(match: TopicMatch) -> bool:
        share = shares.get(match.value.topic, 0)
        return share >= max(LIKELY_BY_PHRASE, highest / (CREDIBLE_IF_WEAK if match.value.is_weak else CREDIBLE))

    credible = sorted(filter(is_credible, named), key=lambda match: (-shares[match.value.topic], match.start))
    return credible[:1]


def _mean(shares: Shares, others: Shares | None, weight: float) -> Shares:
    if others is None:
        return shares
    means = {label: share ** (1 - weight) * others[label] ** weight for label, share in shares.items()}
    whole = sum(means.values())
    return {label: mean / whole for label, mean in means.items()}


def _phrases_of_items(
    matches: Iterable[TopicMatch], signs: Iterable[SignMatch], items: Sequence[int]
) -> dict[int, list[TopicMatch]]:
    """Without weak phrases that are part of a sign: in "no hace falta", "falta" names no weakness."""
    own = [sign for sign in signs if sign.value[0] in NEGATIVE and sign.value[1] is not Place.AROUND]
    taken = {index for sign in own for index in range(sign.start, sign.end)}
    found: dict[int, list[TopicMatch]] = {}
    for match in matches:
        if not (match.value.is_weak and taken.issuperset(range(match.start, match.end))):
            found.setdefault(items[match.end - 1], []).append(match)
    return found


def _words_of_items(texts: Sequence[str], signs: Iterable[SignMatch], items: Sequence[int]) -> dict[int, list[int]]:
    """Omits signs, and items that are only pronouns."""
    taken = {index for sign in signs if sign.value[0] in AVOIDING | HIDING for index in range(sign.start, sign.end)}
    found: dict[int, list[int]] = {}
    for index, text in enumerate(texts):
        if text != SEPARATOR and index not in taken:
            found.setdefault(items[index], []).append(index)
    pronouns = vocabulary().pronouns
    return {item: own for item, own in found.items() if any(texts[index] not in pronouns for index in own)}
