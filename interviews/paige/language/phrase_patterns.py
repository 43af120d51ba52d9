"""Finds phrases in a row of words, in time linear to the number of words.

A phrase is a row of words. `*` at an end of a word stands for any letters, `(a|b c)` for one of several, `[a|b]` may be
missing, `<1>` is any word, `...` up to four words, and `^` a separator: a comma, or the beginning or end of a sentence.
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from interviews.paige.language.words import KEPT_WORDS, MAX_LETTERS, normalized

SEPARATOR = "^"

MAX_GAP = 4
MIN_STEM = 3
"""The shortest part of a word next to `*`."""
KEPT_STEPS = 10_000

_ANY = "<1>"
_GAP = "..."
_ELEMENT = re.compile(r"\.\.\.|<\w+>|[()\[\]|^]|[^\s()\[\]|^]+")
_STARRED = re.compile(r"(\*?)([^*]+)(\*?)")


T = TypeVar("T")


class PhraseError(ValueError):
    """The message says what is wrong with a phrase."""


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


class Phrases(Generic[T]):
    """A nondeterministic automaton. Its sets of nodes become the states of a deterministic one when a text first
    reaches them (a "lazy DFA": https://swtch.com/~rsc/regexp/regexp1.html).
    """

    def __init__(self, rows: Iterable[tuple[str, T]]) -> None:
        """Raises PhraseError."""
        self._root: _Node[T] = _Node()
        self._patterns: set[str] = set()
        for phrase, value in rows:
            self._end_of(phrase).values.append(value)
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
        return tuple(each for each in (_ANY, *stems, *parts) if each in self._patterns)

    def _end_of(self, phrase: str) -> _Node[T]:
        elements = deque(_ELEMENT.findall(phrase))
        start: _Node[T] = _Node()
        end = self._alternatives(elements, start)
        if elements:
            raise PhraseError(f"Has {elements[0]} without its opening bracket.")
        if end in start.included:
            raise PhraseError("Must contain a word that cannot be missing.")
        for node in start.included:
            for pattern, targets in node.edges.items():
                self._root.edges.setdefault(pattern, []).extend(targets)
        return end

    def _alternatives(self, elements: deque[str], start: _Node[T]) -> _Node[T]:
        end: _Node[T] = _Node()
        while True:
            node = start
            while elements and elements[0] not in (")", "]", "|"):
                node = self._element(elements, node)
            node.free.append(end)
            if not elements or elements[0] != "|":
                return end
            elements.popleft()

    def _element(self, elements: deque[str], start: _Node[T]) -> _Node[T]:
        element = elements.popleft()
        if element in ("(", "["):
            end = self._alternatives(elements, start)
            if not elements or elements.popleft() != {"(": ")", "[": "]"}[element]:
                raise PhraseError(f"Has {element} without its closing bracket.")
            if element == "[":
                start.free.append(end)
            return end
        for pattern in [_ANY] * MAX_GAP if element == _GAP else _word_patterns(element):
            end = self._step(start, pattern)
            if element == _GAP:
                start.free.append(end)
            start = end
        return start

    def _step(self, start: _Node[T], pattern: str) -> _Node[T]:
        self._patterns.add(pattern)
        end: _Node[T] = _Node()
        start.edges.setdefault(pattern, []).append(end)
        return end


def _word_patterns(element: str) -> list[str]:
    """Raises PhraseError."""
    if element in (_ANY, SEPARATOR):
        return [element]
    starred = _STARRED.fullmatch(element)
    words = normalized(starred[2]).split() if starred else []
    if not starred or not words or "?" in words or element.startswith("<"):
        raise PhraseError(f"{element} is not a word.")
    before, after = starred[1], starred[3]
    if (before and len(words[0]) < MIN_STEM) or (after and len(words[-1]) < MIN_STEM):
        raise PhraseError(f"{element} must have at least {MIN_STEM} letters next to *.")
    return f"{before}{' '.join(words)}{after}".split()
