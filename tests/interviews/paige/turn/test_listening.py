"""Paige takes the contact's own words seriously: repetitions, feelings, questions back, and wishes to stop."""

import itertools
from dataclasses import replace

import pytest

from interviews.lifecycle import Move
from interviews.paige.answers.dialogue import Utterance
from interviews.paige.answers.transcript_markdown import render_transcript
from interviews.paige.findings.findings import findings_of
from interviews.paige.language.lexicons import phrases
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import closing_reply, next_message
from interviews.paige.turn.rules_engine import RulesEngine
from tests.interviews.paige.interviews import after, buyer_brief, conduct, paige

GERMAN = "win_loss_buyer_de"
COMPLETE = "In March the board stopped a release because nobody trusted the weekly numbers, and that is why we moved."


def next_to(brief: Brief) -> Utterance:
    message = next_message(brief, RulesEngine())
    assert message
    return message.utterance


def says(message: Utterance, name: str, language: str = "en") -> bool:
    return any(text in message.text for text in phrases(language)[name])


class TestWishesAndQuestions:
    @pytest.mark.parametrize(
        ("wish", "reply"),
        [
            ("Could we continue in English please?", "in one language only"),
            ("Please delete my data afterwards.", "I have noted that you want your data deleted"),
            ("Can a person call me?", "I have noted that you want to speak with a person"),
            ("Can a person call me? Mornings are best.", "I have noted that you want to speak with a person"),
            ("Will my boss see this?", "The people at Acme read your answers"),
        ],
    )
    def test_one_beside_an_answer_is_replied_to_and_the_answer_is_taken_up(self, wish: str, reply: str) -> None:
        answer = "We missed two audits because nobody could find the documents."
        message = next_to(after(buyer_brief(), f"{answer} {wish}"))
        assert (message.move, message.topic) == (Move.FOLLOW_UP, "trigger")
        assert reply in message.text
        brief = after(buyer_brief(), f"{answer} {wish}")
        [key_answer] = findings_of(brief, render_transcript(brief.conversation, "Jane"))["key_answers"]
        assert key_answer["excerpts"] == [answer]
        only = next_to(after(buyer_brief(), wish))
        assert (only.move, only.topic, reply in only.text) == (Move.REPEAT, "trigger", True)
        brief = after(buyer_brief(), wish)
        assert findings_of(brief, render_transcript(brief.conversation, "Jane"))["key_answers"] == []

    def test_nothing_is_quoted_beside_a_wish_for_deletion(self) -> None:
        message = next_to(after(buyer_brief(), "Nobody trusted the weekly numbers. Please delete that."))
        assert (message.move, "“" in message.text) == (Move.FOLLOW_UP, False)

    @pytest.mark.parametrize(
        ("last", "reply"),
        [
            ("The price. Can a person call me?", "you want to speak with a person. You can reach"),
            ("Please delete my data.", "I have noted that you want your data deleted"),
            ("Nothing else. Are you a bot?", "not a person"),
            ("No, that is all.", ""),
            ("I have to stop here.", ""),
        ],
    )
    def test_the_last_answer_is_replied_to_at_the_end(self, last: str, reply: str) -> None:
        text = closing_reply(after(buyer_brief(), "It was slow.", last))
        assert (reply in text, bool(text)) == (True, bool(reply))


