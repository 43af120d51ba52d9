from dataclasses import dataclass

from interviews.paige.language.automaton import PatternAutomaton


@dataclass(frozen=True)
class TopicPhrase:
    topic: str
    is_weak: bool


@dataclass(frozen=True, eq=False)
class TopicNames:
    """`encoded`: keys that the encoder knows too."""

    phrases: PatternAutomaton[TopicPhrase]
    encoded: frozenset[str]
