"""Paige takes the contact's own words seriously: repetitions, complaints, questions back, and wishes to stop."""

import itertools
from dataclasses import replace

import pytest

from interviews.lifecycle import Direction, Move
from interviews.paige.dialogue import Utterance, render_transcript
from interviews.paige.engines import RulesEngine
from interviews.paige.findings import findings_of
from interviews.paige.language import phrases
from interviews.paige.reading.readings import Act, Clause
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import closing_reply, next_message
from tests.interviews.paige.interviews import after, buyer_brief, conduct, paige
from tests.interviews.paige.readings import (
    AGAINST,
    ARE_YOU_A_BOT,
    AS_I_SAID,
    DELETION,
    DENIAL,
    EVENT,
    FACT,
    GO_ON,
    HOW_LONG,
    JUDGEMENT,
    NO_IDEA,
    STOP,
    WHAT_DO_YOU_MEAN,
    WHO_READS,
    WHY_DO_YOU_ASK,
    Answer,
    does,
    spoken,
    states,
)

GERMAN = "win_loss_buyer_de"
both_languages = pytest.mark.parametrize(("guide", "language"), [("win_loss_buyer", "en"), (GERMAN, "de")])
COMPLETE = spoken(
    states("One day the board stopped a release because nobody trusted the weekly numbers, so we had to move.", EVENT)
)
SLOW = spoken(states("It was slow.", JUDGEMENT))
GREW = spoken(states("It grew.", EVENT))
NUMBERS = states("Nobody trusted the weekly numbers.", JUDGEMENT)
REPORT = spoken(states("The weekly report was wrong.", JUDGEMENT))
PRICE = states("It was the price.", JUDGEMENT, "pricing")
HAVE_TO_GO = does(Act.WANTS_TO_STOP, "I have to go now.")


def next_to(brief: Brief) -> Utterance:
    message = next_message(brief, RulesEngine())
    assert message
    return message.utterance


def says(message: Utterance, name: str, language: str = "en") -> bool:
    return any(text in message.text for text in phrases(language)[name])


def key_answers(brief: Brief) -> list[list[str]]:
    found = findings_of(brief, render_transcript(brief.conversation, "Jane"))["key_answers"]
    return [each["excerpts"] for each in found]


class TestWishesAndQuestions:
    @pytest.mark.parametrize(
        ("wish", "reply"),
        [
            (does(Act.WANTS_LANGUAGE, "Could we continue in English please?"), "in one language only"),
            (does(Act.WANTS_DELETION, "Please delete my data."), "I have noted that you want your data deleted"),
            (does(Act.WANTS_A_PERSON, "Can a person call me?"), "I have noted that you want to speak with a person"),
            (does(Act.ASKS_WHO_READS, "Will my boss see this?"), "The people at Acme read your answers"),
        ],
    )
    def test_one_beside_an_answer_is_replied_to_and_the_answer_is_taken_up(self, wish: Clause, reply: str) -> None:
        answer = states("We missed two audits because nobody could find the documents.", EVENT)
        brief = after(buyer_brief(), spoken(answer, wish))
        message = next_to(brief)
        assert (message.move, message.topic) == (Move.FOLLOW_UP, "trigger")
        assert reply in message.text
        assert key_answers(brief) == [[answer.text]]
        brief = after(buyer_brief(), spoken(wish))
        only = next_to(brief)
        assert (only.move, only.topic, reply in only.text) == (Move.REPEAT, "trigger", True)
        assert key_answers(brief) == []

    def test_nothing_is_quoted_beside_a_wish_for_deletion(self) -> None:
        message = next_to(after(buyer_brief(), spoken(NUMBERS, does(Act.WANTS_DELETION, "Please delete that."))))
        assert (message.move, "“" in message.text) == (Move.FOLLOW_UP, False)

    @pytest.mark.parametrize(
        ("last", "reply"),
        [
            (
                spoken(PRICE, does(Act.WANTS_A_PERSON, "Can a person call me?")),
                "you want to speak with a person. You can reach",
            ),
            (DELETION, "I have noted that you want your data deleted"),
            (spoken(does(Act.ASKS_ABOUT_AI, "Nothing else. Are you a bot?")), "not a person"),
            (spoken(states("No, that is all.", DENIAL)), ""),
            (spoken(HAVE_TO_GO), ""),
        ],
    )
    def test_the_last_answer_is_replied_to_at_the_end(self, last: Answer, reply: str) -> None:
        text = closing_reply(after(buyer_brief(), SLOW, last))
        assert (reply in text, bool(text)) == (True, bool(reply))


