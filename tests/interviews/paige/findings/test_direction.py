"""Which way the contact's words point. directions.tsv has sentences with labels; half are held back from tuning."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from interviews.lifecycle import Direction, Speaker
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.lexicon import language_of
from interviews.paige.answers.opinion_words import opinion_words
from interviews.paige.findings.direction import Judge
from interviews.paige.findings.drivers import drivers
from interviews.paige.turn.brief import Brief
from tests.interviews.paige.interviews import buyer_brief
from tests.labelled_rows import labelled_rows

ROWS = labelled_rows(Path(__file__).with_name("directions.tsv"))
TUNED, HELD_BACK = ([row for row in ROWS if sha256(row[3].encode()).digest()[-1] % 2 == half] for half in (0, 1))


def answering(brief: Brief, topic: str, answer: str) -> Brief:
    question = brief.guide.topic(topic).question
    return brief.after([Utterance(Speaker.PAIGE, question, topic), Utterance(Speaker.CONTACT, answer, topic)])


def results(rows: list[list[str]]) -> tuple[Counter[str], list[str]]:
    """How many are right, wrong or none, and the wrong sentences. Wrong: a direction is found that is not labelled."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for _, topic, label, sentence in rows:
        labelled = {*label.split(",")} - {"none"}
        shown = drivers(answering(buyer_brief(), topic, sentence))
        found = {driver.direction.value for driver in shown} - {Direction.UNCLEAR.value}
        kind = "right" if found == labelled else "wrong" if found - labelled else "none"
        counts[kind] += 1
        wrong += [sentence] if kind == "wrong" else []
    return counts, wrong


def test_there_are_230_sentences_in_four_languages() -> None:
    assert len({row[3] for row in ROWS}) == len(ROWS) >= 230
    assert {row[0] for row in ROWS} == {"en", "de", "fr", "es"}
    assert min(len(TUNED), len(HELD_BACK)) >= 110


@pytest.mark.parametrize(("rows", "right"), [(TUNED, 0.95), (HELD_BACK, 0.75)], ids=["tuned", "held back"])
@pytest.mark.slow
def test_directions_are_seldom_wrong(rows: list[list[str]], right: float) -> None:
    counts, wrong = results(rows)
    assert counts["wrong"] <= 0.05 * len(rows), wrong
    assert counts["right"] >= right * len(rows), counts


@pytest.mark.parametrize(
    ("clause", "direction"),
    [
        ("It was expensive", "against"),
        ("It was not expensive", "for"),
        ("It was not too expensive", "for"),
        ("Es war nicht zu teuer", "for"),
        ("Es war zu teuer", "against"),
        ("Teuer war es nicht", "for"),
        ("Ce n'était pas trop cher", "for"),
        ("No era demasiado caro", "for"),
        ("It was not only fast", "for"),
        ("Not without problems", "against"),
        ("Acme was cheaper", "for"),
        ("Acme was cheaper than Globex", "for"),
        ("Globex was cheaper than Acme", "against"),
        ("Globex was cheaper", "against"),
        ("Globex was expensive", None),
        ("The others were expensive", None),
        ("The price was cheaper", "for"),
        ("It was more frustrating than the trial", "against"),
        ("It was less frustrating than the trial", "for"),
        ("Compared with the others, Acme was the most flexible", "for"),
        ("It would have been expensive", None),
        ("Es wäre teuer geworden", None),
        ("Die Demo wurde gut vorbereitet", "for"),
        ("Good and bad", None),
        ("Price played no role", "neutral"),
        ("We chose Acme", "for"),
        ("We chose the other vendor", "against"),
        ("We did not choose Acme", "against"),
        ("We chose Globex", None),
        ("", None),
        ("x " * 40, None),
    ],
)
def test_negation_and_comparison_decide(clause: str, direction: str | None) -> None:
    judge = Judge(opinion_words(language_of(clause)), "Acme Inc.", is_about_vendor=True)
    assert judge.direction(clause) == direction


@pytest.mark.parametrize(
    "clause",
    [
        "On a normal Monday I open it at six and the crews have their jobs by half past",
        "In the end the deciding factor was the Jira integration",
        "She had done the same at her last company and saved four million",
        "You, Globex and the in-house option, plus the option of hiring two people",
        "was ok i guess, bit pricey for a team of six",
        "The audit log was excellent and the onboarding docs were out of date",
        "Honestly it had been building for two years",
        "Had the migration failed we'd have gone back",
        "La même reprise chez vous, et nous signions",
        "Vous, Globex et une externalisation complète",
        "Ich schreibe gleich alles auf: Der Auslöser war der Umzug in die Cloud",
        "Die Sicherheitsprüfung hat vier Monate gedauert, und danach war das Budget weg",
        "Na gut: die Schnittstelle",
        "Mirábamos tres: el suyo, Globex y seguir igual",
    ],
)
def test_words_that_do_not_judge_give_no_direction(clause: str) -> None:
    direction = Judge(opinion_words(language_of(clause)), "Acme", is_about_vendor=True).direction(clause)
    assert direction is None


@pytest.mark.parametrize("topic", ["trigger", "criteria", "closing"])
def test_a_topic_that_is_not_about_the_vendor_needs_its_name(topic: str) -> None:
    assert drivers(answering(buyer_brief(), topic, "It was slow and unreliable.")) == []
    [driver] = drivers(answering(buyer_brief(), topic, "Acme was slow and unreliable."))
    assert driver.direction == "against"


@pytest.mark.parametrize(
    ("vendor", "clause", "direction"),
    [
        ("Acme Analytics GmbH", "We chose Acme", "for"),
        ("Acme Analytics GmbH", "We chose Acme Analytics", "for"),
        ("Acme", "Acme's demo was great", "for"),
        ("Data Robot", "The data was unreliable", None),
        ("The Trade Desk", "The import was unreliable", None),
    ],
)
def test_contacts_shorten_the_name_of_the_vendor(vendor: str, clause: str, direction: str | None) -> None:
    judge = Judge(opinion_words(language_of(clause)), vendor, is_about_vendor=False)
    assert judge.direction(clause) == direction


@pytest.mark.parametrize(
    ("clause", "direction"),
    [
        ("We went with another vendor because the security review of Acme was too slow", "against"),
        ("In the end we picked a different supplier because Acme had no single sign-on", "against"),
        ("We chose Acme because another vendor had no single sign-on", "for"),
        ("Wir haben uns für einen anderen Anbieter entschieden, weil Acme zu langsam war", "against"),
        ("Wir haben uns für Acme entschieden, weil ein anderer Anbieter zu teuer war", "for"),
    ],
)
def test_a_choice_is_not_read_from_its_reason(clause: str, direction: str) -> None:
    judge = Judge(opinion_words(language_of(clause)), "Acme", is_about_vendor=False)
    assert (judge.choice(clause), judge.direction(clause)) == (direction, direction)
