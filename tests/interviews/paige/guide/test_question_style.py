"""Questions that make poor interviews get a warning. The shipped guides have none, and can follow up on all answers."""

import pytest

from interviews.paige.guide.guide import FollowUpKind, Guide, Topic, shipped_guide, shipped_guides
from interviews.paige.guide.question_style import MAX_QUESTION_WORDS, guide_warnings, style_warnings
from interviews.paige.guide.rules import Remark
from interviews.paige.language import languages_with
from interviews.paige.reading.readings import StatementKind
from interviews.paige.turn.dialogue_state import MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC
from interviews.paige.turn.statements import Statement

LANGUAGES = languages_with("question_style")


def kinds(text: str, language: str) -> list[str]:
    return [warning.partition(" question:")[0] for warning in style_warnings(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "What set off your search?", []),
        ("en", "What, if anything, did I leave out?", []),
        ("en", "How, if at all, did price come into it?", []),
        ("en", "Which of them was the right vendor?", []),
        ("en", "You said “{quote}”. What led to that?", []),
        ("en", "Did you like it?", ["Closed"]),
        ("en", "When the price came up, did you hesitate?", ["Closed"]),
        ("en", "You said “{quote}”. Was that a surprise?", ["Closed"]),
        ("en", "Thinking of the price: was it a surprise?", ["Closed"]),
        ("en", "Don't you think that it was expensive?", ["Leading"]),
        ("en", "What made it, of course, expensive?", ["Leading"]),
        ("en", "The price was high, right?", ["Leading"]),
        ("en", "How did you decide and why did you wait?", ["Double"]),
        ("en", "How did you decide? Why did you wait?", ["Double"]),
        ("en", "Did you decide, and why?", ["Closed", "Double"]),
        ("de", "Was hat Ihre Suche ausgelöst?", []),
        ("de", "Welche Rolle, wenn überhaupt, haben die Kosten gespielt?", []),
        ("de", "Haben Sie verglichen?", ["Closed"]),
        ("de", "Als der Preis zur Sprache kam, waren Sie überrascht?", ["Closed"]),
        ("de", "Finden Sie nicht, dass es teuer war?", ["Leading"]),
        ("de", "Was war es, und wie kam es dazu?", ["Double"]),
        ("fr", "Qu'est-ce qui a compté ?", []),
        ("fr", "Avez-vous comparé ?", ["Closed"]),
        ("fr", "C'était cher, n'est-ce pas ?", ["Leading"]),
        ("fr", "Comment avez-vous choisi, et pourquoi ?", ["Double"]),
        ("es", "¿Qué fue lo más importante?", []),
        ("es", "¿Hay algo más?", ["Closed"]),
        ("es", "Era caro, ¿verdad?", ["Leading"]),
        ("xx", "Did you like it?", []),
        ("../en", "Did you like it?", []),
    ],
)
def test_the_kinds_of_poor_questions(language: str, text: str, expected: list[str]) -> None:
    assert kinds(text, language) == expected


@pytest.mark.parametrize("language", ["en", "xx"])
def test_long_questions_in_any_language(language: str) -> None:
    longest = "what " * (MAX_QUESTION_WORDS - 1) + "then?"
    assert kinds(longest, language) == []
    assert list(style_warnings(f"what {longest}", language)) == ["Long question: 46 words. Use at most 45."]
    assert kinds(longest.replace("then", "“{quote}”"), language) == ["Long"], "a quote has up to 15 words"


def test_a_warning_has_the_path_of_its_text() -> None:
    follow_ups = [{"kind": "reason", "text": "Why?"}, {"kind": "reason", "text": "Is that all?"}, "no object"]
    topic = {"question": "What?", "rephrasing": "", "reason": "Is that a question?", "follow_ups": follow_ups}
    [warning] = guide_warnings({"language": "en", "topics": [topic], "closing_question": 7})
    assert warning.path == ("topics", 0, "follow_ups", 1, "text")
    assert warning.in_words.startswith("Topic 1, follow-up 2: Closed question: “Is”")
    assert Remark(("closing_question",), "No.").in_words == "Closing question: No."
    assert Remark(("topics", 1, "siblings", 3), "No.").in_words == "Topic 2, same topic 4: No."


@pytest.mark.parametrize("name", shipped_guides())
def test_shipped_guides_have_no_poor_question(name: str) -> None:
    assert guide_warnings(shipped_guide(name)) == []


TOPICS = [
    pytest.param(topic, id=f"{name}-{topic.key}")
    for name in shipped_guides()
    for topic in Guide.from_data(shipped_guide(name)).topics
]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_four_wordings_for_every_statement_and_two_without_a_quote(topic: Topic) -> None:
    kinds = {each.kind for each in topic.follow_ups}
    assert kinds >= {FollowUpKind.REASON, FollowUpKind.CONSEQUENCE, FollowUpKind.COMPARISON, FollowUpKind.PEOPLE}
    assert topic.rephrasing
    assert topic.reason
    for kind in set(StatementKind) - {StatementKind.DENIAL}:
        fitting = frozenset().union(*Statement("…", 0, kind=kind).fitting)
        found = [each for each in topic.follow_ups if each.kind in fitting]
        assert sum(each.takes_quote for each in found) >= 3
        assert sum(not each.takes_quote for each in found) >= 2
        assert len(found) >= MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC


def test_the_german_guide_has_the_structure_of_the_english_one() -> None:
    english, german = (Guide.from_data(shipped_guide(name)) for name in ("win_loss_buyer", "win_loss_buyer_de"))
    for topic, translated in zip(english.topics, german.topics, strict=True):
        assert (topic.key, topic.core) == (translated.key, translated.core)
        kinds = [[(each.kind, each.takes_quote) for each in guide.follow_ups] for guide in (topic, translated)]
        assert kinds[0] == kinds[1]
    assert (german.language, german.max_turns) == ("de", english.max_turns)
