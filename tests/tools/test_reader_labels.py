"""Each label is a value that tools/reader/labels/README.md names, and no text stands twice."""

from collections import Counter

from tools.reader.labels import ACTS, HELD_BACK, KINDS, SPEAKS, guides, interviews, objectives

MIN_WORDS_OF_A_UNIQUE_CLAUSE = 5


def test_topics_of_objectives_are_of_their_guide_and_subjects_of_their_text() -> None:
    for each in objectives():
        keys = {topic.key for topic in guides()[each.guide].topics}
        assert {*each.asked, *each.avoided} <= keys, each
        assert not {*each.asked} & {*each.avoided}, each
        assert all(subject in each.text for subject in each.subjects), each


def test_clauses_have_known_labels() -> None:
    for interview in interviews():
        keys = {topic.key for topic in guides()[interview.guide].topics}
        about = {"", "vendor", "nothing", "self", *interview.competitors}
        for answer in interview.answers:
            assert answer.asked in keys, answer
            for clause in answer.clauses:
                assert {*clause.topics} <= keys, clause
                assert (clause.kind in KINDS, clause.speaks in SPEAKS, clause.act in ACTS) == (True, True, True), clause
                assert clause.about in about, clause


def test_no_text_stands_twice() -> None:
    clauses = [clause.text for each in interviews() for answer in each.answers for clause in answer.clauses]
    long = [text for text in clauses if len(text.split()) >= MIN_WORDS_OF_A_UNIQUE_CLAUSE]
    for texts in (long, [each.text for each in objectives()]):
        assert [text for text, number in Counter(texts).items() if number > 1] == []


def test_held_back_authors_have_lines() -> None:
    assert HELD_BACK
    for labelled in (interviews(), objectives()):
        held_back = [each for each in labelled if each.is_held_back]
        assert 0 < len(held_back) < len(labelled) / 2
