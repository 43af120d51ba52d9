"""Finds patterns in a row of words, in time linear to the number of words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from interviews.paige.language.patterns import (
    ANY,
    END,
    GAP,
    MAX_GAP,
    MIN_STEM,
    QUESTION,
    SEPARATOR,
    Element,
    OneOf,
    PatternError,
    WordPattern,
)
from interviews.paige.language.words import KEPT_WORDS, MAX_LETTERS, unaccented

KEPT_STEPS = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class Match(Generic[T]):
    start: int
    end: int
    value: T


# There are 100,000 nodes. `slots` saves a dictionary in each, and `_Node()` the type that `_Node[T]()` stores.
@dataclass(eq=False, slots=True)
class _Node(Generic[T]):
    """`free`: states reached without a word. `values`: of the phrases that end here."""

    edges: dict[str, list["_Node[T]"]] = field(default_factory=dict)
    free: list["_Node[T]"] = field(default_factory=list)
    values: list[T] = field(default_factory=list)
    kept_included: tuple["_Node[T]", ...] | None = None

    @property
    def included(self) -> tuple["_Node[T]", ...]:
        """The state and all states that `free` reaches. `free` must not change later."""
        if self.kept_included is None:
            found: dict[_Node[T], None] = {}
            waiting = [self]
            while waiting:
                node = waiting.pop()
                if node not in found:
                    found[node] = None
                    waiting += node.free
            self.kept_included = tuple(found)
        return self.kept_included


@dataclass(eq=False)
class _State(Generic[T]):
    """`next`: by the patterns that fit a word."""

    nodes: tuple[_Node[T], ...]
    values: tuple[T, ...]
    next: dict[tuple[str, ...], "_State[T]"] = field(default_factory=dict)


class PatternAutomaton(Generic[T]):
    """A nondeterministic automaton. Its sets of nodes become the states of a deterministic one when a text first
    reaches them (a "lazy DFA": https://swtch.com/~rsc/regexp/regexp1.html).
    """

    def __init__(self, rows: Iterable[tuple[OneOf, T]]) -> None:
        """Raises PatternError."""
        self._root: _Node[T] = _Node()
        self._patterns: set[str] = set()
        for pattern, value in rows:
            self._end_of(pattern).values.append(value)
        self._fitting = lru_cache(maxsize=KEPT_WORDS)(self._patterns_for)
        self._states: dict[tuple[_Node[T], ...], _State[T]] = {}
        self._steps = 0

    def find(self, words: Sequence[str]) -> list[Match[T]]:
        """The longest match of each value at each word."""
        first = self._state_of((self._root,))
        patterns = [self._fitting(word) for word in words]
        return [match for start in range(len(words)) for match in self._matches(first, start, patterns)]

    def _matches(self, first: _State[T], start: int, patterns: Sequence[tuple[str, ...]]) -> Iterable[Match[T]]:
        state, end = self._step_from(first, patterns[start]), start + 1
        if not state.nodes:
            return ()
        ends: dict[T, int] = {}
        while state.nodes:
            for value in state.values:
                ends[value] = end
            if end == len(patterns):
                break
            state, end = self._step_from(state, patterns[end]), end + 1
        return [Match(start, end, value) for value, end in ends.items()]

    def _step_from(self, state: _State[T], patterns: tuple[str, ...]) -> _State[T]:
        reached = state.next.get(patterns)
        if reached is None:
            targets = {target: None for node in state.nodes for each in patterns for target in node.edges.get(each, ())}
            reached = self._state_of(tuple(dict.fromkeys(node for target in targets for node in target.included)))
            state.next[patterns] = reached
            self._steps += 1
        return reached

    def _state_of(self, nodes: tuple[_Node[T], ...]) -> _State[T]:
        if self._steps > KEPT_STEPS:
            self._states, self._steps = {}, 0
        state = self._states.get(nodes)
        if state is None:
            state = _State(nodes, tuple(dict.fromkeys(value for node in nodes for value in node.values)))
            self._states[nodes] = state
        return state

    def _patterns_for(self, word: str) -> tuple[str, ...]:
        if word == SEPARATOR:
            return (SEPARATOR,)
        word = word[:MAX_LETTERS]
        size = range(MIN_STEM, len(word) + 1)
        stems = [word, *(f"{word[:n]}*" for n in size), *(f"*{word[-n:]}" for n in size)]
        parts = (f"*{word[start:end]}*" for end in size for start in range(end - MIN_STEM + 1))
        return tuple(each for each in (ANY, *stems, *parts) if each in self._patterns)

    def _end_of(self, pattern: OneOf) -> _Node[T]:
        start: _Node[T] = _Node()
        end = self._one_of(pattern, start)
        if end in start.included:
            raise PatternError("Must contain a word that cannot be missing.")
        for node in start.included:
            for word, targets in node.edges.items():
                self._root.edges.setdefault(word, []).extend(targets)
        return end

    def _one_of(self, one_of: OneOf, start: _Node[T]) -> _Node[T]:
        end: _Node[T] = _Node()
        for option in one_of.options:
            node = start
            for element in option:
                node = self._element(element, node)
            node.free.append(end)
        if one_of.may_be_missing:
            start.free.append(end)
        return end

    def _element(self, element: Element, start: _Node[T]) -> _Node[T]:
        if isinstance(element, OneOf):
            return self._one_of(element, start)
        for word in _word_patterns(element):
            end = self._step(start, word)
            if element == GAP:
                start.free.append(end)
            start = end
        return start

    def _step(self, start: _Node[T], pattern: str) -> _Node[T]:
        self._patterns.add(pattern)
        end: _Node[T] = _Node()
        start.edges.setdefault(pattern, []).append(end)
        return end


@lru_cache(maxsize=KEPT_WORDS)
def _word_patterns(element: str | WordPattern) -> Sequence[str]:
    if isinstance(element, WordPattern):
        return f"{element.before}{unaccented(element.text).rstrip()}{element.after}".split()
    if element in (QUESTION, END):
        raise PatternError(f"{element} is not a word.")
    return [ANY] * MAX_GAP if element == GAP else [element]
