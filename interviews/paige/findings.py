"""What an interview has found: key answers by topic, drivers, and the coverage of the emphasized topics."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, groupby
from typing import Any, Self, TypedDict

from interviews.lifecycle import Coverage, Direction, DriverAbout, DriverSource, Move, NotAsked, Speaker
from interviews.paige.dialogue import Block, Utterance, blocks
from interviews.paige.guide.guide import FollowUpKind, Guide, Topic
from interviews.paige.language import SENTENCE_GAP, unaccented
from interviews.paige.objective import mentions_subject
from interviews.paige.reading.answer import read_answer
from interviews.paige.reading.readings import (
    About,
    Act,
    AnswerReading,
    Clause,
    Names,
    ObjectiveReading,
    StatementKind,
    TopicReading,
)
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import MIN_LETTERS_OF_A_TELLING_WORD, is_plainly_decisive
from interviews.paige.turn.statements import statement_words

EXCERPT_LENGTH = 400
ACTS_OF_FINDINGS = (None, Act.SAID_BEFORE)
"""A clause with another act is about the interview, even if it states something."""
ACTS_OF_REASONS = (*ACTS_OF_FINDINGS, Act.DECLINES, Act.WANTS_A_PERSON)
"""A short reason can be read as one of the last two, such as "Gut feeling.", or as stating nothing."""
DECISIONS, REOPENING = ("decision", "stall"), "reopening"
"""The keys of the topics whose answers give the reasons for the decision, and of that on what would change it."""
MAX_DRIVERS_OF_A_TOPIC = 5
MAX_CHARACTERS, MIN_PASSAGE, MAX_PASSAGE = 650, 60, 200
"""Of all quotes of a summary, and of a quote beside the reasons. Of 271 main reasons in 117 labelled interviews, 264
are quoted: with 550 characters 258, with 750 265; with passages from 0 characters on 262, from 80 on 261.
"""
MIN_WORDS, WEIGHT_OF_A_WON_DEAL = 8, 0.2
"""MIN_WORDS is for a quote that is neither decisive nor on a sure side. Without it the same 264 are quoted, in 25 more
characters; with 12 words 263. The weight of a won deal changes none of these, but of 20 reasons in ten other interviews
17 are quoted in full instead of 15.
"""
LETTERS_OF_A_STEM, WEIGHT_OF_A_STEM, WEIGHT_OF_A_WORDING = 5, 0.25, 0.8
LEAST_WEIGHT, COST_OF_A_CHARACTER = 0.15, 0.001
"""Without a weight of stems 261 of them are quoted, of wordings 262, without a cost 262."""
ABOUT = {About.VENDOR: DriverAbout.VENDOR, About.RIVAL: DriverAbout.COMPETITOR, About.NOTHING: DriverAbout.NOTHING}
EARLIER_DRIVER: Mapping[str, Any] = {
    **{"about": None, "about_name": None, "is_reason": False, "is_decisive": False},
    **{"source": DriverSource.READ.value, "tags": [], "review": None},
}
"""What drivers of earlier releases do not say."""

_WORD = re.compile(r"[^\W_]")
_EDGE = " \t\n\N{NO-BREAK SPACE},;:-\N{EN DASH}\N{EM DASH}"


class Findings(TypedDict, total=False):
    key_answers: list[dict[str, Any]]
    drivers: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    summary: dict[str, Any]


def findings_of(brief: Brief, content: str) -> Findings:
    """Objective, notes and picks count as they are at the completion. `content`: of the transcript."""
    transcript, found = blocks(content), drivers(brief)
    reasons = {"decided": decided(brief), "would_change": would_change(brief)}
    reasons["beside"] = beside_reasons(brief, [*chain.from_iterable(reasons.values())])
    return {
        "key_answers": key_answers(brief.guide, brief.heard, transcript),
        "drivers": [driver.shown(transcript) for driver in found],
        "coverage": coverage(brief),
        "summary": {
            **{name: [excerpt.quoted(transcript) for excerpt in each] for name, each in reasons.items()},
            "sure": [driver.quote.place(transcript)["start"] for driver in found if driver.is_sure],
            "objective": objective_coverage(brief),
        },
    }


@dataclass(frozen=True)
class Excerpt:
    """`start` counts code points of the answer."""

    turn: int
    start: int
    text: str = field(repr=False)

    def place(self, transcript: list[Block]) -> Mapping[str, int]:
        """`start` and `end` count the code points of the transcript's content."""
        block = transcript[self.turn - 1]
        start, end = block.content_offset(self.start), block.content_offset(self.start + len(self.text))
        return {"turn": self.turn, "start": start, "end": end}

    def quoted(self, transcript: list[Block]) -> Mapping[str, Any]:
        return {**self.place(transcript), "quote": self.text}

    def part(self, start: int, end: int) -> Self:
        """Without spaces, commas and dashes at its ends."""
        text = self.text[start:end]
        inner = text.lstrip(_EDGE)
        return type(self)(self.turn, self.start + start + len(text) - len(inner), inner.rstrip(_EDGE))

    @property
    def beginning(self) -> Self:
        """At most EXCERPT_LENGTH long. Ends after a sentence, or else after a word, but not at a semicolon."""
        if len(self.text) <= EXCERPT_LENGTH:
            return self
        cut = self.text[: EXCERPT_LENGTH + 1]
        ends = [gap.start() for gap in SENTENCE_GAP.finditer(cut) if cut[gap.start() - 1] != ";"]
        spaces = [match.start() for match in re.finditer(r"\s", cut)]
        return self.part(0, max(ends or spaces or [EXCERPT_LENGTH]))


