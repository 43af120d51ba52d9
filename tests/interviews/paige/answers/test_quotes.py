"""Which words of an answer stand in a question. The first clauses were quoted badly in real dialogues."""

import pytest

from interviews.paige.turn.statements import fits, is_quotable, quote_from

SEEN = [
    ("cut in a number", "The delay cost us 400,000 dollars.", ["The delay cost us 400,000 dollars"]),
    ("cut in a number", "We went from 2.1 to 3.4 TB.", ["We went from 2.1 to 3.4 TB"]),
    ("a pronoun without its noun", "It had fourteen phases, one for each house.", []),
    ("a pronoun without its noun", "He's the one who has to use it.", []),
    ("a conjunction", "Because the board insisted on it.", []),
    ("a conjunction", "Or rather the import of old data.", []),
    ("a conjunction", "But our owners noticed it.", ["our owners noticed it"]),
    ("a remark", "Honestly, our owners noticed it.", ["our owners noticed it"]),
    ("a fragment", "Over a weekend.", []),
    (
        "a clause within it",
        "With a screen that you could set to large, I believe we would have had a tie and I would have voted for it.",
        [],
    ),
    ("a fragment", "When we pulled a disk out.", []),
    ("a quotation", 'The form came back with "see paper" in 40 rows.', []),
    ("a range", "We have between 400 and 500 users in each of the nine countries where we sell tools.", []),
]


@pytest.mark.parametrize(("kind", "answer", "expected"), SEEN)
def test_a_quote_is_a_whole_clause(kind: str, answer: str, expected: list[str]) -> None:
    assert quote_from(answer, "en") == "".join(expected), kind


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Unterschrieben hab ich am 9. Mai im Büro.", ["Unterschrieben hab ich am 9. Mai im Büro"]),
        ("Mir war wichtig, dass man es mit einer Hand und kalten Fingern im Treppenhaus bedienen kann.", []),
        ("Danach hat mein Chef gekündigt.", []),
        ("Weil der Vorstand darauf bestanden hat.", []),
        ("Das war uns zu viel.", []),
        ("Das Menü ist im Oktober gekommen.", ["Das Menü ist im Oktober gekommen"]),
        ("Gut war die Bedienung in der Halle.", ["Gut war die Bedienung in der Halle"]),
        ("Und unser Prüfer hat 14.800 Euro angesetzt.", ["unser Prüfer hat 14.800 Euro angesetzt"]),
        ("Ehrlich gesagt, der Preis war zu hoch.", ["der Preis war zu hoch"]),
    ],
)
def test_a_german_quote_is_a_whole_clause(answer: str, expected: list[str]) -> None:
    assert quote_from(answer, "de") == "".join(expected)


def test_a_long_sentence_is_quoted_up_to_where_another_clause_begins() -> None:
    long = (
        "Our log volume went from 400 GB to 2.1 TB a day within a year, and queries over more than a week timed out "
        "because nothing was indexed."
    )
    assert quote_from(long, "en") == "Our log volume went from 400 GB to 2.1 TB a day within a year"


@pytest.mark.parametrize(
    ("quote", "template", "expected"),
    [
        ("the price was too high", "You said “{quote}”. What was behind that?", True),
        ("the price was too high", "On “{quote}”: how did others compare?", True),
        ("the price was too high", "“{quote}”, you said. What was behind that?", True),
        ("the price was too high", "How much did “{quote}” count?", False),
        ("", "You said “{quote}”. What was behind that?", False),
    ],
)
def test_a_quote_does_not_stand_in_the_middle_of_a_question(quote: str, template: str, expected: bool) -> None:
    assert fits(quote, template) is expected


@pytest.mark.parametrize(
    "text", ["two words", "with {quote} in it", "with *markup* in it", "is this one?", "one. And two", "a\u202eb c d"]
)
def test_other_texts_are_no_quotes(text: str) -> None:
    assert not is_quotable(text)
