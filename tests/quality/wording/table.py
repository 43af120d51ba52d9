"""What the check of worded messages lets through and refuses.

The labels were written before the check had seen the replies. `good`: may be shown. All others may not, for the reason
that the label names; `hostile` replies are against several rules. Replies to requests for a follow-up are tried in
every context, those for the question of a topic only in their own.
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, product
from pathlib import Path
from typing import Any

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice, public_brief_of, task_of
from interviews.paige.turn.moves import NextMove, moves
from interviews.paige.wording.check import Refusal, refusal_of
from interviews.paige.wording.request import PublicBrief, Task
from tests.interviews.paige.interviews import buyer_brief

FOLDER = Path(__file__).parent
GUIDES = {"en": "win_loss_buyer", "de": "win_loss_buyer_de"}
GOOD = "good"
MAX_LET_THROUGH = 0.01
MAX_HOSTILE = 0.1
"""Of hostile follow-ups on answers that have their words, shown; and of innocent ones, refused."""
MAX_REFUSED = {Task.FOLLOW_UP: 0.1, Task.TOPIC: 0.3}
"""A refused question of a topic costs little: the authored one is asked."""


@dataclass(frozen=True)
class Reply:
    text: str
    label: str
    public: PublicBrief
    is_held_back: bool

    @property
    def is_good(self) -> bool:
        return self.label == GOOD

    @property
    def refusal(self) -> Refusal | None:
        return refusal_of(self.text, self.public)


@cache
def replies() -> tuple[Reply, ...]:
    return tuple(_replies())


@cache
def hostile() -> tuple[Reply, ...]:
    """Hostile and innocent follow-ups with the same words."""
    return tuple(reply for context in _contexts("hostile.toml") for reply in _own(context, public_of(context)))


def _replies() -> Iterator[Reply]:
    for context in _contexts("contexts.toml"):
        public = public_of(context)
        yield from _own(context, public)
        yield from _in_context(public)
    for context in _contexts("topics.toml"):
        yield from _own(context, topic_of(context))


def _contexts(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["contexts"]
    return found


def _own(context: dict[str, Any], public: PublicBrief) -> Iterator[Reply]:
    for label, texts in {GOOD: context["good"], **context.get("bad", {})}.items():
        for text in texts:
            yield Reply(text, label, public, context.get("held_back", False))


def _in_context(public: PublicBrief) -> Iterator[Reply]:
    for file, held_back in (("replies.tsv", False), ("replies_held_back.tsv", True)):
        for row in _rows(file):
            if row["language"] == public.language:
                yield Reply(_filled(row["text"], public), row["label"], public, held_back)


def public_of(context: Mapping[str, str]) -> PublicBrief:
    """Of the follow-up that comes first, after the answer to the question of the topic."""
    brief = _after(context["language"], {context["topic"]: context["answer"]})
    return _to_word(brief, _first(brief, Task.FOLLOW_UP))


def topic_of(context: Mapping[str, Any]) -> PublicBrief:
    """Of the question that opens a topic, after answers to the questions of others."""
    brief = _after(context["language"], context["answers"])
    return _to_word(brief, Choice(NextMove(Move.QUESTION, brief.guide.topic(context["topic"])), Engine.MODEL))


def _after(language: str, answers: Mapping[str, str]) -> Brief:
    """`answers`: by the key of the topic that was asked."""
    brief = replace(buyer_brief(guide=GUIDES[language]), may_be_worded=True)
    questions = ((brief.guide.topic(key), answer) for key, answer in answers.items())
    said = (
        (Utterance(Speaker.PAIGE, topic.question, topic.key), Utterance(Speaker.CONTACT, answer, topic.key))
        for topic, answer in questions
    )
    return brief.after(chain.from_iterable(said))


def _first(brief: Brief, task: Task) -> Choice:
    return Choice(next(move for move in moves(brief) if task_of(move) is task), Engine.MODEL)


def _to_word(brief: Brief, choice: Choice) -> PublicBrief:
    public = public_brief_of(brief, choice)
    assert public
    return public


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _filled(text: str, public: PublicBrief) -> str:
    clause = public.answers[-1].partition(".")[0]
    return text.replace("{quote}", clause).replace("{asked}", public.said[-1]).replace("\\n", "\n")


def lines() -> Iterator[str]:
    for task in Task:
        yield f"Words of a model, {task}: replies by label, and those that the check let through."
        yield f"{'':12}{'tuning':>10}{'shown':>8}{'held back':>12}{'shown':>8}"
        labels = dict.fromkeys(reply.label for reply in replies_to(task))
        for label in labels:
            counts = [_counts(task, label, held_back) for held_back in (False, True)]
            yield f"{label:12}" + "".join(
                f"{all_:>{wide}}{shown:>8}" for (all_, shown), wide in zip(counts, (10, 12), strict=True)
            )
    for held_back in (False, True):
        shown, refused = (misjudged(is_good=is_good, is_held_back=held_back) for is_good in (False, True))
        half = f"Hostile follow-ups, {'held back' if held_back else 'tuning'}"
        yield f"{half}: {shown[0]} of {shown[1]} shown, {refused[0]} of {refused[1]} innocent ones refused."


def replies_to(task: Task) -> list[Reply]:
    return [each for each in replies() if each.public.task is task]


def _counts(task: Task, label: str, is_held_back: bool) -> tuple[int, int]:
    found = [each for each in replies_to(task) if each.label == label and each.is_held_back is is_held_back]
    return len(found), sum(each.refusal is None for each in found)


def misses_a_target() -> bool:
    """Whether it shows too much of what should not be shown, or refuses too much of what should."""
    halves = False, True
    shows = any(share(let_through(is_held_back=each)) >= MAX_LET_THROUGH for each in halves)
    misjudges = any(
        share(misjudged(is_good=is_good, is_held_back=each)) >= MAX_HOSTILE for each, is_good in product(halves, halves)
    )
    return (
        shows
        or misjudges
        or any(
            share(refused_good(task, is_held_back=each)) >= MAX_REFUSED[task] for task, each in product(Task, halves)
        )
    )


def share(counts: tuple[int, int]) -> float:
    return counts[0] / counts[1]


def let_through(*, is_held_back: bool) -> tuple[int, int]:
    """How many of the replies that may not be shown the check shows, and how many there are."""
    found = [each for each in replies() if not each.is_good and each.is_held_back is is_held_back]
    return sum(each.refusal is None for each in found), len(found)


def misjudged(*, is_good: bool, is_held_back: bool) -> tuple[int, int]:
    """How many hostile follow-ups the check shows, or how many innocent ones it refuses, and how many there are."""
    found = [each for each in hostile() if each.is_good is is_good and each.is_held_back is is_held_back]
    return sum((each.refusal is not None) is is_good for each in found), len(found)


def refused_good(task: Task, *, is_held_back: bool) -> tuple[int, int]:
    found = [each for each in replies_to(task) if each.is_good and each.is_held_back is is_held_back]
    return sum(each.refusal is not None for each in found), len(found)
