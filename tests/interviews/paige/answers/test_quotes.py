"""Which words of an answer stand in a question. The first clauses were quoted badly in real dialogues."""

import pytest

from interviews.paige.turn.statements import fits, is_quotable, quote_from


@pytest.mark.parametrize(
    ("language", "answer", "quote"),
    [
        ("en", "The delay cost us 400,000 dollars.", "The delay cost us 400,000 dollars"),  # cut in a number
        ("en", "We went from 2.1 to 3.4 TB.", "We went from 2.1 to 3.4 TB"),  # cut in a number
        ("en", "It had fourteen phases, one for each house.", ""),  # a pronoun without its noun
        ("en", "He's the one who has to use it.", ""),  # a pronoun without its noun
        ("en", "Because the board insisted on it.", ""),  # a conjunction
        ("en", "Or rather the import of old data.", ""),  # a conjunction
        ("en", "But our owners noticed it.", "our owners noticed it"),  # a conjunction
        ("en", "Honestly, our owners noticed it.", "our owners noticed it"),  # a remark
        ("en", "Over a weekend.", ""),  # a fragment
        (  # a clause within it
            "en",
            "With a screen that you could set to large, I believe we would have had a tie and I would have voted "
            "for it.",
            "",
        ),
        ("en", "When we pulled a disk out.", ""),  # a fragment
        ("en", 'The form came back with "see paper" in 40 rows.', ""),  # a quotation
        ("en", "We have between 400 and 500 users in each of the nine countries where we sell tools.", ""),  # a range
        ("de", "Unterschrieben hab ich am 9. Mai im Büro.", "Unterschrieben hab ich am 9. Mai im Büro"),
        ("de", "Mir war wichtig, dass man es mit einer Hand und kalten Fingern im Treppenhaus bedienen kann.", ""),
        ("de", "Danach hat mein Chef gekündigt.", ""),
        ("de", "Weil der Vorstand darauf bestanden hat.", ""),
        ("de", "Das war uns zu viel.", ""),
        ("de", "Das Menü ist im Oktober gekommen.", "Das Menü ist im Oktober gekommen"),
        ("de", "Gut war die Bedienung in der Halle.", "Gut war die Bedienung in der Halle"),
        ("de", "Und unser Prüfer hat 14.800 Euro angesetzt.", "unser Prüfer hat 14.800 Euro angesetzt"),
        ("de", "Ehrlich gesagt, der Preis war zu hoch.", "der Preis war zu hoch"),
    ],
)
def test_a_quote_is_a_whole_clause(language: str, answer: str, quote: str) -> None:
    assert quote_from(answer, language) == quote


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
