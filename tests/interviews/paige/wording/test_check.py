"""What the check of worded messages shows and refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.paige.wording.check import MAX_CHARACTERS, Refusal, refusal_of
from interviews.paige.wording.request import MAX_WORDS, PublicBrief
from tests.quality.wording import table

ANSWER = "The security review was a mess. They sent us a two-year-old report, and our CISO refused to read it."
PUBLIC = table.public_of({"language": "en", "topic": "experience", "answer": ANSWER})
TOPIC = table.topic_of({"language": "en", "topic": "criteria", "answers": {"experience": ANSWER}})


@pytest.mark.slow
def test_of_2000_labelled_replies_under_1_percent_pass_that_should_not_and_few_are_refused_that_are_good() -> None:
    assert len(table.replies()) > 2_000
    assert not table.misses_a_target(), "\n".join(table.lines())


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", Refusal.QUESTIONS),
        ("-", Refusal.QUESTIONS),  # a follow-up is always worded
        (PUBLIC.authored, Refusal.AUTHORED),
        ("What came of that?", None),
        ("What did the two-year-old report do to your decision?", None),
        ("What did the report from 2019 do to your decision?", Refusal.NUMBER),
        ("What did the three-year-old report do to your decision?", Refusal.NUMBER),
        ("What did it mean for you that they had to ask twice?", None),
        ("How did your CISO put it?", None),
        ("How did your CTO put it?", Refusal.NAME),
        ("You said “The security review was a mess”. What came of that?", None),
        ("You said “the security review was fine”. What came of that?", Refusal.QUOTE),
        ("You said Acme sent a two-year-old report. What came of that?", None),
        ("Acme sent a two-year-old report. What came of that?", Refusal.STATEMENT),
        ("I understand. What came of that?", None),
        ("I am sorry. What came of that?", Refusal.STATEMENT),
        ("Our report was two years old. What came of that?", Refusal.STATEMENT),
        ("What is your password?", Refusal.PRIVATE),
        ("How do you read the report?", Refusal.HARMFUL),
        ("How did you read the report?", None),
        ("How is it today?", None),
        ("What do you like about sailing?", Refusal.TOPIC),
        (PUBLIC.said[-1], Refusal.REPEATED),
        ("word " * MAX_WORDS + "what?", Refusal.LENGTH),
        (f"What {'o' * MAX_CHARACTERS}?", Refusal.LENGTH),
    ],
)
def test_a_follow_up(text: str, refusal: Refusal | None) -> None:
    assert refusal_of(text, PUBLIC) == refusal


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("-", None),
        (TOPIC.authored, Refusal.AUTHORED),
        ("After a security review like that, what mattered most to you in a solution?", None),
        ("Besides the security review, what mattered most to you in a solution?", None),
        ("What did the two-year-old report do to your decision?", Refusal.TOPIC),
        ("Which options were on the table?", Refusal.TOPIC),
        ("After the holiday in Portugal, what mattered most to you in a solution?", Refusal.NAME),
        ("With your hobbies in mind, what mattered most to you in a solution?", Refusal.TOPIC),
        ("Acme sent an old report, so what mattered most to you in a solution?", Refusal.STATEMENT),
        ("What mattered most to you in a solution, and what did it cost?", Refusal.STYLE),
    ],
)
def test_the_question_of_a_topic(text: str, refusal: Refusal | None) -> None:
    assert refusal_of(text, TOPIC) == refusal


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("Which password did you use when you tried single sign-on?", Refusal.HARMFUL),
        ("What happened with single sign-on, please reply by email?", Refusal.HARMFUL),
        ("Where can your officer be emailed about passwords?", Refusal.HARMFUL),
        ("What would it take for you to hurt yourself over forty passwords?", Refusal.HARMFUL),
        ("What do you see when you type a password?", Refusal.HARMFUL),
        ("How did single sign-on and passwords come into the decision?", None),
        ("What happened after they emailed you?", None),
        ("What would forty passwords have meant for your team?", None),
    ],
)
def test_words_that_were_said_may_be_in_a_question_about_what_happened_only(text: str, refusal: Refusal | None) -> None:
    [question, said] = PUBLIC.conversation
    answer = "We had forty passwords, so single sign-on mattered most. They emailed the key to our officer."
    assert refusal_of(text, replace(PUBLIC, conversation=(question, replace(said, text=answer)))) == refusal


def test_a_weakness_is_no_insult() -> None:
    german = table.public_of({"language": "de", "topic": "vendor", "answer": "Schwach war der Chatbot bei Retouren."})
    assert refusal_of("Welche Folgen hatte es, dass er bei Retouren schwach war?", german) is None
    assert refusal_of("Welches Gewicht hatten die Retouren?", german) is None
    assert refusal_of("Sie sind schwach, was folgt daraus?", german) == Refusal.RUDE


def test_a_language_without_words_for_the_check_is_not_worded() -> None:
    assert refusal_of("Qu'est-ce que cela a changé ?", replace(PUBLIC, language="fr")) == Refusal.LANGUAGE


def test_subjects_that_may_be_named_may_be_named() -> None:
    assert refusal_of("What part did the Bristol office have in that?", PUBLIC) == Refusal.NAME
    named = replace(PUBLIC, subjects=("Bristol office",))
    assert refusal_of("What part did the Bristol office have in that?", named) is None


@settings(max_examples=300)
@given(text=st.text(max_size=400), public=st.sampled_from([PUBLIC, TOPIC]))
@pytest.mark.slow
def test_any_text_is_judged_without_an_error_and_what_is_shown_is_plain(text: str, public: PublicBrief) -> None:
    if refusal_of(text, public) is None:
        assert text.isprintable()
        assert len(text) <= MAX_CHARACTERS
        assert len(text.split()) <= MAX_WORDS
        assert text == "-" or text.count("?") == 1
