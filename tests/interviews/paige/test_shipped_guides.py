"""Every question of the shipped guides is open, neutral, short and unique in its guide."""

import re

import pytest

from interviews.paige.guide import GUIDES, Guide, ProbeOrder, shipped_guide
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS

NAMES = sorted(path.stem for path in GUIDES.glob("*.json"))
WORDINGS = [
    pytest.param(wording, id=f"{name}-{topic.key}-{index}")
    for name in NAMES
    for guide in [Guide.from_data(shipped_guide(name))]
    for topic in (*guide.topics, guide.closing)
    for index, wording in enumerate(topic.wordings())
]

PRAISE = re.compile(
    r"\b(great|good|excellent|wonderful|fantastic|amazing|awesome|interesting|impressive|helpful|insightful"
    r"|perfect|love|lovely|thanks?|appreciate|glad|sorry|congratulations)\b",
    re.IGNORECASE,
)
LEADING = re.compile(
    r"n't (you|it|they|that)\b|\b(would|do) you agree\b|\bdon't you think\b|\bsurely\b|\bobviously\b"
    r"|\bwhy (did|do) you not\b|\bsuch as\b|\bfor example\b|\bfor instance\b|\be\.g\.|\bbecause\b|\bis it true\b",
    re.IGNORECASE,
)
OPEN = re.compile(r"\b(what|how|which|where|who)\b", re.IGNORECASE)


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_wording_is_one_short_open_question(wording: str) -> None:
    assert wording.count("?") == 1
    assert wording.endswith("?")
    assert len(wording.split()) <= MAX_QUESTION_WORDS
    assert OPEN.search(wording)


@pytest.mark.parametrize("wording", WORDINGS)
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


def test_every_topic_has_four_probes_in_order() -> None:
    for name in NAMES:
        for topic in Guide.from_data(shipped_guide(name)).topics:
            assert [probe.order for probe in topic.probes] == list(ProbeOrder)


def test_the_default_guide_begins_with_the_buyers_problem_and_ends_with_the_decision() -> None:
    guide = Guide.from_data(shipped_guide("win_loss_buyer"))

    keys = ["trigger", "process", "criteria", "options", "vendor", "pricing", "experience", "decision"]
    assert [topic.key for topic in guide.topics] == keys
    assert guide.max_turns == 12


def test_only_two_topics_of_the_default_guide_name_the_vendor() -> None:
    guide = Guide.from_data(shipped_guide("win_loss_buyer"))

    named = [topic.key for topic in guide.topics if any("{vendor}" in wording for wording in topic.wordings())]
    assert named == ["vendor", "experience"]


def test_strengths_are_asked_before_weaknesses() -> None:
    question = Guide.from_data(shipped_guide("win_loss_buyer")).topic("vendor").question
    assert 0 < question.index("strengths") < question.index("weaknesses")
