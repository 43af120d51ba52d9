from collections.abc import Container, Iterable, Sequence
from itertools import accumulate, product

from interviews.paige.guide.topic_names import TopicPhrase
from interviews.paige.language.automaton import Match
from interviews.paige.language.patterns import SEPARATOR
from interviews.paige.objective.instructions import Place, Sign, vocabulary

AVOIDING = frozenset({Sign.AVOID, Sign.LEAVE_OUT, Sign.ABSENT})
NEGATIVE = AVOIDING | {Sign.NEGATION}
REPORTING = frozenset({Sign.MATTERS, Sign.ABSENT})
OF_OBJECTIVES = frozenset(Sign) - REPORTING
OF_NOTES = frozenset(Sign) - {Sign.LEAVE_OUT, Sign.NEGATION}
HIDING = REPORTING | {Sign.NOTHING}
NOT_READ = frozenset({Sign.NOTHING, Sign.NEGATION})
_RANKS = {(sign, place): rank for rank, (sign, place) in enumerate(product(Sign, Place))}

SignMatch = Match[tuple[Sign, Place]]
TopicMatch = Match[TopicPhrase]


def first_word(texts: Sequence[str], match: SignMatch | TopicMatch) -> int:
    return match.start + (texts[match.start] == SEPARATOR)


def signs_in(texts: Sequence[str], kinds: Container[Sign]) -> list[SignMatch]:
    """Of overlapping signs, the longest; of equally long ones, the first of the enumeration. Negations come last."""
    found: list[SignMatch] = []
    taken: set[int] = set()
    matches = [match for match in vocabulary().signs.find(texts) if match.value[0] in kinds]
    for match in sorted(matches, key=lambda match: _precedence(texts, match)):
        own = {*range(first_word(texts, match), match.end)}
        if taken.isdisjoint(own):
            found.append(match)
            taken |= own
    return found


def _precedence(texts: Sequence[str], match: SignMatch) -> tuple[bool, int, int]:
    return match.value[0] is Sign.NEGATION, first_word(texts, match) - match.end, _RANKS[match.value]


def items_of(texts: Sequence[str], signs: Iterable[SignMatch]) -> list[int]:
    """The number of each word's item. Separators, words such as "and", and signs delimit items."""
    before = [sign for sign in signs if sign.value[1] is Place.BEFORE and sign.value[0] not in HIDING | NOT_READ]
    borders = {first_word(texts, sign) for sign in before}
    lists = vocabulary().lists
    return list(accumulate(i in borders or text == SEPARATOR or text in lists for i, text in enumerate(texts)))


def topics_in(matches: Iterable[TopicMatch], signs: Iterable[SignMatch], items: Sequence[int]) -> list[TopicMatch]:
    """Weak phrases count only in items without others, and there only the longest.

    A phrase inside a sign names no topic: "legal looks after it".
    """
    hiding = [sign for sign in signs if sign.value[0] in HIDING | NEGATIVE and sign.value[1] is not Place.AROUND]
    hidden = {index for sign in hiding for index in range(sign.start, sign.end)}
    shown = [match for match in matches if not hidden.issuperset(range(match.start, match.end))]
    strong = _outermost(match for match in shown if not match.value.is_weak)
    named = {items[index] for match in strong for index in range(match.start, match.end)}
    weak: dict[int, TopicMatch] = {}
    for match in _outermost(match for match in shown if match.value.is_weak):
        item = items[match.end - 1]
        if item not in named:
            weak[item] = max(weak.get(item, match), match, key=lambda each: each.end - each.start)
    return [*strong, *weak.values()]


def _outermost(matches: Iterable[TopicMatch]) -> list[TopicMatch]:
    found: list[TopicMatch] = []
    longest = (0, 0)
    for match in sorted(matches, key=lambda match: (match.start, -match.end)):
        if match.end > longest[1] or (match.start, match.end) == longest:
            found.append(match)
            longest = (match.start, match.end)
    return found
