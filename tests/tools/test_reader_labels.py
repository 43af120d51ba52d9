"""Each label is a value that tools/reader/labels/README.md names, and no text stands twice."""

from collections import Counter

from tools.reader.labels import (
    ACTS,
    BUYER,
    EDITED,
    HELD_BACK,
    KINDS,
    SPEAKS,
    Interview,
    Objective,
    guides,
    interviews,
    objectives,
    rows,
)
from tools.reader.measures import guide_of

MIN_WORDS_OF_A_UNIQUE_CLAUSE = 5


def test_topics_of_objectives_are_of_their_guide_and_subjects_of_their_text() -> None:
    for each in objectives():
        keys = {topic.key for topic in guide_of(each.guide).topics}
        labels = (*each.asked, *each.optional, *each.avoided, *each.optional_avoided)
        assert {*labels} <= keys, each
        assert len({*labels}) == len(labels), each
        assert all(subject in each.text for subject in each.subjects or ()), each


def test_the_labelled_buyer_guide_is_the_shipped_one() -> None:
    keys = [topic.key for topic in guide_of(BUYER).topics]
    names = [name for name in guides() if name.startswith(BUYER)]
    assert EDITED in names
    assert all([topic.key for topic in guides()[name].topics] == keys for name in names)


def test_clauses_have_known_labels() -> None:
    for interview in interviews():
        keys = {topic.key for topic in guides()[interview.guide].topics}
        about = {"", "vendor", "nothing", "self", *interview.competitors}
        for answer in interview.answers:
            assert answer.asked in keys, answer
            for start, clause in zip(answer.starts, answer.clauses, strict=True):
                assert answer.text.startswith(clause.text, start)
                assert {*clause.topics} <= keys, clause
                assert (clause.kind in KINDS, clause.speaks in SPEAKS, clause.act in ACTS) == (True, True, True), clause
                assert clause.about in about, clause


def test_no_text_stands_twice() -> None:
    clauses = [clause.text for each in interviews() for answer in each.answers for clause in answer.clauses]
    long = [text for text in clauses if len(text.split()) >= MIN_WORDS_OF_A_UNIQUE_CLAUSE]
    lists = ([row["text"] for row in rows(name)] for name in ("sentences.tsv", "neutral.tsv"))
    for texts in ([f"{each.guide} {each.text.casefold()}" for each in objectives()], long, *lists):
        assert [text for text, number in Counter(texts).items() if number > 1] == []


def test_each_line_has_one_use() -> None:
    """Training, development, the natural mix or held back: none is empty, and none shares a line."""
    labelled: tuple[Interview | Objective, ...] = (*interviews(), *objectives())
    for each in labelled:
        mix = isinstance(each, Objective) and each.is_of_natural_mix
        assert [each.is_held_back, each.is_for_development, each.is_for_training, mix].count(True) == 1, each
    for lines in (interviews(), objectives()):
        assert all(any(getattr(each, f"is_{use}") for each in lines) for use in ("for_training", "for_development"))
        assert 0 < sum(each.is_held_back for each in lines) < len(lines) / 2
    assert {each.author for each in objectives() if each.is_held_back} <= HELD_BACK