class TestRepetitions:
    def test_something_new_beside_as_i_said_is_taken_up(self) -> None:
        new = states("the warehouse had stopped trusting the counts.", EVENT)
        message = next_to(after(buyer_brief(), spoken(does(Act.SAID_BEFORE, "Like I told your rep,"), new)))
        assert message.move == Move.FOLLOW_UP
        assert not says(message, "said_before")

    @both_languages
    @pytest.mark.parametrize("again", [AS_I_SAID, spoken(does(Act.SAID_BEFORE, "As I said,"), *REPORT.reading.clauses)])
    def test_who_has_said_it_all_before_is_told_sorry_once(self, guide: str, language: str, again: Answer) -> None:
        first = next_to(after(buyer_brief(guide=guide), REPORT, again))
        assert first.move == Move.QUESTION
        assert says(first, "said_before", language)
        second = next_to(after(buyer_brief(guide=guide), REPORT, again, again))
        assert second.move == Move.QUESTION
        assert not says(second, "said_before", language)

    def test_what_was_mentioned_is_not_asked_of_who_was_asked_twice(self) -> None:
        tipped = spoken(states("What tipped the balance was the offer of Globex.", FACT, "options", decisive=True))
        said = conduct(buyer_brief(), [tipped, AS_I_SAID, AS_I_SAID])
        assert "decision" not in [turn.topic for turn in paige(said)]


class TestComplaints:
    LISTENED = spoken(does(Act.COMPLAINS, "Why should I help you people? You never listened once."))

    @both_languages
    def test_one_is_answered_and_asked_about_once_in_each_wording(self, guide: str, language: str) -> None:
        brief = after(buyer_brief(guide=guide), self.LISTENED)
        message = next_to(brief)
        assert (message.move, message.topic, says(message, "feeling", language)) == (Move.COVERED, "trigger", True)
        said = paige(conduct(buyer_brief(guide=guide), [self.LISTENED]))
        asked = [turn.text for turn in said if says(turn, "complained", language)]
        assert len(asked) == len(set(asked)) == len(phrases(language)["complained"])
        assert "process" in {turn.topic for turn in said}

    def test_the_question_on_it_is_put_again_in_its_own_words(self) -> None:
        message = next_to(after(buyer_brief(), self.LISTENED, WHAT_DO_YOU_MEAN))
        assert (message.move, message.text.endswith(phrases("en")["complained"][0])) == (Move.REPHRASE, True)

    def test_what_is_told_beside_it_is_pursued(self) -> None:
        boss = states("Your rep called my boss behind my back.", EVENT, "experience", act=Act.COMPLAINS)
        message = next_to(after(buyer_brief(), spoken(boss)))
        assert (message.move, says(message, "feeling")) == (Move.FOLLOW_UP, True)

    def test_beside_a_wish_to_stop_nothing_is_asked(self) -> None:
        message = next_to(after(buyer_brief(), spoken(does(Act.COMPLAINS, "A disgrace."), HAVE_TO_GO)))
        assert (message.move, "?" in message.text) == (Move.REPEAT, False)


