"""Every question of the shipped guides is open, neutral, short and unique in its guide."""

import re
from typing import NamedTuple

import pytest

from interviews.paige.guide.guide import FollowUpKind, Guide, Topic, shipped_guide, shipped_guides
from interviews.paige.guide.question_style import MAX_QUESTION_WORDS
from interviews.paige.guide.texts import MAX_QUOTE_WORDS
from interviews.paige.reading.readings import StatementKind
from interviews.paige.turn.statements import Statement
from interviews.paige.turn.threads import MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC


class Words(NamedTuple):
    praise: str
    leading: str
    open: str
    reason: str
    informal: str


WORDS = {
    "en": Words(
        praise=r"\b(great|good|excellent|wonderful|fantastic|amazing|awesome|interesting|impressive|helpful|insightful"
        r"|perfect|love|lovely|thanks?|appreciate|glad|sorry|congratulations)\b",
        leading=r"n't (you|it|they|that)\b|\b(would|do) you agree\b|\bdon't you think\b|\bsurely\b|\bobviously\b"
        r"|\bwhy (did|do) you not\b|\bsuch as\b|\bfor example\b|\bfor instance\b|\be\.g\.|\bis it true\b",
        open=r"\b(what|how|which|where|who|whom)\b",
        reason="I ask ",
        informal=r"\b(hey|gonna|wanna|guys)\b",
    ),
    "de": Words(
        praise=r"\b(toll|super|großartig\w*|hervorragend\w*|interessant\w*|spannend\w*|perfekt\w*|danke|dank|schön"
        r"|freut|leider|glückwunsch)\b",
        leading=r"\bnicht wahr\b|\boder nicht\b|\bstimmen sie\b|\bfinden sie (nicht|auch)\b|\bsicherlich\b"
        r"|\boffensichtlich\b|\bbestimmt\b|\bwarum haben sie nicht\b|\bzum beispiel\b|\bz\.\s?b\.|\betwa\b",
        open=r"\b(was|wie|welche[rsmn]?|wo|wer|wem|wor(an|auf|in)|wo(mit|bei|nach|durch))\b",
        reason="Ich frage das",
        informal=r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b",
    ),
}

NAMES = shipped_guides()
WORDINGS = [
    pytest.param(WORDS[guide.language], wording, id=f"{name}-{topic.key}-{index}")
    for name in NAMES
    for guide in [Guide.from_data(shipped_guide(name))]
    for topic in guide.every_topic
    for index, wording in enumerate(topic.wordings())
    if wording != topic.reason
]
REASONS = [
    pytest.param(WORDS[guide.language], topic.reason, id=f"{name}-{topic.key}")
    for name in NAMES
    for guide in [Guide.from_data(shipped_guide(name))]
    for topic in guide.topics
]


@pytest.mark.parametrize(("words", "wording"), WORDINGS)
def test_a_wording_is_one_short_open_question(words: Words, wording: str) -> None:
    assert wording.count("?") == 1
    assert wording.endswith("?")
    assert len(wording.split()) + MAX_QUOTE_WORDS * wording.count("{quote}") <= MAX_QUESTION_WORDS
    assert found(words.open, wording)


@pytest.mark.parametrize(("words", "reason"), REASONS)
def test_a_reason_is_one_sentence_about_the_interview(words: Words, reason: str) -> None:
    assert reason.startswith(words.reason)
    assert reason.endswith(".")
    assert "?" not in reason


@pytest.mark.parametrize(("words", "wording"), [*WORDINGS, *REASONS])
def test_a_wording_neither_praises_nor_leads_and_is_formal(words: Words, wording: str) -> None:
    assert not found(words.praise, wording)
    assert not found(words.leading, wording)
    assert not found(words.informal, wording)


def found(pattern: str, wording: str) -> bool:
    return re.search(pattern, wording, re.IGNORECASE) is not None


def test_no_wording_occurs_twice_in_a_guide() -> None:
    for name in NAMES:
        guide = Guide.from_data(shipped_guide(name))
        wordings = [
            re.sub(r"\W+", " ", wording).strip().casefold()
            for topic in (*guide.topics, guide.closing)
            for wording in topic.wordings()
        ]
        assert len(set(wordings)) == len(wordings)


TOPICS = [
    pytest.param(topic, id=f"{name}-{topic.key}")
    for name in NAMES
    for topic in Guide.from_data(shipped_guide(name)).topics
]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_asks_for_reasons_consequences_people_and_what_came_next(topic: Topic) -> None:
    kinds = {each.kind for each in topic.follow_ups}
    assert kinds >= {FollowUpKind.REASON, FollowUpKind.CONSEQUENCE, FollowUpKind.COMPARISON, FollowUpKind.PEOPLE}
    assert kinds & {FollowUpKind.NEXT, FollowUpKind.NOW}
    assert topic.rephrasing


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("kind", [kind for kind in StatementKind if kind is not StatementKind.DENIAL])
def test_every_topic_has_four_wordings_for_every_statement_and_two_without_a_quote(
    topic: Topic, kind: StatementKind
) -> None:
    kinds = frozenset().union(*Statement("…", 0, kind=kind).fitting)
    found = [each for each in topic.follow_ups if each.kind in kinds]
    assert sum(each.takes_quote for each in found) >= 3
    assert sum(not each.takes_quote for each in found) >= 2
    assert len(found) >= MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC


def test_the_win_loss_guides_ask_about_the_present() -> None:
    for name in WIN_LOSS:
        topics = Guide.from_data(shipped_guide(name)).topics
        assert FollowUpKind.NOW in {each.kind for topic in topics for each in topic.follow_ups}


WIN_LOSS = ("win_loss_buyer", "win_loss_buyer_de")


@pytest.mark.parametrize("name", WIN_LOSS)
def test_the_default_guide_begins_with_the_buyers_problem_and_ends_with_the_decision(name: str) -> None:
    guide = Guide.from_data(shipped_guide(name))

    keys = ["trigger", "process", "criteria", "options", "vendor", "pricing", "experience", "decision"]
    assert [topic.key for topic in guide.topics] == keys
    assert guide.max_turns == 20


@pytest.mark.parametrize("name", WIN_LOSS)
def test_only_two_topics_of_the_default_guide_name_the_vendor(name: str) -> None:
    guide = Guide.from_data(shipped_guide(name))

    named = [topic.key for topic in guide.topics if any("{vendor}" in wording for wording in topic.wordings())]
    assert named == ["vendor", "experience"]


@pytest.mark.parametrize(
    ("name", "strengths", "weaknesses"),
    [("win_loss_buyer", "strengths", "weaknesses"), ("win_loss_buyer_de", "Stärken", "Schwächen")],
)
def test_strengths_are_asked_before_weaknesses(name: str, strengths: str, weaknesses: str) -> None:
    question = Guide.from_data(shipped_guide(name)).topic("vendor").question
    assert 0 < question.index(strengths) < question.index(weaknesses)


def test_the_german_guide_has_the_structure_of_the_english_one() -> None:
    english, german = (Guide.from_data(shipped_guide(name)) for name in WIN_LOSS)
    for topic, translated in zip(english.topics, german.topics, strict=True):
        assert (topic.key, topic.core) == (translated.key, translated.core)
        kinds = [[(each.kind, each.takes_quote) for each in guide.follow_ups] for guide in (topic, translated)]
        assert kinds[0] == kinds[1]
    assert (german.language, german.max_turns) == ("de", english.max_turns)
