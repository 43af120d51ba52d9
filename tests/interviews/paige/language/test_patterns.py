import pytest

from interviews.paige.language.patterns import whole_words
from interviews.paige.language.words import SpelledText, lower_case


@pytest.mark.parametrize("pattern", ["(a|b", "a)", "(a]"])
def test_a_missing_bracket(pattern: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        whole_words([pattern])


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("(a|an) <thing>", "Is it a robot?", "a robot "),
        ("<thing> ?", "a robot, or a man?", "man ? "),
        ("what ... mean", "What did you really mean?", "what did you really mean "),
        ("[very] good", "It is good", "good "),
        ("*tent*", "It was inconsistent", "inconsistent "),
        ("good|good enough", "good enough for us", "good enough "),
        ("don't", "I DON\u2019T know", "don t "),
        ("go", "gone", ""),
    ],
)
def test_a_regular_expression(pattern: str, text: str, found: str) -> None:
    match = whole_words([pattern], named={"thing": "robot|man"}).search(lower_case(text))
    assert (match[0] if match else "") == found


def test_the_words_that_a_pattern_has_found_in_the_original_text() -> None:
    text = "Price? “Don't you” agree"
    spelled = SpelledText.of(text, lower_case)
    found = whole_words(["don't you"]).search(spelled.plain)
    assert found
    assert text[slice(*spelled.span(found))] == "Don't you"