class TestQuestionsBack:
    @pytest.mark.parametrize(
        "before", [(ARE_YOU_A_BOT, WHO_READS), (WHY_DO_YOU_ASK, ARE_YOU_A_BOT, WHO_READS), (HOW_LONG, WHO_READS)]
    )
    def test_the_first_for_the_meaning_is_answered_whatever_came_before(self, before: tuple[Answer, ...]) -> None:
        brief = after(buyer_brief(), *before, WHAT_DO_YOU_MEAN)
        message = next_to(brief)
        assert (message.move, message.topic) == (Move.REPHRASE, "trigger")
        assert message.text.endswith(brief.guide.topics[0].rephrasing)

    def test_the_purpose_is_told_and_the_question_put_again(self) -> None:
        brief = after(buyer_brief(), WHY_DO_YOU_ASK)
        topic = brief.guide.topics[0]
        assert next_to(brief).text == f"{topic.reason} {topic.question}"
        assert next_to(after(buyer_brief(), WHY_DO_YOU_ASK, WHY_DO_YOU_ASK)).topic == "process"

    def test_a_question_back_with_a_full_answer_is_an_answer(self) -> None:
        full = states("Well, the review came up in every meeting after that.", EVENT)
        message = next_to(after(buyer_brief(), spoken(does(Act.ASKS_MEANING, "Its weight?"), full)))
        assert message.move == Move.FOLLOW_UP
        assert next_to(after(buyer_brief(), spoken(does(Act.ASKS_MEANING, "Its weight?"), PRICE))).move == Move.REPHRASE


class TestOtherTopics:
    @both_languages
    def test_what_was_judged_on_the_way_is_not_asked_as_if_new(self, guide: str, language: str) -> None:
        price = "Der Preis war uns zu hoch" if guide == GERMAN else "The price was too high for us"
        answer = spoken(states(f"{price}.", JUDGEMENT, "pricing", speaks=AGAINST))
        said = paige(conduct(buyer_brief(guide=guide), [answer, COMPLETE]))
        pursued, asked = [turn for turn in said if turn.topic == "pricing"]
        assert said[1] == pursued
        assert price in pursued.text
        assert says(asked, "touched", language)

    @pytest.mark.parametrize("again", [HOW_LONG, WHAT_DO_YOU_MEAN])
    def test_a_core_topic_that_was_denied_is_taken_up_with_the_denial(self, again: Answer) -> None:
        denial = spoken(states("There were no other offers.", DENIAL, "options"))
        brief = after(buyer_brief(), denial, NO_IDEA, NO_IDEA, again)
        assert "“There were no other offers”" in brief.conversation[-2].text
        assert "“There were no other offers”" in next_to(brief).text

    @pytest.mark.parametrize(
        ("guide", "answer", "quote"),
        [
            ("win_loss_buyer", "The replay results tipped it for engineering.", "The replay results tipped it"),
            (GERMAN, "Den Ausschlag gab am Ende der Test mit echten Daten.", "Den Ausschlag gab am Ende"),
        ],
    )
    def test_what_tipped_it_is_not_asked_again(self, guide: str, answer: str, quote: str) -> None:
        tipped = spoken(states(answer, EVENT, "decision", speaks=Direction.FOR, decisive=True))
        said = paige(conduct(buyer_brief(guide=guide), [GREW, tipped, COMPLETE]))
        [decision] = [turn for turn in said if turn.topic == "decision"]
        assert decision.move == Move.FOLLOW_UP
        assert quote in decision.text

    @pytest.mark.parametrize("later", [COMPLETE, AS_I_SAID, NO_IDEA])
    def test_what_only_seems_decisive_does_not_replace_the_question(self, later: Answer) -> None:
        seems = spoken(
            states("With a working scanner we would be having a different chat.", EVENT, decisive=True),
            states("Twelve weeks from September is Christmas.", FACT, decisive=True),
        )
        said = paige(conduct(buyer_brief(), [GREW, seems, later]))
        assert Move.QUESTION in [turn.move for turn in said if turn.topic == "decision"]

    def test_what_did_not_tip_it_is_asked(self) -> None:
        denial = spoken(states("The price was not what tipped it.", DENIAL, "decision", "pricing"))
        said = paige(conduct(buyer_brief(), [GREW, denial, COMPLETE]))
        assert next(turn for turn in said if turn.topic == "decision").move == Move.QUESTION


