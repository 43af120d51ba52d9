"""Every question of the shipped guides is open, neutral, short and unique in its guide."""

import re

import pytest

from interviews.paige.guide import GUIDES, Guide, Kind, shipped_guide
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS, MAX_QUOTE_WORDS

NAMES = sorted(path.stem for path in GUIDES.glob("*.json"))
WORDINGS = [
    pytest.param(wording, id=f"{name}-{topic.key}-{index}")
    for name in NAMES
    for guide in [Guide.from_data(shipped_guide(name))]
    for topic in guide.every_topic
    for index, wording in enumerate(topic.wordings())
    if wording != topic.reason
]
REASONS = [
    pytest.param(topic.reason, id=f"{name}-{topic.key}")
    for name in NAMES
    for topic in Guide.from_data(shipped_guide(name)).topics
]

PRAISE = re.compile(
    r"\b(great|good|excellent|wonderful|fantastic|amazing|awesome|interesting|impressive|helpful|insightful"
    r"|perfect|love|lovely|thanks?|appreciate|glad|sorry|congratulations)\b",
    re.IGNORECASE,
)
LEADING = re.compile(
    r"n't (you|it|they|that)\b|\b(would|do) you agree\b|\bdon't you think\b|\bsurely\b|\bobviously\b"
    r"|\bwhy (did|do) you not\b|\bsuch as\b|\bfor example\b|\bfor instance\b|\be\.g\.|\bis it true\b",
    re.IGNORECASE,
)
OPEN = re.compile(r"\b(what|how|which|where|who)\b", re.IGNORECASE)


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_wording_is_one_short_open_question(wording: str) -> None:
    assert wording.count("?") == 1
    assert wording.endswith("?")
    assert len(wording.split()) + MAX_QUOTE_WORDS * wording.count("{quote}") <= MAX_QUESTION_WORDS
    assert OPEN.search(wording)


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_one_sentence_about_the_interview(reason: str) -> None:
    assert reason.startswith("I ask ")
    assert reason.endswith(".")
    assert "?" not in reason


@pytest.mark.parametrize("wording", [*WORDINGS, *REASONS])
def test_a_wording_neither_praises_nor_leads(wording: str) -> None:
    assert not PRAISE.search(wording)
    assert not LEADING.search(wording)


def test_no_wording_occurs_twice_in_a_guide() -> None:
    for name in NAMES:
        guide = Guide.from_data(shipped_guide(name))
        wordings = [
            re.sub(r"\W+", " ", wording).strip().casefold()
            for topic in (*guide.topics, guide.closing)
            for wording in topic.wordings()
        ]
        assert len(set(wordings)) == len(wordings)


def test_every_topic_has_four_to_eight_follow_ups_of_every_kind_and_some_quote() -> None:
    for name in NAMES:
        for topic in Guide.from_data(shipped_guide(name)).topics:
            assert 4 <= len(topic.follow_ups) <= 8
            assert {each.kind for each in topic.follow_ups} == set(Kind)
            assert sum(each.takes_quote for each in topic.follow_ups) >= 2
            assert topic.rephrasing


def test_the_default_guide_begins_with_the_buyers_problem_and_ends_with_the_decision() -> None:
    guide = Guide.from_data(shipped_guide("win_loss_buyer"))

    keys = ["trigger", "process", "criteria", "options", "vendor", "pricing", "experience", "decision"]
    assert [topic.key for topic in guide.topics] == keys
    assert guide.max_turns == 14


def test_only_two_topics_of_the_default_guide_name_the_vendor() -> None:
    guide = Guide.from_data(shipped_guide("win_loss_buyer"))

    named = [topic.key for topic in guide.topics if any("{vendor}" in wording for wording in topic.wordings())]
    assert named == ["vendor", "experience"]


def test_strengths_are_asked_before_weaknesses() -> None:
    question = Guide.from_data(shipped_guide("win_loss_buyer")).topic("vendor").question
    assert 0 < question.index("strengths") < question.index("weaknesses")