class TestRepetitions:
    @pytest.mark.parametrize(
        ("guide", "answer"),
        [
            ("win_loss_buyer", "As I said on the phone, our old tool was being shut down, we had six months."),
            ("win_loss_buyer", "Like I told your rep, the warehouse had stopped trusting the counts."),
            (GERMAN, "Wie schon am Telefon gesagt, unser altes System wurde abgeschaltet, wir hatten sechs Monate."),
        ],
    )
    def test_something_new_beside_as_i_said_is_taken_up(self, guide: str, answer: str) -> None:
        message = next_to(after(buyer_brief(guide=guide), answer))
        assert message.move == Move.FOLLOW_UP
        assert not says(message, "said_before", "de" if guide == GERMAN else "en")

    @pytest.mark.parametrize(
        ("guide", "answers"),
        [
            ("win_loss_buyer", ("The weekly report was wrong.", "As I said, the weekly report was wrong.")),
            ("win_loss_buyer", ("The weekly report was wrong.", "I told you three times.")),
            ("win_loss_buyer", ("The weekly report was wrong.", "I have been over this already.")),
            (GERMAN, ("Der Wochenbericht war falsch.", "Das habe ich Ihnen jetzt schon dreimal gesagt.")),
        ],
    )
    def test_who_has_said_it_all_before_is_told_sorry_once(self, guide: str, answers: tuple[str, ...]) -> None:
        language = "de" if guide == GERMAN else "en"
        first = next_to(after(buyer_brief(guide=guide), *answers))
        assert first.move == Move.QUESTION
        assert says(first, "said_before", language)
        second = next_to(after(buyer_brief(guide=guide), *answers, answers[-1]))
        assert second.move == Move.QUESTION
        assert not says(second, "said_before", language)

    @pytest.mark.parametrize(
        ("guide", "answer"),
        [
            ("win_loss_buyer", "I have told you what there is to tell."),
            ("win_loss_buyer", "I have already told you everything I know."),
            (GERMAN, "Ich habe Ihnen schon alles erzählt, was ich weiß."),
        ],
    )
    def test_who_has_no_more_to_tell_was_not_asked_twice(self, guide: str, answer: str) -> None:
        brief = after(buyer_brief(guide=guide), "The weekly report was wrong.", answer)
        assert not says(next_to(brief), "said_before", "de" if guide == GERMAN else "en")

    def test_what_was_mentioned_is_not_asked_of_who_was_asked_twice(self) -> None:
        said = conduct(
            buyer_brief(),
            [
                "The deciding factor was the offer of Globex; that tipped it.",
                "I told you that already.",
                "I told you that already.",
            ],
        )
        assert "decision" not in [turn.topic for turn in paige(said)]


class TestFeelings:
    @pytest.mark.parametrize(
        ("guide", "answer"),
        [
            ("win_loss_buyer", "Your rep called my boss behind my back, and I was furious."),
            ("win_loss_buyer", "Two of my people lost their jobs over it."),
            ("win_loss_buyer", "As I said, they lied to us about the export."),
            (GERMAN, "Ihr Vertrieb hat hinter meinem Rücken meinen Chef angerufen."),
        ],
    )
    def test_they_are_acknowledged_and_pursued(self, guide: str, answer: str) -> None:
        message = next_to(after(buyer_brief(guide=guide), answer))
        assert message.move == Move.FOLLOW_UP
        assert says(message, "feeling", "de" if guide == GERMAN else "en")

    def test_no_two_are_acknowledged_in_the_same_words(self) -> None:
        said = paige(conduct(buyer_brief(), ["I was furious about the release and about the numbers."]))
        shown = [text for turn in said for text in phrases("en")["feeling"] if text in turn.text]
        assert len(shown) == len(set(shown)) > 1

    @pytest.mark.parametrize("answer", ["This interview is a disgrace. Stop.", "The export failed in March."])
    def test_others_are_not(self, answer: str) -> None:
        assert not says(next_to(after(buyer_brief(), answer)), "feeling")


class TestQuestionsBack:
    @pytest.mark.parametrize(
        "before",
        [
            ("Are you a robot?", "Who will read this?"),
            ("Why do you ask?", "Are you a robot?", "Who will read this?"),
            ("Can you repeat the question?", "How long does this take?", "Who will read this?"),
        ],
    )
    def test_the_first_for_the_meaning_is_answered_whatever_came_before(self, before: tuple[str, ...]) -> None:
        brief = after(buyer_brief(), *before, "What do you mean?")
        message = next_to(brief)
        assert (message.move, message.topic) == (Move.REPHRASE, "trigger")
        assert message.text.endswith(brief.guide.topics[0].rephrasing)

    def test_the_purpose_is_told_and_the_question_put_again(self) -> None:
        brief = after(buyer_brief(), "Why do you ask?")
        topic = brief.guide.topics[0]
        assert next_to(brief).text == f"{topic.reason} {topic.question}"
        assert next_to(after(buyer_brief(), "Why do you ask?", "Why do you ask?")).topic == "process"

    def test_a_question_back_with_a_full_answer_is_an_answer(self) -> None:
        answer = "Its weight? You mean why I think so. Well, the review came up in every meeting after that."
        message = next_to(after(buyer_brief(), answer))
        assert message.move == Move.FOLLOW_UP
        assert "You mean why" not in message.text

    def test_an_echo_of_the_question_with_a_refusal_is_a_refusal(self) -> None:
        assert next_to(after(buyer_brief(), "The limit? Nothing I could name.")).move == Move.QUESTION
        assert next_to(after(buyer_brief(), "The limit?")).move == Move.REPHRASE


