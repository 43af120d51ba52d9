"""What the check of worded messages shows and refuses."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.paige.guide.texts import FollowUpKind
from interviews.paige.wording.check import MAX_CHARACTERS, MAX_WORDS, Refusal, refusal_of
from interviews.paige.wording.public_brief import GAP, PublicBrief, Task
from tests.quality.wording import table

ANSWER = "The security review was a mess. They sent us a two-year-old report, and our CISO refused to read it."
PUBLIC = table.public_of({"language": "en", "topic": "experience", "answer": ANSWER})
BRIDGE = replace(PUBLIC, task=Task.BRIDGE, authored=f"That gives me a picture of {GAP}.")


@pytest.mark.slow
def test_of_2000_labelled_replies_under_1_percent_pass_that_should_not_and_few_are_refused_that_are_good() -> None:
    assert len(table.replies()) > 2_000
    assert not table.misses_a_target(), "\n".join(table.lines())


@pytest.mark.slow
def test_almost_all_bad_replies_are_refused_for_a_reason_and_not_by_chance() -> None:
    labels = {
        "form": {Refusal.FORM},
        "length": {Refusal.LENGTH},
        "name": {Refusal.NAME, Refusal.STATEMENT},
        "number": {Refusal.NUMBER},
        "quote": {Refusal.QUOTE},
        "repeated": {Refusal.REPEATED, Refusal.STATEMENT},
    }
    for reply in table.replies_to(Task.FOLLOW_UP):
        if expected := labels.get(reply.label):
            assert reply.refusal in expected | {Refusal.QUESTIONS, Refusal.LANGUAGE}, reply.text


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", Refusal.QUESTIONS),
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
        ("What do you like about sailing?", Refusal.TOPIC),
        (PUBLIC.said[-1], Refusal.REPEATED),
        ("word " * MAX_WORDS + "what?", Refusal.LENGTH),
        (f"What {'o' * MAX_CHARACTERS}?", Refusal.LENGTH),
    ],
)
def test_a_follow_up(text: str, refusal: Refusal | None) -> None:
    assert refusal_of(text, PUBLIC) == refusal


def test_what_was_answered_or_asked_about_the_statement_is_not_asked() -> None:
    known = replace(PUBLIC, known=frozenset({FollowUpKind.REASON}), asks_for=FollowUpKind.CONSEQUENCE)
    assert refusal_of("Why was the security review a mess?", known) == Refusal.ANSWERED
    assert refusal_of("What did the mess lead to?", known) is None
    assert refusal_of("Why was the security review a mess?", replace(known, known=frozenset())) is None


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("the security review", None),
        ("the two-year-old report", None),
        ("the report and your CISO", None),
        ("the reports", None),
        ("your CISO's refusal", None),
        ("a mess", None),
        ("the review was a mess", Refusal.THING),
        ("the second report", Refusal.THING),
        ("every report", Refusal.THING),
        ("the security report", Refusal.THING),
        ("the review", None),
        ("the review of the report", Refusal.THING),
        ("the report that your CISO read", Refusal.THING),
        ("our security review", Refusal.THING),
        ("the support team", Refusal.THING),
        ("the three-year-old report", Refusal.NUMBER),
        ("your CTO", Refusal.THING),
        ("it", Refusal.THING),
        ("", Refusal.THING),
        ("the security review.", Refusal.THING),
        ("the security review, then", Refusal.THING),
        ("the **security review**", Refusal.FORM),
        ("your password", Refusal.PRIVATE),
        ("the stupid report", Refusal.RUDE),
        ("the objective", Refusal.REQUEST),
        ("the report " * 5, Refusal.LENGTH),
    ],
)
def test_the_gap_of_a_bridge_has_one_thing_in_the_words_of_the_contact(text: str, refusal: Refusal | None) -> None:
    assert refusal_of(text, BRIDGE) == refusal


def answered_with(answer: str, public: PublicBrief = PUBLIC) -> PublicBrief:
    [question, _] = public.conversation
    return replace(public, conversation=(question, replace(public.conversation[1], text=answer)))


def test_what_a_contact_denies_is_not_named_as_if_they_had_said_it() -> None:
    bridge = answered_with("The integration with SAP never worked in the trial.", BRIDGE)
    assert refusal_of("the SAP integration", bridge) is None
    assert refusal_of("the SAP integration in the trial", bridge) is None
    assert refusal_of("the working SAP integration", bridge) == Refusal.THING
    assert refusal_of("the working integration in the trial", bridge) == Refusal.THING


def test_a_thing_may_have_a_hyphen_and_begin_with_that() -> None:
    answer = "Single sign-on was only in the large plan, and the back-test on last year's data failed in the old tool."
    bridge = answered_with(answer, BRIDGE)
    for thing in ("single sign-on", "single sign-on in the large plan", "the back-test on the data", "that old tool"):
        assert refusal_of(thing, bridge) is None
    assert refusal_of("on", bridge) == Refusal.THING
    assert refusal_of("-", bridge) is None
    assert refusal_of("-", PUBLIC) is not None


def test_a_weakness_is_no_insult() -> None:
    german = table.public_of({"language": "de", "topic": "vendor", "answer": "Schwach war der Chatbot bei Retouren."})
    assert refusal_of("Welche Folgen hatte es, dass er bei Retouren schwach war?", german) is None
    assert refusal_of("Welches Gewicht hatten die Retouren?", german) is None
    assert refusal_of("Sie sind schwach, was folgt daraus?", german) == Refusal.RUDE


def test_an_answer_in_another_language_gives_no_words_to_a_bridge() -> None:
    bridge = answered_with("Die Sicherheitsprüfung war ein Chaos, und der Bericht war schon zwei Jahre alt.", BRIDGE)
    assert refusal_of("Sicherheitsprüfung", bridge) == Refusal.THING


@pytest.mark.parametrize(
    ("answer", "text", "refusal"),
    [
        ("We looked at you, Globex and a spreadsheet.", "How did the three compare?", None),
        ("We looked at you, Globex, and a spreadsheet.", "How did the three compare?", None),
        ("We looked at you, Globex and a spreadsheet.", "How did the four compare?", Refusal.NUMBER),
        ("We looked at you, Globex, Initech and a spreadsheet.", "How did the four compare?", None),
        ("We looked at you and Globex. And a spreadsheet.", "How did the three compare?", Refusal.NUMBER),
        ("We looked at you, Globex and a spreadsheet.", "What did the three thousand users say?", Refusal.NUMBER),
    ],
)
def test_the_length_of_a_list_may_be_named(answer: str, text: str, refusal: Refusal | None) -> None:
    assert refusal_of(text, answered_with(answer)) == refusal


def test_a_language_without_words_for_the_check_is_not_worded() -> None:
    assert refusal_of("Qu'est-ce que cela a changé ?", replace(PUBLIC, language="fr")) == Refusal.LANGUAGE


def test_subjects_that_may_be_named_may_be_named() -> None:
    assert refusal_of("What part did the Bristol office have in that?", PUBLIC) == Refusal.NAME
    named = replace(PUBLIC, subjects=("Bristol office",))
    assert refusal_of("What part did the Bristol office have in that?", named) is None


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(text=st.text(max_size=400), public=st.sampled_from([PUBLIC, BRIDGE]))
@pytest.mark.slow
def test_any_text_is_judged_without_an_error_and_what_is_shown_is_plain(text: str, public: PublicBrief) -> None:
    if refusal_of(text, public) is None:
        assert text.isprintable()
        assert len(text) <= MAX_CHARACTERS
        assert len(text.split()) <= MAX_WORDS
        assert text.count("?") == (public.task is Task.FOLLOW_UP)
