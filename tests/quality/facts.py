"""How a scripted buyer answers: a question brings out facts by rules and a table, without a model.

After SparkMe (arXiv 2602.21136). A new question on a topic brings out facts of level 1. A follow-up brings out the
facts below those that it takes up, if it asks for what they tell: by its kind, or by `aspects.tsv`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from interviews.paige.dialogue import Utterance
from interviews.paige.guide.guide import FollowUp, FollowUpKind, Guide
from tests.quality.buyers import Aspect, Buyer, Fact

TABLE = Path(__file__).with_name("aspects.tsv")

ASPECTS = {FollowUpKind.INSTANCE: Aspect.EXAMPLE}

# By level.
MAX_FACTS = {1: 2, 2: 2, 3: 1}


@dataclass(frozen=True)
class Question:
    """`aspects`: what a follow-up asks. None for a new question on the topic."""

    topic: str
    aspects: frozenset[Aspect] | None = None
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    text: str
    facts: tuple[Fact, ...] = ()

    def contains(self, quote: str) -> bool:
        return quote.casefold() in self.text.casefold()


def question_in(message: Utterance, guide: Guide) -> Question:
    quotes = tuple(re.findall("[“„]([^”“]+)[”“]", message.text))
    if message.follow_up is None:
        return Question(message.topic, quotes=quotes)
    follow_up = guide.topic(message.topic).follow_ups[message.follow_up]
    return Question(message.topic, aspects_of(follow_up), quotes)


def aspects_of(follow_up: FollowUp) -> frozenset[Aspect]:
    """Its kind, unless the table says otherwise."""
    return exceptions().get(follow_up.template) or frozenset({ASPECTS.get(follow_up.kind) or Aspect(follow_up.kind)})


@cache
def exceptions() -> dict[str, frozenset[Aspect]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = (line.split("\t") for line in lines)
    return {template: frozenset(map(Aspect, names.split())) for names, template in rows}


def answer(buyer: Buyer, told: Sequence[Answer], question: Question) -> Answer:
    """`told`: the answers so far."""
    facts = _new_facts(buyer, told, question)
    telling = sum(bool(each.facts) for each in told)
    if facts:
        return Answer(_with_aside(buyer, telling, " ".join(fact.text for fact in facts)), facts)
    return Answer(buyer.nothing[(len(told) - telling) % len(buyer.nothing)])


def _new_facts(buyer: Buyer, told: Sequence[Answer], question: Question) -> tuple[Fact, ...]:
    known = [fact for each in told for fact in each.facts]
    left = [fact for fact in buyer.facts if fact not in known]
    if question.aspects is None:
        return tuple(_first(1, [fact for fact in left if fact.topic == question.topic]))
    taken_up = _taken_up(told, question.quotes)
    parents = {fact.id for fact in taken_up}
    found = [fact for fact in left if fact.parent in parents and fact.by & question.aspects]
    return (*_first(2, found), *_first(3, found if len(taken_up) == 1 else ()))


def _first(level: int, facts: Sequence[Fact]) -> Sequence[Fact]:
    return [fact for fact in facts if fact.level == level][: MAX_FACTS[level]]


def _taken_up(told: Sequence[Answer], quotes: Sequence[str]) -> Sequence[Fact]:
    """The facts that are quoted. Without a quote of the buyer's answers, those of the last answer."""
    own = [quote for quote in quotes if any(each.contains(quote) for each in told)]
    if not own:
        return told[-1].facts if told else ()
    known = [fact for each in told for fact in each.facts]
    return [fact for fact in known if any(quote.casefold() in fact.text.casefold() for quote in own)]


def _with_aside(buyer: Buyer, number: int, text: str) -> str:
    """Every second answer has one: before the facts, or after them, in turn."""
    turn, has_none = divmod(number, 2)
    if has_none:
        return text
    aside = buyer.asides[turn % len(buyer.asides)]
    if aside.endswith(","):
        return f"{aside} {_continued(buyer, text)}"
    return f"{text} {aside}" if turn % 2 else f"{aside} {text}"


def _continued(buyer: Buyer, text: str) -> str:
    """The first word loses its capital if the sheet has it in lower case: no name, and no German noun."""
    first = text.split(maxsplit=1)[0]
    words = {word for fact in buyer.facts for word in fact.text.split()}
    return text.replace(first, first.lower(), 1) if first.lower() in words else text