def _numbered_answers(conversation: Iterable[Utterance]) -> Iterator[tuple[int, Utterance]]:
    """Yields each answer with its number, which counts Paige's turns too, from 1."""
    return (pair for pair in enumerate(conversation, start=1) if pair[1].speaker is Speaker.CONTACT)


def _finding_clauses(answer: Utterance) -> list[Clause]:
    return [clause for clause in answer.as_read.stating if clause.act in ACTS_OF_FINDINGS]


def _own_findings(answer: Utterance) -> list[Clause]:
    """Empty if the answer contains an e-mail, which others wrote."""
    return [] if answer.is_pasted else _finding_clauses(answer)


def key_answers(guide: Guide, conversation: Sequence[Utterance], transcript: list[Block]) -> list[dict[str, Any]]:
    """`conversation`: with the reading of each answer."""
    found: list[dict[str, Any]] = []
    for topic in guide.every_topic:
        given = [(turn, answer) for turn, answer in _numbered_answers(conversation) if answer.topic == topic.key]
        if excerpts := [excerpt for turn, answer in given for excerpt in _finding_excerpts(turn, answer)]:
            texts, places = [each.text for each in excerpts], [each.place(transcript) for each in excerpts]
            found.append({"topic": topic.key, "title": topic.title, "excerpts": texts, "places": places})
    return found


def _finding_excerpts(turn: int, answer: Utterance, acts: Collection[object] = ACTS_OF_FINDINGS) -> Iterator[Excerpt]:
    """Without questions, wishes, refusals and small talk. Together at most EXCERPT_LENGTH long.

    Empty for a bare denial.
    """
    if answer.as_read.is_bare_denial:
        return
    left = EXCERPT_LENGTH
    for run in _runs(turn, answer, acts):
        run = run.beginning if left == EXCERPT_LENGTH else run
        if len(run.text) > left:
            return
        yield run
        left -= len(run.text)


def _runs(turn: int, answer: Utterance, acts: Collection[object]) -> Iterator[Excerpt]:
    """From the first to the last finding between clauses with other acts. Fillers between findings stay."""
    for is_told, clauses in groupby(answer.as_read.clauses, key=lambda clause: clause.act in acts):
        found = [clause for clause in clauses if is_told and (clause.kind or acts is ACTS_OF_REASONS)]
        run = Excerpt(turn, 0, answer.text).part(found[0].start, found[-1].end) if found else None
        if run and run.text:
            yield run


