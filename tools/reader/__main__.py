"""Prints what the readers make of the labels: `python -m tools.reader`, and with `held-back`, of those to test on."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

import django

os.environ.setdefault("HINDSIGHT_ENV", "development")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
django.setup()

from interviews.lifecycle import Direction, Move, Speaker  # noqa: E402  # needs the apps
from interviews.paige.answers.dialogue import Utterance  # noqa: E402
from interviews.paige.answers.lexicon import Intent  # noqa: E402
from interviews.paige.answers.reading import read  # noqa: E402
from interviews.paige.findings.drivers import Driver, drivers  # noqa: E402
from interviews.paige.guide.guide import Guide, Topic, shipped_guide  # noqa: E402
from interviews.paige.objective.steering import steer  # noqa: E402
from interviews.paige.turn.brief import Brief  # noqa: E402
from tools.reader.labels import BUYER, Answer, Clause, Interview, guides, interviews, objectives  # noqa: E402

SHIPPED = {"en": "win_loss_buyer", "de": "win_loss_buyer_de"}
ACTS: Mapping[Intent, str] = {
    Intent.ASKS_ABOUT_AI: "asks_bot",
    Intent.ASKS_WHO_READS: "asks_who_reads",
    Intent.ASKS_HOW_LONG: "asks_how_long",
    Intent.ASKS_ABOUT_LANGUAGE: "wants_language",
    Intent.ASKS_TO_REPEAT: "asks_meaning",
    Intent.ASKS_PURPOSE: "asks_purpose",
    Intent.ASKS_IF_ENOUGH: "asks_other",
    Intent.ASKS_MEANING: "asks_meaning",
    Intent.ASKS_SOMETHING: "asks_other",
    Intent.WANTS_TO_STOP: "wants_stop",
    Intent.WANTS_A_PERSON: "wants_person",
    Intent.WANTS_DELETION: "wants_deletion",
    Intent.DECLINES: "refuses",
    Intent.SAID_BEFORE: "said_before",
}


def main(*, held_back: bool) -> None:
    chosen = [each for each in interviews() if each.is_held_back == held_back]
    print(f"Objectives for guides of others: {counted(_objectives(held_back))}")
    print(f"Drivers: {counted(line for each in chosen for line in _drivers(each))}")
    print(f"Acts: {counted(_act(answer) for each in chosen for answer in each.answers)}")


def counted(outcomes: Iterator[str]) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted(Counter(outcomes).items()))


def _objectives(held_back: bool) -> Iterator[str]:
    for each in objectives():
        if each.is_held_back == held_back:
            read_as = steer(guide_of(each.guide, each.language), each.text)
            found, labels = (set(read_as.emphasize), set(read_as.avoid)), (set(each.asked), set(each.avoided))
            is_wrong = not (found[0] <= labels[0] and found[1] <= labels[1])
            yield "right" if found == labels else "wrong" if is_wrong else "missed"


def _drivers(interview: Interview) -> Iterator[str]:
    shown = drivers(brief_of(interview))
    for index, answer in enumerate(interview.answers):
        own = [driver for driver in shown if driver.quote.turn == 2 * index + 2]
        for clause in answer.clauses:
            if clause.speaks:
                is_found = any(_is_of(driver, clause) and driver.direction == clause.speaks for driver in own)
                yield f"labelled{' and decisive' * clause.is_decisive}{', found' * is_found}"
        for driver in own:
            said = {clause.speaks for clause in answer.clauses if _is_of(driver, clause)}
            if driver.direction not in (Direction.FOR, Direction.AGAINST):
                yield "shown without a direction"
            else:
                yield "shown right" if driver.direction in said else "shown turned" if said - {""} else "shown invented"


def _is_of(driver: Driver, clause: Clause) -> bool:
    quote = driver.quote.text
    return quote in clause.text or clause.text.strip(" .,;:!?") in quote


def _act(answer: Answer) -> str:
    acts = {clause.act for clause in answer.clauses} & {*ACTS.values()}
    found = {ACTS[intent] for intent in read(answer.text).intents if intent in ACTS}
    if not acts:
        return "innocent" if not found else "innocent, misread"
    return "with acts, right" if found == acts else "with acts, not right"


def brief_of(interview: Interview) -> Brief:
    language = interview.answers[0].language
    guide = guide_of(interview.guide, language).for_vendor(interview.vendor)
    said = [
        Utterance(speaker, text, answer.asked, move)
        for answer in interview.answers
        for speaker, text, move in (
            (Speaker.PAIGE, guide.topic(answer.asked).question, Move.QUESTION),
            (Speaker.CONTACT, answer.text, Move.ANSWER),
        )
    ]
    return Brief(interview.vendor, "", "", "", guide, conversation=tuple(said))


@cache
def guide_of(name: str, language: str) -> Guide:
    if name == BUYER:
        return Guide.from_data(shipped_guide(SHIPPED.get(language, SHIPPED["en"])))
    shipped, own = Guide.from_data(shipped_guide(SHIPPED["en"])), guides()[name]
    topics = tuple(Topic(each.key, each.title, True, (), each.question, "", "", ()) for each in own.topics)
    return Guide(own.name, 1, own.language, 10, 20, "", topics, shipped.closing)


if __name__ == "__main__":
    main(held_back=sys.argv[1:] == ["held-back"])
