"""What an objective names within the topics of the guide, and where a contact mentions it."""

from time import process_time

import pytest

from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.objective.subject_mentions import mentioned, mentions_subject
from interviews.paige.objective.subjects import MAX_LENGTH, MAX_READ_CHARACTERS, MAX_SUBJECTS, MAX_WORDS, subjects

GUIDES = {
    code: Guide.from_data(shipped_guide(name)).for_vendor("Acme Inc")
    for code, name in {"en": "win_loss_buyer", "de": "win_loss_buyer_de"}.items()
}
NAMES = ("Acme Inc", "Alice Miller")


def found(code: str, objective: str) -> tuple[str, ...]:
    return subjects(objective, GUIDES.get(code, GUIDES["en"]), NAMES)


def test_names_and_acronyms_come_first() -> None:
    assert found("en", "Ask about the audit logs, then the CFO") == ("CFO", "audit logs")


@pytest.mark.parametrize("objective", ["", "...", "\n", "💡", "?" * 2000, "null", "[]", "a " * 5000])
def test_a_text_without_words_names_nothing(objective: str) -> None:
    assert found("en", objective) == ()


def test_capitals_say_nothing_in_a_text_of_capitals() -> None:
    assert found("en", "WHY DID WE LOSE THIS DEAL?") == ()


def test_the_beginning_of_a_long_objective_is_read() -> None:
    objective = f"Ask about SSO. {'Thank you. ' * (MAX_READ_CHARACTERS // 11)}Ask about SCIM."
    assert found("en", objective) == ("SSO",)


@pytest.mark.slow
def test_number_and_length_are_bounded_and_the_time_is_linear() -> None:
    names = ", ".join(f"the {'very ' * 3}{letter * 9} report about X{letter}Y" for letter in "abcdefghijklmnop")
    start = process_time()
    listed = found("en", f"Ask about {names}. " * 40)
    assert process_time() - start < 2
    assert len(listed) == MAX_SUBJECTS
    assert all(len(each) <= MAX_LENGTH and len(each.split()) <= MAX_WORDS for each in listed)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("SSO", "Without SSO we could not even start."),
        ("SSO", "Single sign-on was missing."),
        ("single sign-on", "There was no SSO."),
        ("CFO", "Our chief financial officer stopped it."),
        ("CFO", "The CFO's view was clear."),
        ("security review", "Two security reviews, three months each."),
        ("security review", "The review by security took three months."),
        ("audit logs", "We needed an audit log."),
        ("Betriebsrat", "Das lag am Betriebsrats-Ausschuss."),
        ("Sicherheitsprüfung", "Die IT-Sicherheitsprüfungen dauerten ewig."),
        ("Competitor X", "competitor X was cheaper"),
        ("audit de sécurité", "L'audit de la sécurité a duré trois mois."),
    ],
)
def test_a_text_mentions_a_subject(subject: str, text: str) -> None:
    assert mentions_subject(text, [subject])


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("SSO", "It went well, no complaints there."),
        ("security review", "It went well, no complaints there."),
        ("security review", "Security mattered to us."),
        ("API", "A price increase was announced."),
        ("CFO", "It came from our side."),
        ("Clari", "They clarified the terms."),
        ("SAP", "We were happy."),
    ],
)
def test_a_text_does_not_mention_a_subject(subject: str, text: str) -> None:
    assert not mentions_subject(text, [subject])


def test_of_several_subjects_those_that_are_mentioned() -> None:
    assert mentioned("Gong was cheaper than Clari.", ["Clari", "SSO", "Gong"]) == ("Clari", "Gong")