@dataclass(frozen=True)
class Driver:
    """`is_decisive`: the contact says that it tipped the decision. Other reasons answer the question on it.
    `about_name`: of the competitor, or "". `is_sure`: whether the direction is sure enough for the summary.
    """

    topic: Topic
    direction: Direction
    quote: Excerpt
    is_reason: bool
    is_decisive: bool
    about: DriverAbout | None = None
    about_name: str = ""
    is_sure: bool = False

    def shown(self, transcript: list[Block], source: DriverSource = DriverSource.READ) -> dict[str, Any]:
        return {
            **{"topic": self.topic.key, "title": self.topic.title, "direction": str(self.direction)},
            **self.quote.quoted(transcript),
            **{"about": self.about and str(self.about), "about_name": self.about_name or None},
            **{"is_reason": self.is_reason, "is_decisive": self.is_decisive},
            **{"source": str(source), "tags": [], "review": None},
        }


def drivers(brief: Brief) -> list[Driver]:
    """In the order of the answers. If a topic has too many, the strongest."""
    by_topic: dict[str, list[Driver]] = defaultdict(list)
    for driver in sorted(_drivers(brief), key=lambda driver: (not driver.is_decisive, not driver.is_reason)):
        by_topic[driver.topic.key].append(driver)
    kept = chain.from_iterable(each[:MAX_DRIVERS_OF_A_TOPIC] for each in by_topic.values())
    return sorted(kept, key=lambda driver: (driver.quote.turn, driver.quote.start))


def _drivers(brief: Brief) -> Iterator[Driver]:
    # Readings of another guide may have topics that this one does not have.
    known = {topic.key for topic in brief.guide.every_topic}
    for turn, answer in _numbered_answers(brief.heard):
        for clause in _own_findings(answer):
            quote = Excerpt(turn, 0, answer.text).part(clause.start, clause.end).beginning
            if clause.speaks and _WORD.search(quote.text):
                is_reason = clause.is_decisive or answer.topic in DECISIONS
                topic = brief.guide.topic(next((key for key in clause.topics if key in known), answer.topic))
                about = ABOUT.get(clause.about) if clause.about else None
                named = _competitor_in(answer.text, brief) if about is DriverAbout.COMPETITOR else ""
                yield Driver(topic, clause.speaks, quote, is_reason, clause.is_decisive, about, named, clause.is_sure)


def _competitor_in(answer: str, brief: Brief) -> str:
    """The competitor of the deal, if the answer names it. "" if another one may be meant."""
    return next((name for name in brief.competitors if mentions_subject(answer, [name])), "")


def decided(brief: Brief) -> list[Excerpt]:
    """The answers to what decided it, or else what other answers plainly call decisive. Without questions, other wishes
    and small talk. At most EXCERPT_LENGTH long.
    """
    found, language = list[Excerpt](), brief.guide.language
    for turn, answer in _numbered_answers(brief.heard):
        message = brief.heard[turn - 2]
        if answer.topic in DECISIONS and message.follow_up is None:
            found += _finding_excerpts(turn, answer, ACTS_OF_REASONS)
        elif answer.topic in DECISIONS and not _asks_for_change(brief.guide, message):
            found += _told_to_follow_up(turn, answer)
    found = found or [
        passage
        for turn, answer in _numbered_answers(brief.heard)
        for passage, told in _passages(turn, answer)
        if any(is_plainly_decisive(each, language) for each in told)
    ]
    lengths = accumulate(len(each.text) for each in found)
    return [each for each, length in zip(found, lengths, strict=True) if length <= EXCERPT_LENGTH]


def _told_to_follow_up(turn: int, answer: Utterance) -> Iterable[Excerpt]:
    """Empty for an answer that only denies, such as "No, I think that is all". "There was no app" has a direction."""
    tells = any(clause.kind is not StatementKind.DENIAL or clause.speaks for clause in answer.as_read.stating)
    return _finding_excerpts(turn, answer) if tells else ()


