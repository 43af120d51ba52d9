"""What objective, notes and picks steer to, and where a contact mentions a subject."""

import pytest

from interviews.paige.objective import Picks, Source, mentions_subject
from tests.interviews.paige.interviews import parsed_guide
from tests.plain_objectives import steer, subjects_of

BUYER = parsed_guide()

pytestmark = pytest.mark.usefixtures("plain_objectives")


def test_the_reasons_have_the_words_that_decided() -> None:
    found = steer(BUYER, "Wie war die experience. Do not ask about PRICING.")
    assert [(each.topic, each.words, each.source, each.is_avoided) for each in found.reasons] == [
        ("experience", "Wie war die experience", Source.OBJECTIVE, False),
        ("pricing", "Do not ask about PRICING", Source.OBJECTIVE, True),
    ]
    assert "PRICING" not in repr(found)


class TestNotes:
    @pytest.mark.parametrize(
        ("notes", "avoid", "words"),
        [
            ("Met in May. Please do not ask her about pricing! Champion: Jane", ("pricing",), "do not ask her"),
            ("Main concern is pricing. Loves options.", (), ""),
        ],
    )
    def test_avoid_sentence_by_sentence_and_emphasize_nothing(
        self, notes: str, avoid: tuple[str, ...], words: str
    ) -> None:
        found = steer(BUYER, "", notes)
        assert (found.emphasize, {*found.avoid}) == ((), {*avoid})
        assert all(each.source is Source.NOTES and words in each.words for each in found.reasons)
        assert all(each.words in notes for each in found.reasons)

    def test_the_objective_counts_more(self) -> None:
        found = steer(BUYER, "Ask about pricing", "Do not ask about pricing. Do not ask about options.")
        assert (found.emphasize, found.avoid) == (("pricing",), ("options",))
        assert [each.source for each in found.reasons] == [Source.OBJECTIVE, Source.NOTES]


def test_what_is_picked_both_ways_is_avoided() -> None:
    found = steer(BUYER, "", picks=Picks(emphasize=("pricing",), avoid=("pricing",)))
    assert (found.emphasize, found.avoid) == ((), ("pricing",))


class TestSubjects:
    @pytest.mark.parametrize(
        ("objective", "subjects"),
        [
            (
                'Ask about pricing: CFO and "audit logs". Was SSO missing?',
                {"CFO": "pricing", "audit logs": "pricing", "SSO": ""},
            ),
            ('Did "Alice Miller", "Alice\'s" team or "Acme Inc" object to "Acme SSO"?', {"Acme SSO": ""}),
            ("Do not ask about the SSO", {}),
            ("", {}),
        ],
    )
    def test_have_their_topic_and_are_no_names(self, objective: str, subjects: dict[str, str]) -> None:
        assert subjects_of(objective, BUYER, "Acme Inc", "Alice Miller") == subjects

    @pytest.mark.parametrize("subject", ["{vendor}", "x" * 61, "a?", "<b>", "a: b", "…", "\u202e", "a|b"])
    def test_what_paige_could_not_name_is_none(self, subject: str) -> None:
        assert subjects_of(f'Ask about "{subject}"', BUYER, "Acme", "Jane") == {}


@pytest.mark.parametrize(
    ("subject", "text", "is_mentioned"),
    [
        ("SSO", "Without SSO we could not even start.", True),
        ("SSO", "Single sign-on was missing.", True),
        ("single sign-on", "There was no SSO.", True),
        ("CFO", "Our chief financial officer stopped it.", True),
        ("CFO", "The CFO's view was clear.", True),
        ("security review", "Two security reviews, three months each.", True),
        ("security review", "The review by security took three months.", True),
        ("audit logs", "We needed an audit log.", True),
        ("Betriebsrat", "Das lag am Betriebsrats-Ausschuss.", True),
        ("Sicherheitsprüfung", "Die IT-Sicherheitsprüfungen dauerten ewig.", True),
        ("Competitor X", "competitor X was cheaper", True),
        ("audit de sécurité", "L'audit de la sécurité a duré trois mois.", True),
        ("SSO", "It went well, no complaints there.", False),
        ("security review", "It went well, no complaints there.", False),
        ("security review", "Security mattered to us.", False),
        ("API", "A price increase was announced.", False),
        ("CFO", "It came from our side.", False),
        ("Clari", "They clarified the terms.", False),
        ("SAP", "We were happy.", False),
    ],
)
def test_which_texts_mention_a_subject(subject: str, text: str, *, is_mentioned: bool) -> None:
    assert mentions_subject(text, [subject]) == is_mentioned