class TestOtherTopics:
    @pytest.mark.parametrize(
        ("guide", "answer", "quote"),
        [
            (GERMAN, "Der Preis war uns zu hoch, 30 Prozent mehr.", "Der Preis war uns zu hoch"),
            ("win_loss_buyer", "The price was too high for us.", "The price was too high for us"),
            ("win_loss_buyer", "Our CFO found it too expensive.", "Our CFO found it too expensive"),
        ],
    )
    def test_what_was_judged_on_the_way_is_not_asked_as_if_new(self, guide: str, answer: str, quote: str) -> None:
        language = "de" if guide == GERMAN else "en"
        said = paige(conduct(buyer_brief(guide=guide), [answer, COMPLETE]))
        pursued, asked = [turn for turn in said if turn.topic == "pricing"]
        assert said[1] == pursued
        assert quote in pursued.text
        assert says(asked, "touched", language)

    @pytest.mark.parametrize("guide", ["win_loss_buyer", GERMAN])
    def test_alternatives_are_not_asked_as_if_there_had_been_any(self, guide: str) -> None:
        language = "de" if guide == GERMAN else "en"
        denial = "Es gab keine anderen Angebote." if guide == GERMAN else "There were no other offers."
        said = paige(conduct(buyer_brief(guide=guide), [denial, COMPLETE]))
        [options] = [turn for turn in said if turn.topic == "options"]
        assert options.move == Move.COVERED
        assert options.text.endswith(phrases(language)["absent_comparison"][0].format(vendor="Acme"))

    @pytest.mark.parametrize("reply", ["Can you repeat the question?", "What do you mean?"])
    def test_a_question_on_what_there_was_not_is_put_again_in_its_own_words(self, reply: str) -> None:
        brief = after(buyer_brief(), "There were no other offers.", "No idea.", "No idea.", reply)
        question = phrases("en")["absent_comparison"][0].format(vendor="Acme")
        assert brief.conversation[-2].text.endswith(question)
        assert next_to(brief).text.endswith(question)

    @pytest.mark.parametrize("guide", ["win_loss_buyer", GERMAN])
    def test_who_decided_alone_is_not_asked_how_the_others_did(self, guide: str) -> None:
        denial = "Das habe ich allein entschieden." if guide == GERMAN else "I decided it alone."
        assert "process" not in [turn.topic for turn in paige(conduct(buyer_brief(guide=guide), [denial, COMPLETE]))]

    @pytest.mark.parametrize(
        ("guide", "answer", "quote"),
        [
            ("win_loss_buyer", "The replay results tipped it for engineering.", "The replay results tipped it"),
            ("win_loss_buyer", "For us the back-test was decisive, it made all the difference.", "the back-test was"),
            (GERMAN, "Den Ausschlag gab am Ende der Test mit echten Daten.", "Den Ausschlag gab am Ende"),
        ],
    )
    def test_what_tipped_it_is_not_asked_again(self, guide: str, answer: str, quote: str) -> None:
        said = paige(conduct(buyer_brief(guide=guide), ["It grew.", answer, COMPLETE]))
        [decision] = [turn for turn in said if turn.topic == "decision"]
        assert decision.move == Move.FOLLOW_UP
        assert quote in decision.text

    @pytest.mark.parametrize("answer", ["The price was not what tipped it.", "The board decided it in March."])
    def test_what_did_not_tip_it_is_asked(self, answer: str) -> None:
        said = paige(conduct(buyer_brief(), ["It grew.", answer, COMPLETE]))
        assert next(turn for turn in said if turn.topic == "decision").move == Move.QUESTION

    @pytest.mark.parametrize(
        ("guide", "answer"),
        [
            ("win_loss_buyer", "Nobody ever decided anything, it just petered out."),
            ("win_loss_buyer", "As far as I know, no decision was ever made."),
            (GERMAN, "Entschieden hat meines Wissens niemand etwas, es ist eingeschlafen."),
            (GERMAN, "Eine Entscheidung gab es nicht."),
        ],
    )
    def test_who_decided_nothing_is_not_asked_what_tipped_it(self, guide: str, answer: str) -> None:
        language = "de" if guide == GERMAN else "en"
        said = paige(conduct(buyer_brief(guide=guide), [answer, COMPLETE]))
        [decision] = [turn for turn in said if turn.topic == "decision"]
        assert decision.move == Move.COVERED
        assert decision.text.endswith(phrases(language)["absent_change"][0])

    @pytest.mark.parametrize(
        "answer",
        [
            *("Nobody decided alone, we all did.", "The rollout was put on hold in May."),
            *(
                "No decision was made without our CFO.",
                "We never decided against you.",
                "Nothing was decided until March.",
            ),
            *("Entschieden hat niemand allein.", "Es gab keine Entscheidung ohne den Betriebsrat."),
        ],
    )
    def test_other_sentences_do_not_say_that_nothing_was_decided(self, answer: str) -> None:
        said = paige(conduct(buyer_brief(), [answer, COMPLETE]))
        assert next(turn for turn in said if turn.topic == "decision").move == Move.QUESTION