class TestStopping:
    @pytest.mark.parametrize("answer", [STOP, spoken(HAVE_TO_GO), spoken(PRICE, HAVE_TO_GO)])
    def test_who_wants_to_stop_is_told_how_and_asked_nothing(self, answer: Answer) -> None:
        message = next_to(after(buyer_brief(), answer))
        assert message.move == Move.REPEAT
        assert says(message, "how_to_stop")
        assert "?" not in message.text

    @pytest.mark.parametrize(
        "reply", [GO_ON, spoken(does(Act.SMALL_TALK, "Sure.")), spoken(Clause("I did not want to stop.", 0))]
    )
    @both_languages
    def test_who_writes_on_is_asked_the_open_or_the_next_question(
        self, guide: str, language: str, reply: Answer
    ) -> None:
        brief = buyer_brief(guide=guide)
        again = next_to(after(brief, STOP, reply))
        assert (again.move, again.text.endswith(brief.guide.topics[0].question)) == (Move.REPEAT, True)
        following = next_to(after(brief, spoken(PRICE, HAVE_TO_GO), reply))
        assert (following.topic, "“" in following.text) == ("process", False)
        assert not any(
            says(following, name, language) for name in ("left_unclear", "declined", "again", "cannot_answer")
        )

    def test_who_skips_or_asks_for_the_next_question_after_a_wish_to_stop_is_asked_it(self) -> None:
        next_one = spoken(does(Act.DECLINES, "Next question, please."))
        assert next_to(after(buyer_brief(), STOP, "")).topic == "process"
        assert next_to(after(buyer_brief(), STOP, next_one)).topic == "process"
        after_an_answer = next_to(after(buyer_brief(), spoken(PRICE, HAVE_TO_GO), next_one))
        assert (after_an_answer.topic, says(after_an_answer, "declined")) == ("process", False)

    def test_a_follow_up_is_put_again_with_its_quote(self) -> None:
        told = spoken(states("We had grown to 40 people.", FACT), NUMBERS)
        assert "“Nobody trusted the weekly numbers”" in next_to(after(buyer_brief(), told, STOP, GO_ON)).text


@pytest.mark.parametrize("guide", ["win_loss_buyer", GERMAN])
def test_a_new_topic_after_follow_ups_is_named(guide: str) -> None:
    brief = buyer_brief(guide=guide)
    said = paige(conduct(brief, [SLOW]))
    announced = [turn for turn in said if turn.text.startswith(brief.guide.topic(turn.topic).bridge or "?")]
    assert len(announced) > 2
    topics = [(before, turn) for before, turn in itertools.pairwise(said) if turn.move == Move.QUESTION]
    assert all(before.move == Move.FOLLOW_UP for before, turn in topics if turn in announced)
    assert not any(first in announced and second in announced for (_, first), (_, second) in itertools.pairwise(topics))


class TestSiblings:
    TIPPED = spoken(states("The offer of Globex tipped it.", EVENT, "options", decisive=True))

    def test_who_has_said_it_is_not_asked_for_the_same_in_other_words(self) -> None:
        asked = asked_with(buyer_brief(), first=self.TIPPED)
        assert asked.count("criteria") == 1
        assert "decision" not in asked[asked.index("criteria") :]

    def test_a_guide_without_siblings_asks_both(self) -> None:
        brief = buyer_brief()
        topics = tuple(replace(topic, siblings=()) for topic in brief.guide.topics)
        brief = replace(brief, guide=replace(brief.guide, topics=topics))
        assert "decision" in asked_with(brief, first=SLOW)


def asked_with(brief: Brief, *, first: Answer) -> list[str]:
    """The topics of the messages to a contact who has said on the criteria what they have to say."""
    given = {brief.guide.topics[0].key: first, "criteria": AS_I_SAID}
    return [turn.topic for turn in paige(conduct(brief, lambda message: given.get(message.utterance.topic, NO_IDEA)))]
