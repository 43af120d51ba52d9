"""Scripted buyers: sheets of facts from buyers/*.toml, and from buyers/held_back/*.toml, which nobody tunes on."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from tests.quality.respondents import Contact

TUNING = Path(__file__).with_name("buyers")
HELD_BACK = TUNING / "held_back"


class Aspect(StrEnum):
    """What a follow-up asks about a statement.

    CONSEQUENCE: what it led to, or how much it counted. NEXT: what happened then. CHANGE: what would have changed it.
    NOW: how it is today.
    """

    REASON = "reason"
    EXAMPLE = "example"
    COMPARISON = "comparison"
    CONSEQUENCE = "consequence"
    NEXT = "next"
    PEOPLE = "people"
    CHANGE = "change"
    NOW = "now"


@dataclass(frozen=True)
class Fact:
    """`by`: a follow-up about the parent that asks for any of these brings the fact out."""

    id: str
    level: int
    topic: str
    text: str
    parent: str | None = None
    by: frozenset[Aspect] = frozenset()
    objective: bool = False

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Self:
        """Raises ValueError."""
        return cls(**{**fields, "by": frozenset(map(Aspect, fields.get("by", ())))})


@dataclass(frozen=True, kw_only=True)
class Buyer(Contact):
    """`nothing`: answers to questions that bring out no fact. `asides`: small talk around the facts."""

    outcome: str
    style: str
    nothing: Sequence[str]
    asides: Sequence[str]
    facts: Sequence[Fact]

    @classmethod
    def from_script(cls, name: str, script: dict[str, Any]) -> Self:
        """Raises ValueError."""
        facts = [Fact.from_fields(fields) for fields in script.pop("facts")]
        levels = {fact.id: fact.level for fact in facts}
        if len(levels) < len(facts):
            raise ValueError(f"{name} has two facts with the same id")
        for fact in facts:
            if (fact.level > 1) != bool(fact.by) or levels.get(fact.parent or "", 0) != fact.level - 1:
                raise ValueError(f"{name}: the level of {fact.id} does not fit its parent and its aspects")
        return cls(name=name, facts=facts, **script)


def buyers(folder: Path) -> Iterator[Buyer]:
    for path in sorted(folder.glob("*.toml")):
        yield Buyer.from_script(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
