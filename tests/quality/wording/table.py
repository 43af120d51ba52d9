"""What the check of worded messages lets through and refuses: labelled replies, each in every context.

The labels were written before the check had seen the replies. `good`: may be shown. All others may not, for the reason
that the label names; `hostile` replies are against several rules. Replies to requests for a bridge are in files of
their own.
"""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.language.lexicons import phrases
from interviews.paige.turn.compose import Choice, public_brief_of
from interviews.paige.turn.moves import NextMove, moves
from interviews.paige.wording.check import Refusal, refusal_of
from interviews.paige.wording.public_brief import PublicBrief, Task
from tests.interviews.paige.interviews import buyer_brief

FOLDER = Path(__file__).parent
GUIDES = {"en": "win_loss_buyer", "de": "win_loss_buyer_de"}
GOOD = "good"
MAX_LET_THROUGH, MAX_REFUSED = 0.01, 0.1


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


def _replies() -> Iterator[Reply]:
    for context in tomllib.loads((FOLDER / "contexts.toml").read_text(encoding="utf-8"))["contexts"]:
        public, is_held_back = public_of(context), context.get("held_back", False)
        for text in context["good"]:
            yield Reply(text, GOOD, public, is_held_back)
        yield from _in_context(public, "replies")
        yield from _in_context(bridge_of(public), "bridges")


def _in_context(public: PublicBrief, name: str) -> Iterator[Reply]:
    for file, held_back in ((f"{name}.tsv", False), (f"{name}_held_back.tsv", True)):
        for row in _rows(file):
            if row["language"] == public.language:
                yield Reply(_filled(row["text"], public), row["label"], public, held_back)


def public_of(context: dict[str, str]) -> PublicBrief:
    """Of the follow-up that comes first, after the answer to the question of the topic."""
    brief = buyer_brief(guide=GUIDES[context["language"]])
    topic = brief.guide.topic(context["topic"])
    said = (
        Utterance(Speaker.PAIGE, topic.question, topic.key),
        Utterance(Speaker.CONTACT, context["answer"], topic.key, Move.ANSWER),
    )
    brief = replace(brief, conversation=said, may_be_worded=True)
    public = public_brief_of(brief, Choice(_follow_up(moves(brief)), Engine.MODEL))
    assert public
    return public


def bridge_of(public: PublicBrief) -> PublicBrief:
    """After the same answer, to another topic."""
    title, question = next(topic for topic in public.topics if topic[0] != public.title)
    authored = next(iter(phrases(public.language)["bridge"]))
    return replace(
        public, task=Task.BRIDGE, title=title, question=question, authored=authored, statement="", asks_for=None
    )


def _follow_up(offered: tuple[NextMove, ...]) -> NextMove:
    return next(move for move in offered if move.move == Move.FOLLOW_UP)


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


def replies_to(task: Task) -> list[Reply]:
    return [each for each in replies() if each.public.task is task]


def _counts(task: Task, label: str, is_held_back: bool) -> tuple[int, int]:
    found = [each for each in replies_to(task) if each.label == label and each.is_held_back is is_held_back]
    return len(found), sum(each.refusal is None for each in found)


def misses_a_target() -> bool:
    """Over 1% of what should not be shown, or over 10% of the follow-ups that should. A refused bridge costs little."""
    tasks = product(Task, (False, True))
    is_too_open = any(share(let_through(task, is_held_back=each)) >= MAX_LET_THROUGH for task, each in tasks)
    refused = (refused_good(Task.FOLLOW_UP, is_held_back=each) for each in (False, True))
    return is_too_open or any(share(each) >= MAX_REFUSED for each in refused)


def share(counts: tuple[int, int]) -> float:
    return counts[0] / counts[1]


def let_through(task: Task, *, is_held_back: bool) -> tuple[int, int]:
    """How many of the replies that may not be shown the check shows, and how many there are."""
    found = [each for each in replies_to(task) if not each.is_good and each.is_held_back is is_held_back]
    return sum(each.refusal is None for each in found), len(found)


def refused_good(task: Task, *, is_held_back: bool) -> tuple[int, int]:
    found = [each for each in replies_to(task) if each.is_good and each.is_held_back is is_held_back]
    return sum(each.refusal is not None for each in found), len(found)