def beside_reasons(brief: Brief, reasons: Sequence[Excerpt]) -> list[Excerpt]:
    """Passages of all answers that may give a reason too, the weightiest first, as far as MAX_CHARACTERS allow. What is
    likely decisive or an opinion, a wording such as "deal breaker", and rare words of the reasons give them weight.
    Few words have to be decisive, or on a sure side. In a won deal, what speaks for the vendor weighs more.
    """
    numbered, language = _numbered_answers(brief.heard), brief.guide.language
    passages = [each for turn, answer in numbered for each in _passages(turn, answer, reasons)]
    called, stems = statement_words(language, "decisive"), [_stems(each.text) for each, _ in passages]
    won = WEIGHT_OF_A_WON_DEAL if brief.is_won else 0
    sides: Mapping[Direction | None, float] = {Direction.FOR: won, Direction.AGAINST: -won}
    counts = Counter(chain.from_iterable(stems))
    known = _stems("\n".join(each.text for each in reasons)) - _stems(brief.vendor)
    weights: dict[Excerpt, float] = {}
    for (passage, clauses), own in zip(passages, stems, strict=True):
        # A denial without a direction weighs nothing: "Price was not the issue", "I wouldn't say it swung it".
        told = [each for each in clauses if each.kind is not StatementKind.DENIAL or each.speaks]
        is_called = {each in told for each in clauses if called.search(unaccented(each.text))}
        is_plain = bool(is_called) or any(each.is_decisive or each.is_sure for each in told)
        if told and False not in is_called and (is_plain or len(passage.text.split()) >= MIN_WORDS):
            weight = max(each.weight + sides.get(each.speaks, 0) for each in told)
            weight += WEIGHT_OF_A_WORDING * bool(is_called)
            weights[passage] = weight + WEIGHT_OF_A_STEM * sum(1 / counts[stem] for stem in own & known)
    left, found = MAX_CHARACTERS - sum(len(each.text) for each in reasons), list[Excerpt]()
    for passage in sorted(weights, key=lambda each: COST_OF_A_CHARACTER * len(each.text) - weights[each]):
        if weights[passage] >= LEAST_WEIGHT and len(passage.text) <= left:
            found.append(passage)
            left -= len(passage.text)
    return found


def _passages(turn: int, answer: Utterance, reasons: Sequence[Excerpt] = ()) -> Iterator[tuple[Excerpt, list[Clause]]]:
    """Whole sentences, short ones together with the next or the last ones, and the clauses of long ones. Without the
    reasons, questions, wishes, refusals and small talk.
    """
    whole, known = Excerpt(turn, 0, answer.text), [each for each in reasons if each.turn == turn]
    ends, own = [gap.end() for gap in SENTENCE_GAP.finditer(answer.text)], _own_findings(answer)

    def is_told(clause: Clause) -> bool:
        return clause in own and not any(0 <= clause.start - each.start < len(each.text) for each in known)

    for tells, run in groupby(answer.as_read.clauses, key=is_told):
        found: list[list[Clause]] = []
        for _, sentence in groupby(run if tells else (), key=lambda clause: bisect_right(ends, clause.start)):
            clauses = [*sentence]
            for part in [clauses] if _length(clauses) <= MAX_PASSAGE else [[clause] for clause in clauses]:
                _join(found, part, is_open=bool(found) and _length(found[-1]) < MIN_PASSAGE)
        if found:
            last = found.pop()
            _join(found, last, is_open=_length(last) < MIN_PASSAGE)
        yield from ((whole.part(each[0].start, each[-1].end).beginning, each) for each in found)


def _join(passages: list[list[Clause]], part: list[Clause], *, is_open: bool) -> None:
    """Adds the part to the last passage if that is open and has room, or else as a new one."""
    if is_open and passages and _length([passages[-1][0], part[-1]]) <= MAX_PASSAGE:
        passages[-1] += part
    else:
        passages.append(part)


def _length(clauses: Sequence[Clause]) -> int:
    return clauses[-1].end - clauses[0].start


def _stems(text: str) -> set[str]:
    return {word[:LETTERS_OF_A_STEM] for word in unaccented(text).split() if len(word) >= MIN_LETTERS_OF_A_TELLING_WORD}


def would_change(brief: Brief) -> list[Excerpt]:
    """The answers to what would have had to be different, on the last topic on which that was answered."""
    found: dict[str, list[Excerpt]] = defaultdict(list)
    for turn, answer in _numbered_answers(brief.heard):
        if _asks_for_change(brief.guide, brief.heard[turn - 2]):
            found[answer.topic] += _told_to_follow_up(turn, answer)
    return next((found[topic.key] for topic in reversed(brief.guide.every_topic) if found.get(topic.key)), [])


def _asks_for_change(guide: Guide, message: Utterance) -> bool:
    """Messages of another guide can have topics and follow-ups that this one does not have."""
    kinds = [
        follow_up.kind for topic in guide.every_topic if topic.key == message.topic for follow_up in topic.follow_ups
    ]
    number = message.follow_up
    is_change = number is not None and number < len(kinds) and kinds[number] is FollowUpKind.CHANGE
    return is_change or message.topic == REOPENING


