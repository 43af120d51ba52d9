"""The shipped guides can follow up on every statement. test_question_style.py checks their questions."""

import pytest

from interviews.paige.guide.guide import FollowUpKind, Guide, Topic, shipped_guide, shipped_guides
from interviews.paige.reading.readings import StatementKind
from interviews.paige.turn.dialogue_state import MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC
from interviews.paige.turn.statements import Statement

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
