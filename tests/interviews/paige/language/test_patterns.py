import pytest

from interviews.paige.language import automaton
from interviews.paige.language.automaton import Match, Phrases
from interviews.paige.language.patterns import PatternError, Patterns

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
    matches = Phrases([(Patterns().parse(phrase), "value")]).find(TEXT)
    assert [" ".join(TEXT[match.start : match.end]) for match in matches] == found


@pytest.mark.parametrize("phrase", ["(a|b", "a)", "[a]", "ab*", "***", "?"])
def test_a_malformed_phrase(phrase: str) -> None:
    with pytest.raises(PatternError):
        Phrases([(Patterns().parse(phrase), "value")])


def test_memory_is_bounded_without_an_effect_on_the_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "KEPT_STEPS", 3)
    phrases = Phrases([(Patterns().parse("the ... tool"), 1), (Patterns().parse("trial of"), 2)])
    for _ in range(3):
        assert phrases.find(TEXT) == [Match(2, 8, 1), Match(4, 6, 2)]
        assert len(phrases._states) <= 3 + 2  # two are made before the next look at the limit