def coverage(brief: Brief) -> list[dict[str, Any]]:
    return [{"topic": topic.key, "title": topic.title, **_coverage(brief, topic)} for topic in brief.emphasized]


def objective_coverage(brief: Brief) -> list[dict[str, Any]]:
    """Each part of the objective with the best status of its topics, and why it was not asked, if so."""
    by_part = groupby(brief.objective_reading.parts, key=lambda each: each.start)
    return [_part_coverage(brief, [*part]) for _, part in by_part]


def _part_coverage(brief: Brief, part: Sequence[TopicReading]) -> dict[str, Any]:
    asked, order = {each.topic for each in part}, [*Coverage]
    topics = [topic for topic in brief.guide.every_topic if topic.key in asked]
    found = [_coverage(brief, topic) for topic in topics] or [{"status": str(Coverage.NOT_ASKED), "turns": []}]
    best = min(found, key=lambda each: order.index(each["status"]))
    why: NotAsked | None = None
    if best["status"] == Coverage.NOT_ASKED and topics:
        why = NotAsked.ENDED if asked & {*brief.steering.emphasize} else NotAsked.OTHER_TOPICS
    elif best["status"] == Coverage.NOT_ASKED:
        why = NotAsked.LEFT_OUT if part[0].is_avoided else NotAsked.NO_TOPIC
    return {"words": part[0].words, "titles": [topic.title for topic in topics], **best, "why": why and str(why)}


def _coverage(brief: Brief, topic: Topic) -> dict[str, Any]:
    """The first status that answers have, with their numbers."""
    given, subjects = dict(_numbered_answers(brief.heard)), brief.subjects_of(topic)
    told = {turn: _own_findings(answer) for turn, answer in given.items()}
    on_topic = [turn for turn, answer in given.items() if answer.topic == topic.key]
    # "None" denies a subject that the question has named.
    asked = [turn for turn in given if _names(brief, brief.conversation[turn - 2], subjects)]
    texts = {turn: "\n".join(clause.text for clause in clauses) for turn, clauses in told.items()}
    about = (
        [turn for turn in given if turn in asked or mentions_subject(texts[turn], subjects)] if subjects else on_topic
    )
    touching = [turn for turn in given if any(topic.key in clause.topics for clause in told[turn])]
    bare = [turn for turn in given if given[turn].as_read.is_bare_denial]
    telling = [turn for turn in given if turn not in bare and _finding_clauses(given[turn])]
    denying = [turn for turn in given if turn in bare or (turn in asked and given[turn].as_read.is_denied)]
    turns: Mapping[Coverage, list[int]] = {
        Coverage.ANSWERED: [turn for turn in about if turn in telling],
        Coverage.DENIED: [turn for turn in about or on_topic if turn in denying],
        Coverage.TOUCHED: [turn for turn in on_topic if turn in telling] or touching,
        Coverage.DECLINED: on_topic,
    }
    status = next((status for status, shown in turns.items() if shown), Coverage.NOT_ASKED)
    return {"status": str(status), "turns": turns.get(status, [])}


def _names(brief: Brief, message: Utterance, subjects: Sequence[str]) -> bool:
    """By name, or with a quote. The texts of the guide name subjects among others."""
    is_own = message.move in (Move.FOLLOW_UP, Move.COVERED) or bool(brief.subject_in(message))
    return is_own and mentions_subject(message.text, subjects)


def read_reason(reason: str, guide: Guide, names: Names) -> ObjectiveReading:
    """The topics that a deal's reported reason names, with their clauses. `names`: of vendor and competitors."""
    return topics_named(read_answer(reason, "", guide, names))


def topics_named(reason: AnswerReading) -> ObjectiveReading:
    """Without those of denials, such as "Price was not the issue"."""
    found: dict[str, TopicReading] = {}
    for clause in reason.stating:
        for key in clause.topics if clause.kind is not StatementKind.DENIAL else ():
            found.setdefault(key, TopicReading(key, False, clause.text, clause.start))
    return ObjectiveReading(tuple(found.values()))