class TestNothingToSay:
    @pytest.mark.parametrize(
        ("guide", "answer"),
        [
            *(
                ("win_loss_buyer", answer)
                for answer in (
                    "I can't say I know.",
                    "Ask Helen.",
                    "Before I joined.",
                    "I would prefer not to.",
                    "None that I know of.",
                    "I never dealt with anybody there.",
                )
            ),
            *(
                (GERMAN, answer)
                for answer in (
                    "Ich kann nicht sagen, dass ich das weiß.",
                    "Fragen Sie Helen.",
                    "Das war vor meiner Zeit.",
                    "Darüber möchte ich lieber nicht reden.",
                    "Keine, von denen ich wüsste.",
                    "Ich hatte dort nie mit jemandem zu tun.",
                )
            ),
        ],
    )
    def test_it_is_not_pressed_on(self, guide: str, answer: str) -> None:
        assert next_to(after(buyer_brief(guide=guide), answer)).topic == "process"


class TestStopping:
    @pytest.mark.parametrize("answer", ["Stop.", "I have to go now.", "It was the price. I have to go now."])
    def test_who_wants_to_stop_is_told_how_and_asked_nothing(self, answer: str) -> None:
        message = next_to(after(buyer_brief(), answer))
        assert message.move == Move.REPEAT
        assert says(message, "how_to_stop")
        assert "?" not in message.text

    def test_who_writes_on_is_asked_again(self) -> None:
        brief = after(buyer_brief(), "Stop.", "Go on.")
        assert next_to(brief).text.endswith(brief.guide.topics[0].question)

    def test_who_writes_on_after_an_answer_is_asked_the_next_question(self) -> None:
        brief = after(buyer_brief(), "It was the price. I have to go now.", "Go on.")
        assert next_to(brief).topic == "process"

    @pytest.mark.parametrize(
        ("guide", "reply"),
        [
            *(("win_loss_buyer", each) for each in ("Yes please.", "Go ahead.", "Sure, go on.", "I'd like to go on.")),
            ("win_loss_buyer", "I have not asked to stop, so yes, please go on."),
            ("win_loss_buyer", "I did not want to stop. Next question, please."),
            (GERMAN, "Weiter bitte."),
            (GERMAN, "Nein, machen Sie weiter."),
            (GERMAN, "Ich wollte gar nicht aufhören, bitte fahren Sie fort."),
        ],
    )
    def test_who_goes_on_in_whatever_words_is_asked_the_open_or_the_next_question(self, guide: str, reply: str) -> None:
        brief = buyer_brief(guide=guide)
        stop = "Ich muss jetzt los." if guide == GERMAN else "I have to go now."
        answer = "Der Preis gab den Ausschlag." if guide == GERMAN else "It was the price."
        again = next_to(after(brief, stop, reply))
        assert (again.move, again.text.endswith(brief.guide.topics[0].question)) == (Move.REPEAT, True)
        following = next_to(after(brief, f"{answer} {stop}", reply))
        assert (following.topic, "“" in following.text) == ("process", False)
        language = "de" if guide == GERMAN else "en"
        assert not any(
            says(following, name, language) for name in ("left_unclear", "declined", "again", "cannot_answer")
        )

    def test_a_remark_beside_go_on_is_not_pursued(self) -> None:
        remark = "That was about our budget, not about me. Please go on."
        assert next_to(after(buyer_brief(), "It was the price. I have to go now.", remark)).topic == "process"

    def test_who_skips_after_a_wish_to_stop_is_asked_the_next_question(self) -> None:
        assert next_to(after(buyer_brief(), "Stop.", "")).topic == "process"

    def test_who_answers_and_says_go_on_is_not_asked_the_same_again(self) -> None:
        message = next_to(after(buyer_brief(), "Nobody trusted the weekly numbers. Please go on."))
        assert message.move != Move.REPEAT
        assert not says(message, "left_unclear")

    def test_a_follow_up_is_put_again_with_its_quote(self) -> None:
        brief = after(buyer_brief(), "We had grown to 40 people. Nobody trusted the numbers.", "Stop.", "Go on.")
        assert "“Nobody trusted the numbers”" in next_to(brief).text

    def test_who_answers_is_heard(self) -> None:
        brief = after(buyer_brief(), "Stop.", "Nobody trusted the weekly numbers of the old tool.")
        assert next_to(brief).move == Move.FOLLOW_UP


