"""Compares readings with labels."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from time import thread_time

from interviews.lifecycle import Move, Speaker
from interviews.paige.dialogue import Utterance
from interviews.paige.findings import Driver, drivers
from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.reading.answer import read_answer
from interviews.paige.reading.objective import read_objective
from interviews.paige.reading.readings import Act, AnswerReading, names_of
from interviews.paige.turn.brief import Brief
from tools.reader.labels import BUYER, Answer, Clause, Interview, Objective, guides, rows

SHIPPED = {"en": "win_loss_buyer", "de": "win_loss_buyer_de"}
WORDS = 60

_BOUNDARY = re.compile(r"(?<=[.!?])\s+|\n+")


@cache
def guide_of(name: str, language: str = "en", vendor: str = "") -> Guide:
    """A shipped guide, or one with the topics of a labelled guide. With a vendor, the guide as an interview has it."""
    if vendor:
        return guide_of(name, language).for_vendor(vendor)
    if name == BUYER:
        return Guide.from_data(shipped_guide(SHIPPED.get(language, SHIPPED["en"])))
    if name not in guides():
        return Guide.from_data(shipped_guide(name))
    shipped, own = guide_of(BUYER), guides()[name]
    some = replace(shipped.topics[0], siblings=())
    topics = (
        replace(some, key=each.key, title=each.title, question=each.question, about=each.about) for each in own.topics
    )
    return replace(shipped, name=own.name, language=own.language, topics=tuple(topics))


def topics_of(text: str, guide: Guide, vendor: str = "") -> tuple[frozenset[str], frozenset[str]]:
    """The keys of the topics that are asked about, and of those that are avoided."""
    found = read_objective(text, guide, vendor).topics
    asked, avoided = (frozenset(each.topic for each in found if each.is_avoided == flag) for flag in (False, True))
    return asked, avoided


def objectives_read(objectives: Iterable[Objective], guide: str = "") -> Counter[str]:
    """`guide`: the name of one with the same topics, which replaces that of the labels."""
    counts = Counter[str]()
    for each in objectives:
        vendor = guides()[each.guide].vendor if each.guide in guides() else ""
        asked, avoided = topics_of(each.text, guide_of(guide or each.guide, vendor=vendor), vendor)
        wanted, unwanted = {*each.asked, *each.optional}, {*each.avoided, *each.optional_avoided}
        is_wrong = not (asked <= wanted and avoided <= unwanted)
        is_right = not is_wrong and asked >= {*each.asked} and avoided >= {*each.avoided}
        counts.update(["lines", "right" if is_right else "wrong" if is_wrong else "missed"])
        counts["turned round"] += bool(asked & {*each.avoided} or avoided & wanted)
        counts["avoidances"] += len(each.avoided)
        counts["avoidances missed"] += len({*each.avoided} - avoided)
    return counts


def subjects_read(objectives: Iterable[Objective]) -> Counter[str]:
    """Found if the words are equal. Invented if the text has no labelled subject that shares words with it."""
    counts = Counter[str]()
    for each in objectives:
        if each.subjects is not None:
            vendor = guides()[each.guide].vendor
            found = {
                name for name, _ in read_objective(each.text, guide_of(each.guide, vendor=vendor), vendor).subjects
            }
            counts.update(labelled=len(each.subjects), found=len(found & {*each.subjects}), read=len(found))
            counts["invented"] += sum(not any(a in b or b in a for b in each.subjects) for a in found)
    return counts


def readings_changed(objectives: Iterable[Objective]) -> Counter[str]:
    """Of texts with a neutral sentence before, after, or between the sentences of the objective."""
    neutral: dict[str, list[str]] = {}
    for row in rows("neutral.tsv"):
        if row["kind"] == "held_back":
            neutral.setdefault(row["language"], []).append(row["text"])
    counts = Counter[str]()
    for number, each in enumerate(objectives):
        plain, options = topics_of(each.text, guide_of(each.guide)), neutral[each.language]
        for text in _with(each.text, options[number % len(options)]):
            counts["read"] += 1
            counts["changed"] += topics_of(text, guide_of(each.guide)) != plain
    return counts


def _with(objective: str, neutral: str) -> Iterator[str]:
    parts = [part if part[-1:] in tuple(".!?:,") else f"{part}." for part in _BOUNDARY.split(objective.strip())]
    for place in dict.fromkeys((0, len(parts), len(parts) // 2)):
        yield " ".join((*parts[:place], neutral, *parts[place:]))


@dataclass(frozen=True)
class ReadAnswer:
    """`drivers`: those that are stored at the completion, and shown."""

    labelled: Answer
    reading: AnswerReading
    drivers: Sequence[Driver]

    @property
    def pairs(self) -> Iterator[tuple[Clause, Driver]]:
        """Each labelled clause with each driver, if they share at least half of the shorter one."""
        for start, clause in zip(self.labelled.starts, self.labelled.clauses, strict=True):
            for found in self.drivers:
                at, length = found.quote.start, len(found.quote.text)
                shared = min(start + len(clause.text), at + length) - max(start, at)
                if 2 * shared >= min(len(clause.text), length):
                    yield clause, found


def answers_of(interviews: Iterable[Interview]) -> Iterator[ReadAnswer]:
    for each in interviews:
        guide, said = guide_of(each.guide, each.answers[0].language, each.vendor), list[Utterance]()
        for answer in each.answers:
            said.append(Utterance(Speaker.PAIGE, guide.topic(answer.asked).question, answer.asked))
            said.append(Utterance(Speaker.CONTACT, answer.text, answer.asked, Move.ANSWER))
        brief = Brief(each.vendor, "", "", "", guide, competitors=each.competitors).after(said)
        shown = drivers(brief)
        for turn, (answer, heard) in enumerate(zip(each.answers, brief.heard[1::2], strict=True), start=1):
            yield ReadAnswer(answer, heard.as_read, [driver for driver in shown if driver.quote.turn == 2 * turn])


def drivers_shown(answers: Sequence[ReadAnswer]) -> Counter[str]:
    """Labelled: clauses for or against the vendor. `decisive`: those of them that the contact calls so."""
    counts = Counter[str]()
    for each in answers:
        pairs = [*each.pairs]
        for clause in each.labelled.clauses:
            found = [other for one, other in pairs if one is clause]
            if clause.speaks:
                is_found = any(other.direction == clause.speaks for other in found)
                counts.update({"labelled": 1, "found": is_found, "decisive": clause.is_decisive})
                counts["decisive found"] += clause.is_decisive and is_found
            counts["all decisive"] += clause.is_decisive
            counts["called decisive"] += clause.is_decisive and any(other.is_decisive for other in found)
        for shown in each.drivers:
            labelled = [one for one, other in pairs if other is shown]
            said = {clause.speaks for clause in labelled}
            kind = "right" if shown.direction in said else "turned" if said - {""} else "invented"
            is_rightly_called = shown.is_decisive and any(clause.is_decisive for clause in labelled)
            counts.update({"shown": 1, kind: 1, "called": shown.is_decisive, "rightly called": is_rightly_called})
    return counts


def acts_read(answers: Sequence[ReadAnswer]) -> Counter[str]:
    """By answer: all acts, without small talk. Innocent answers have none."""
    counts = Counter[str]()
    for each in answers:
        labelled = {clause.act for clause in each.labelled.clauses} - {"", Act.SMALL_TALK.value}
        found = {act.value for act in each.reading.acts - {Act.SMALL_TALK}}
        if labelled:
            counts.update({"with acts": 1, "right": found == labelled, "passed over": not found})
        else:
            counts.update(innocent=1, misread=bool(found))
    return counts


def topics_told(answers: Sequence[ReadAnswer]) -> Counter[str]:
    """By answer: the topics of all its clauses."""
    counts = Counter[str]()
    for each in answers:
        labelled = {topic for clause in each.labelled.clauses for topic in clause.topics}
        found = {topic for clause in each.reading.clauses for topic in clause.topics}
        counts.update(found=len(labelled & found), labelled=len(labelled), read=len(found))
    return counts


def cuts_read(answers: Sequence[ReadAnswer]) -> Counter[str]:
    """The beginnings of clauses, without the first one of an answer."""
    counts = Counter[str]()
    for each in answers:
        labelled, found = {*each.labelled.starts[1:]}, {clause.start for clause in each.reading.clauses[1:]}
        counts.update(found=len(labelled & found), labelled=len(labelled), read=len(found))
    return counts


def sentences_read() -> Counter[str]:
    """Sentences alone, as statements or as asides."""
    guide, counts = guide_of(BUYER), Counter[str]()
    for row in rows("sentences.tsv"):
        if row["use"] == "held_back":
            states = bool(read_answer(row["text"], "", guide, {}).stating)
            if row["kind"] == "statement":
                counts.update({"statements": 1, "lost": not states})
            else:
                counts.update({"others": 1, "taken for statements": states})
    return counts


def cpu_of_an_objective(objectives: Sequence[Objective]) -> float:
    """Seconds. Nothing remembers an objective."""
    started = thread_time()
    objectives_read(objectives)
    return (thread_time() - started) / len(objectives)


def cpu_of_an_answer(interviews: Sequence[Interview]) -> float:
    """Seconds for WORDS words, with a question. The words differ from those that are remembered."""
    guide, spent = guide_of(BUYER), []
    for interview in interviews:
        words = [word for answer in interview.answers for word in answer.text.split()][:WORDS]
        started = thread_time()
        read_answer(" ".join(words), guide.topics[0].question, guide, names_of(interview.vendor))
        spent.append(thread_time() - started)
    return sorted(spent)[len(spent) // 2]


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def f1(counts: Counter[str]) -> float:
    return share(2 * counts["found"], counts["labelled"] + counts["read"])
