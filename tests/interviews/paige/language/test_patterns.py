import pytest

from interviews.paige.language import automaton
from interviews.paige.language.automaton import Match, PatternAutomaton
from interviews.paige.language.patterns import PatternError, Patterns, whole_words
from interviews.paige.language.words import SpelledText, lower_case, unaccented

TEXT = ["^", "did", "the", "unpriced", "trial", "of", "our", "tool", "help", "^"]


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("trial", ["trial"]),
        ("tri*", ["trial"]),
        ("*priced", ["unpriced"]),
        ("*price*", ["unpriced"]),
        ("(a|the) <1> trial", ["the unpriced trial"]),
        ("trial [of] [our] tool", ["trial of our tool"]),
        ("the ... tool", ["the unpriced trial of our tool"]),
        ("did ... tool", []),
        ("^ did", ["^ did"]),
        ("help ^", ["help ^"]),
        ("(tool|tool help)", ["tool help"]),
    ],
)
def test_a_phrase(phrase: str, found: list[str]) -> None:
    matches = PatternAutomaton([(Patterns().parse(phrase), "value")]).find(TEXT)
    assert [" ".join(TEXT[match.start : match.end]) for match in matches] == found


@pytest.mark.parametrize("phrase", ["(a|b", "a)", "[a]", "ab*", "***", "?"])
def test_a_malformed_phrase(phrase: str) -> None:
    with pytest.raises(PatternError):
        PatternAutomaton([(Patterns().parse(phrase), "value")])


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("(a|an) <thing>", "Is it a robot?", "a robot "),
        ("<thing> ?", "a robot, or a man?", "man ? "),
        ("what ... mean", "What did you really mean?", "what did you really mean "),
        ("robot $", "robot: a robot", "robot "),
        ("*tent*", "It was inconsistent", "inconsistent "),
        ("good|good enough", "good enough for us", "good enough "),
        ("don't", "I DON\u2019T know", "dont "),
        ("go", "gone", ""),
    ],
)
def test_a_regular_expression(pattern: str, text: str, found: str) -> None:
    match = whole_words([pattern], named={"thing": "robot|man"}).search(unaccented(text))
    assert (match[0] if match else "") == found


def test_without_patterns_nothing_is_found() -> None:
    assert whole_words([]).search("a ") is None


def test_the_words_that_a_pattern_has_found_in_the_original_text() -> None:
    text = SpelledText.of("Price? “Don't you” agree", lower_case)
    found = whole_words(["don't you"], lower_case).search(text.plain)
    assert found
    start, end = text.span(found)
    assert text.original[start:end] == "Don't you"


def test_memory_is_bounded_without_an_effect_on_the_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "KEPT_STEPS", 3)
    phrases = PatternAutomaton([(Patterns().parse("the ... tool"), 1), (Patterns().parse("trial of"), 2)])
    for _ in range(3):
        assert phrases.find(TEXT) == [Match(2, 8, 1), Match(4, 6, 2)]
        assert len(phrases._states) <= 3 + 2  # two are made before the next look at the limit


def test_the_german_subjunctive_is_not_the_past_tense() -> None:
    assert unaccented("Würde, wäre, hätte; mächtig, Wärme") == "wuerde waere haette machtig warme "
    assert whole_words(["würde*", "hätten"]).search(unaccented("sie wurden, sie hatten")) is None
    assert whole_words(["merkwürdig*"]).search(unaccented("Das war merkwürdig."))