class TestBridges:
    @pytest.mark.parametrize("guide", ["win_loss_buyer", GERMAN])
    def test_a_new_topic_after_follow_ups_is_named(self, guide: str) -> None:
        brief = buyer_brief(guide=guide)
        said = paige(conduct(brief, ["It was slow."]))
        announced = [turn for turn in said if turn.text.startswith(brief.guide.topic(turn.topic).bridge or "?")]
        assert len(announced) > 2
        topics = [(before, turn) for before, turn in itertools.pairwise(said) if turn.move == Move.QUESTION]
        assert all(before.move == Move.FOLLOW_UP for before, turn in topics if turn in announced)
        assert not any(
            first in announced and second in announced for (_, first), (_, second) in itertools.pairwise(topics)
        )

    def test_a_guide_without_bridges_has_one_of_the_language_each_time(self) -> None:
        brief = buyer_brief()
        topics = tuple(replace(topic, bridge="") for topic in brief.guide.topics)
        said = paige(conduct(replace(brief, guide=replace(brief.guide, topics=topics)), ["It was slow."]))
        bridges = [text for turn in said for text in phrases("en")["bridge"] if turn.text.startswith(text)]
        assert len(bridges) == len(set(bridges)) > 2


class TestSiblings:
    @pytest.mark.parametrize(
        ("guide", "reason", "repetition"),
        [
            ("win_loss_buyer", "The offer of Globex tipped it.", "I told you that already."),
            (GERMAN, "Das Angebot von Globex gab den Ausschlag.", "Das habe ich doch schon gesagt."),
        ],
    )
    def test_who_has_said_it_is_not_asked_for_the_same_in_other_words(
        self, guide: str, reason: str, repetition: str
    ) -> None:
        asked = asked_with(buyer_brief(guide=guide), first=reason, criteria=repetition)
        assert asked.count("criteria") == 1
        assert "decision" not in asked[asked.index("criteria") :]

    def test_a_core_topic_that_no_answer_has_touched_is_asked(self) -> None:
        assert "decision" in asked_with(buyer_brief(), first="It was slow.", criteria="I told you that already.")

    def test_a_guide_without_siblings_asks_both(self) -> None:
        brief = buyer_brief()
        topics = tuple(replace(topic, siblings=()) for topic in brief.guide.topics)
        brief = replace(brief, guide=replace(brief.guide, topics=topics))
        told = asked_with(brief, first="The offer of Globex tipped it.", criteria="I told you that already.")
        assert "decision" in told


def asked_with(brief: Brief, *, first: str, criteria: str) -> list[str]:
    """The topics of the messages to a contact who has nothing else to say."""
    given = {brief.guide.topics[0].key: first, "criteria": criteria}
    return [
        turn.topic for turn in paige(conduct(brief, lambda message: given.get(message.utterance.topic, "No idea.")))
    ]


class TestComplaintsAndHints:
    @pytest.mark.parametrize(
        ("guide", "answer", "follow_up"),
        [
            ("win_loss_buyer", "The pilot was like talking to a wall.", "What happened there?"),
            ("win_loss_buyer", "They sent a two-year-old report.", "What did that mean for you and your colleagues?"),
            (GERMAN, "Der Test war wie Reden gegen eine Wand.", "Woran hat sich das gezeigt?"),
        ],
    )
    def test_a_complaint_is_pursued(self, guide: str, answer: str, follow_up: str) -> None:
        assert next_to(after(buyer_brief(guide=guide), answer)).text == follow_up

    @pytest.mark.parametrize(
        ("guide", "hint"),
        [
            ("win_loss_buyer", "I could tell you a story about that."),
            ("win_loss_buyer", "There is a whole story behind it."),
            (GERMAN, "Davon könnte ich Ihnen einiges erzählen."),
        ],
    )
    def test_what_a_hint_announces_is_asked_for_in_other_words_each_time(self, guide: str, hint: str) -> None:
        language = "de" if guide == GERMAN else "en"
        said = paige(conduct(buyer_brief(guide=guide), [hint]))
        told = [turn for turn in said if says(turn, "hint", language)]
        assert [(turn.move, turn.topic) for turn in told[:1]] == [(Move.COVERED, "trigger")]
        assert [turn.text for turn in told] == phrases(language)["hint"]

    def test_a_story_that_is_told_is_no_hint(self) -> None:
        assert not says(next_to(after(buyer_brief(), "I told her the story of the release.")), "hint")
