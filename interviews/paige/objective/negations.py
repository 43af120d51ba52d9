from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from interviews.paige.objective.instructions import Place, Sign, Word, vocabulary
from interviews.paige.objective.sign_matches import AVOIDING, MAX_WORDS_OF_A_REMARK, Mention, SignMatch


class Negations:
    """Negations avoid by default, also in wordings that no other sign knows. A clause is avoided once."""

    def __init__(self, words: Sequence[Word], clauses: Sequence[int], found: Sequence[Mention]) -> None:
        self.words, self.clauses, self.found = words, clauses, found
        self.ends = [mention.end for mention in found]
        self.named: dict[int, list[Mention]] = {}
        for mention in found:
            self.named.setdefault(clauses[mention.end - 1], []).append(mention)
        self.lengths = Counter(clauses)
        self.questions: dict[int, int] = {}
        for index, word in enumerate(words):
            if word.text in vocabulary().questions:
                self.questions.setdefault(clauses[index], index)
        self.done: set[int] = set()

    def read(self, signs: Iterable[SignMatch]) -> None:
        """Also avoids for each other sign without a topic. A question, such as "why not", avoids nothing."""
        if self.words[-1].mark == "?":
            return
        for sign in signs:
            start = sign.start + bool(self.words[sign.start].mark)
            asks = self.questions.get(self.clauses[start], start) < start
            if sign.value[0] not in (Sign.AVOID, Sign.NEGATION) or asks or self._is_read(start, sign.end):
                continue
            is_last = any(word.mark for word in self.words[sign.end : sign.end + 2])
            for mention in self._reached(start, sign.end, refers_back=is_last or sign.value[1] is Place.AFTER):
                mention.sign, mention.is_background = Sign.AVOID, False
                mention.start, mention.end = min(mention.start, start), max(mention.end, sign.end)

    def _is_read(self, start: int, end: int) -> bool:
        following = self.found[(index := bisect_right(self.ends, start)) : index + 1]
        return any(mention.start < end or mention.sign in AVOIDING for mention in following)

    def _reached(self, start: int, end: int, *, refers_back: bool) -> list[Mention]:
        """What the clause names after the sign, else before it. For a short remark, else the latest clause."""
        clause = self.clauses[start]
        own = self.named.get(clause, [])
        latest = bisect_right(self.ends, start) - 1
        if not own and refers_back and latest >= 0 and self.lengths[clause] <= MAX_WORDS_OF_A_REMARK:
            clause = self.clauses[self.ends[latest] - 1]
        if clause in self.done:
            return []
        self.done.add(clause)
        if not own:
            return self.named.get(clause, [])
        is_read = any(mention.sign in AVOIDING for mention in own)
        return [] if is_read else [mention for mention in own if mention.start >= end] or own
