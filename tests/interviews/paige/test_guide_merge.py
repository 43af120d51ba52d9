"""Two edits of one version of a guide become one, field by field."""

from copy import deepcopy
from typing import Any

import pytest

from interviews.paige.guide_merge import merge


def topic(key: str, **texts: Any) -> dict[str, Any]:
    follow_ups = [{"kind": "reason", "text": f"{key} {number}?"} for number in range(2)]
    return {"key": key, "question": f"What of {key}?", "follow_ups": follow_ups, **texts}


def guide(keys: str, version: int = 1, **texts: Any) -> dict[str, Any]:
    return {"name": "A guide", "version": version, "topics": [topic(key) for key in keys], **texts}


def keys(merged: dict[str, Any]) -> str:
    return "".join(each["key"] for each in merged["topics"])


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("abc", "abc", "abc"),
        ("cab", "abc", "cab"),
        ("abc", "cab", "cab"),
        ("cab", "cab", "cab"),
        ("ab", "abc", "ab"),
        ("abc", "bc", "bc"),
        ("ab", "bc", "b"),
        ("abcx", "abc", "abcx"),
        ("abcx", "ayc", "aycx"),
        ("abc", "xabc", "xabc"),
        ("abcx", "abcy", "abcyx"),
        ("cbax", "abyc", "cbyax"),
    ],
)
def test_topics_that_one_of_both_moved_added_or_removed(mine: str, theirs: str, expected: str) -> None:
    merged = merge(guide("abc"), guide(mine), guide(theirs, 2))
    assert (keys(merged.guide), merged.guide["version"], merged.conflicts) == (expected, 2, [])


def test_two_orders_are_a_conflict_and_ones_own_is_kept() -> None:
    merged = merge(guide("abc"), guide("bac"), guide("cab"))
    assert keys(merged.guide) == "bac"
    assert merged.conflicts == [(("topics",), ["c", "a", "b"])]


def test_fields_that_only_one_edited_are_merged() -> None:
    mine, theirs = guide("ab", name="Mine"), guide("ab", 2)
    mine["topics"][0]["question"] = "Mine?"
    mine["topics"][1]["follow_ups"][0]["text"] = "Mine 0?"
    theirs["topics"][0]["follow_ups"].pop()
    theirs["topics"][1]["follow_ups"][1]["kind"] = "instance"
    merged = merge(guide("ab"), mine, theirs)
    assert merged.conflicts == []
    assert merged.guide["name"] == "Mine"
    first, second = merged.guide["topics"]
    assert (first["question"], len(first["follow_ups"])) == ("Mine?", 1)
    assert second["follow_ups"] == [{"kind": "reason", "text": "Mine 0?"}, {"kind": "instance", "text": "b 1?"}]
    assert merged.kept == [("topics", 0, "follow_ups"), ("topics", 1, "follow_ups", 1, "kind")]


def test_objective_phrases_are_merged_by_language() -> None:
    base, mine, theirs = guide("a"), guide("a"), guide("a")
    base["topics"][0]["objective_phrases"] = {"en": ["price"], "de": ["preis"]}
    mine["topics"][0]["objective_phrases"] = {"en": ["price", "cost"], "de": ["preis"]}
    theirs["topics"][0]["objective_phrases"] = {"en": ["price"], "fr": ["prix"]}
    merged = merge(base, mine, theirs)
    assert merged.conflicts == []
    assert merged.guide["topics"][0]["objective_phrases"] == {"en": ["price", "cost"], "fr": ["prix"]}
    for each in (mine, theirs):
        each["topics"][0]["objective_phrases"] = {}
    assert "objective_phrases" not in merge(base, mine, theirs).guide["topics"][0]


def test_a_field_that_both_edited_is_a_conflict_and_ones_own_is_kept() -> None:
    mine, theirs = guide("a", name="Mine"), guide("a", name="Theirs")
    mine["topics"][0]["follow_ups"][1]["text"] = "Mine?"
    theirs["topics"][0]["follow_ups"][1]["text"] = "Theirs?"
    merged = merge(guide("a"), mine, theirs)
    assert merged.guide == mine
    assert merged.conflicts == [(("name",), "Theirs"), (("topics", 0, "follow_ups", 1, "text"), "Theirs?")]
    assert merge(guide("a"), mine, deepcopy(mine)).conflicts == [], "the same edit"


def test_a_topic_that_one_edited_and_the_other_removed_comes_back() -> None:
    edited = guide("ab")
    edited["topics"][1]["question"] = "What then?"
    removed = guide("a")
    for mine, theirs, shown in ((removed, edited, edited["topics"][1]), (edited, removed, None)):
        merged = merge(guide("ab"), mine, theirs)
        assert merged.guide["topics"] == edited["topics"]
        assert merged.conflicts == [(("topics", 1), shown)]
    # The form then shows their version, so that removing the topic again is no conflict.
    assert merge(edited, removed, edited).conflicts == []


def test_without_a_base_every_difference_is_a_conflict() -> None:
    merged = merge({}, guide("ab", name="Mine"), guide("abc", name="Theirs"))
    assert merged.guide["name"] == "Mine"
    assert keys(merged.guide) == "abc"
    assert merged.conflicts == [(("name",), "Theirs")]
