"""What Paige may do next: the order of topics, the budget, follow-ups, questions put again, and the end."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.lifecycle import Engine, Move, Speaker
from interviews.paige.dialogue import AGAIN, Utterance
from interviews.paige.engines import RulesEngine
from interviews.paige.guide.guide import CLOSING, FollowUpKind, Guide
from interviews.paige.objective import CorrectedSubjects, Picks
from interviews.paige.reading.readings import Act, Clause
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.compose import Choice
from interviews.paige.turn.dialogue_state import MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC
from interviews.paige.turn.moves import MAX_AGAIN, NextMove, moves
from interviews.paige.turn.threads import MAX_FOLLOW_UPS_OF_A_TOPIC
from tests.interviews.paige.interviews import after, buyer_brief, conduct, paige, parsed_guide
from tests.interviews.paige.readings import (
    AGAINST,
    ARE_YOU_A_BOT,
    AS_I_SAID,
    DENIAL,
    EVENT,
    FACT,
    HOW_LONG,
    JUDGEMENT,
    NEED,
    NO_IDEA,
    STOP,
    WHAT_DO_YOU_MEAN,
    WHO_READS,
    Answer,
    answer,
    does,
    spoken,
    states,
)

pytestmark = pytest.mark.usefixtures("plain_objectives")

COMPLETE = spoken(
    states("One day the board stopped a release because nobody trusted the weekly numbers, so we had to move.", EVENT)
)
SHORT = spoken(states("It was slow.", JUDGEMENT))
LOSS = spoken(states("We lost a customer in March.", EVENT))
REPORT = spoken(states("The weekly report was wrong.", JUDGEMENT))


def kinds(brief: Brief) -> list[tuple[Move, str]]:
    return [(move.move, move.topic.key) for move in moves(brief)]


def topics_of(said: list[Utterance]) -> list[str]:
    return [turn.topic for turn in paige(said)]


class TestOrder:
    def test_the_closing_question_may_come_once_the_core_topics_were_asked_and_is_the_last_topic(self) -> None:
        brief = buyer_brief()
        topics = tuple(replace(topic, core=topic.key == "trigger") for topic in brief.guide.topics)
        brief = after(replace(brief, guide=replace(brief.guide, topics=topics)), COMPLETE)
        closing = moves(brief)[-1]
        assert closing.topic.key == CLOSING
        assert RulesEngine().choose(brief, moves(brief)).move.topic.key == "process"
        said = Utterance(Speaker.PAIGE, closing.topic.question, CLOSING, Move.CLOSING)
        assert moves(brief.after([*brief.conversation, said, answer(CLOSING, *COMPLETE.reading.clauses)])) == ()

    def test_complete_answers_get_no_follow_ups(self) -> None:
        keys = [topic.key for topic in buyer_brief().guide.topics]
        assert topics_of(conduct(buyer_brief(), [COMPLETE])) == [*keys, CLOSING]

    def test_the_answer_to_the_closing_question_gets_one_follow_up(self) -> None:
        answer = spoken(states("Next time, publish a price list.", NEED, "pricing"))
        said = conduct(buyer_brief(), lambda message: answer if message.choice.move.topic.key == CLOSING else COMPLETE)
        [closing, last] = [turn for turn in paige(said) if turn.topic == CLOSING]
        assert (closing.move, last.move) == (Move.CLOSING, Move.FOLLOW_UP)
        assert "“Next time, publish a price list”" in last.text

    @pytest.mark.parametrize(
        "answer", [spoken(states("No, that is all.", DENIAL)), spoken(does(Act.SMALL_TALK, "Thank you.")), NO_IDEA, ""]
    )
    def test_after_nothing_at_the_closing_question_the_interview_ends(self, answer: Answer | str) -> None:
        said = conduct(buyer_brief(), lambda message: answer if message.choice.move.topic.key == CLOSING else COMPLETE)
        assert paige(said)[-1].move == Move.CLOSING

    def test_the_outcome_is_not_asked_before_half_of_the_other_topics(self) -> None:
        brief = replace(buyer_brief(), picks=Picks(emphasize=("decision", "vendor")))
        topics = [*dict.fromkeys(topics_of(conduct(brief, [SHORT])))]
        assert topics[:5] == ["trigger", "vendor", "process", "criteria", "decision"]

    def test_topics_of_the_objective_come_second_with_a_follow_up_even_on_complete_answers(
        self,
    ) -> None:
        brief = buyer_brief("First experience, then the selection criteria, and avoid pricing")
        topics = topics_of(conduct(brief, [COMPLETE]))
        assert topics[:3] == ["trigger", "experience", "experience"]
        assert [*dict.fromkeys(topics)][:3] == ["trigger", "experience", "criteria"]
        assert topics[-1] == CLOSING
        assert "pricing" not in topics

    def test_an_avoided_first_topic_is_not_the_opening_unless_it_is_core(self) -> None:
        brief = buyer_brief("Do not ask about the trigger")
        assert brief.steering.avoid == ("trigger",)
        assert kinds(brief) == [(Move.QUESTION, "trigger")]
        topics = (replace(brief.guide.topics[0], core=False), *brief.guide.topics[1:])
        assert kinds(replace(brief, guide=replace(brief.guide, topics=topics))) == [(Move.QUESTION, "process")]

    def test_an_engine_is_offered_the_kinds_that_fit_a_thread_and_the_next_topics(self) -> None:
        offered = moves(after(buyer_brief(), SHORT))
        fitting = [FollowUpKind.INSTANCE, FollowUpKind.COMPARISON, FollowUpKind.REASON]
        assert [move.asked.kind for move in offered if move.asked] == fitting
        worded = moves(after(replace(buyer_brief(), may_be_worded=True), SHORT))
        more = [FollowUpKind.CONSEQUENCE, FollowUpKind.NEXT]
        assert [move.asked.kind for move in worded if move.asked] == fitting + more
        assert [move.topic.key for move in offered if not move.asked] == ["process", "criteria"]

    def test_a_topic_that_the_contact_has_touched_on_is_offered_early(self) -> None:
        price = states("The price was too high for us.", JUDGEMENT, "pricing")
        offered = moves(after(buyer_brief(), spoken(*SHORT.reading.clauses, price)))
        assert "pricing" in [move.topic.key for move in offered if not move.asked]


class TestBudget:
    def test_only_core_topics_are_offered_if_the_turns_are_few(self) -> None:
        brief = buyer_brief()
        brief = replace(brief, guide=replace(brief.guide, max_turns=6))
        assert [key for _, key in kinds(after(brief, SHORT))] == ["criteria", "options"]

    @pytest.mark.parametrize(
        "outcome",
        [
            states("In the end the price tipped the decision.", EVENT, "pricing", decisive=True),
            states("Nothing was decided in the end.", DENIAL, "decision"),
        ],
    )
    def test_a_core_topic_that_was_told_of_keeps_no_turn_if_a_model_words_the_messages(self, outcome: Clause) -> None:
        brief = replace(buyer_brief(), may_be_worded=True)
        topics = tuple(replace(topic, core=True) for topic in (brief.guide.topics[0], brief.guide.topics[-1]))
        brief = replace(brief, guide=replace(brief.guide, topics=topics, max_turns=4))
        assert {move for move, _ in kinds(after(brief, SHORT))} == {Move.QUESTION}
        told = kinds(after(brief, spoken(states("It was slow.", JUDGEMENT), outcome)))
        assert {"decision", CLOSING} <= {topic for _, topic in told}
        assert Move.FOLLOW_UP in [move for move, _ in told]

    def test_a_topic_that_is_not_core_is_opened_only_if_a_follow_up_on_it_fits(self) -> None:
        brief = replace(buyer_brief(), may_be_worded=True)
        guide = replace(brief.guide, topics=brief.guide.topics[:2])
        offered = [kinds(after(replace(brief, guide=replace(guide, max_turns=turns)), LOSS)) for turns in (4, 5)]
        assert [(Move.QUESTION, "process") in each for each in offered] == [False, True]


class TestFollowUps:
    @pytest.mark.parametrize("answer", ["", NO_IDEA, spoken(states("No.", DENIAL))])
    def test_none_follows_a_declined_question(self, answer: Answer | str) -> None:
        assert Move.FOLLOW_UP not in [move for move, _ in kinds(after(buyer_brief("problems"), answer))]

    def test_none_follows_a_denial(self) -> None:
        denial = spoken(states("Price never came up.", DENIAL, "pricing"))
        brief = after(replace(buyer_brief(), picks=Picks(emphasize=("pricing",))), COMPLETE, denial)
        assert brief.conversation[-1].topic == "pricing"
        assert (Move.FOLLOW_UP, "pricing") not in kinds(brief)

    def test_what_the_last_answer_tells_is_taken_up_without_an_apology(self) -> None:
        brief = replace(buyer_brief(), may_be_worded=True)
        again = does(Act.SAID_BEFORE, "As I said, the report was wrong.")
        brief = after(brief, REPORT, spoken(again, states("In the end we let it rest.", EVENT)))
        apologies = {move.move: [each.name for each in move.openers] for move in moves(brief)}
        assert apologies == {Move.FOLLOW_UP: [], Move.QUESTION: ["said_before"]}

    def test_none_is_asked_on_an_avoided_topic(self) -> None:
        brief = replace(buyer_brief(), picks=Picks(avoid=("trigger", "pricing")))
        said = conduct(brief, [SHORT])
        assert topics_of(said).count("trigger") == 1
        assert "pricing" not in topics_of(said), "an avoided topic that is not core is left out"

    @pytest.mark.parametrize(
        "answer",
        [
            spoken(states("See below.\n\nFrom: Bob\nSubject: Numbers\nNobody trusted the weekly numbers.", EVENT)),
            spoken(states("On Monday Bob wrote:\n> Nobody trusted the weekly numbers.", EVENT)),
            spoken(states("What was happening at your company that set off this search?", EVENT)),
            spoken(does(Act.ASKS_MEANING, "what was happening at your company that set off this search")),
        ],
    )
    def test_words_of_others_are_not_quoted(self, answer: Answer) -> None:
        assert not [move for move in moves(after(buyer_brief(), answer)) if move.quote]

    # Each sentence is on the subject of the objective, and begins with a pronoun. So none can be quoted.
    UNQUOTABLE = (
        states("It was a long security review.", FACT),
        states("He had to do the security review twice.", EVENT),
        states("They lost the security review form.", EVENT),
    )
    TRIAL = states("Then the trial began.", EVENT)
    REVIEW = CorrectedSubjects(("security review",))

    def test_statements_that_get_none_leave_room_for_others(self) -> None:
        brief = after(replace(buyer_brief(), corrected=self.REVIEW), spoken(*self.UNQUOTABLE, self.TRIAL))
        offered = [move for move in moves(brief) if move.move == Move.FOLLOW_UP]
        assert {move.thread.statement.text for move in offered if move.thread} == {"Then the trial began."}
        assert not any(move.quote for move in offered)

    def test_a_model_may_word_one_on_any_statement_of_the_last_answer(self) -> None:
        brief = replace(buyer_brief(), corrected=self.REVIEW, may_be_worded=True)
        brief_then = after(brief, spoken(*self.UNQUOTABLE, self.TRIAL))
        offered = [move.thread for move in moves(brief_then) if move.thread]
        assert {thread.statement.text for thread in offered} == {each.text for each in self.UNQUOTABLE}
        short = spoken(states("The trial was short.", FACT))
        offered = [move.thread for move in moves(after(brief, spoken(*self.UNQUOTABLE), short)) if move.thread]
        assert {thread.answer for thread in offered} == {1}, "nothing without a quote from earlier answers"


def test_one_question_is_put_again_at_most_three_times() -> None:
    questions = [ARE_YOU_A_BOT, WHO_READS, spoken(does(Act.ASKS_SOMETHING, "Can you see my screen?")), HOW_LONG]
    brief = after(buyer_brief(), *questions)
    assert kinds(brief)[0] == (Move.QUESTION, "process")
    assert moves(brief)[0].openers[0].name == "how_long"


def test_a_second_wish_to_stop_ends_the_questions() -> None:
    assert moves(after(buyer_brief(), STOP, STOP)) == ()


class TestCovered:
    def test_a_topic_that_was_denied_is_left_out_unless_it_is_core(self) -> None:
        denial = spoken(
            states("Nobody trusted the numbers.", JUDGEMENT), states("There was no trial.", DENIAL, "experience")
        )
        assert "experience" not in topics_of(conduct(buyer_brief(), [denial, COMPLETE]))
        none = spoken(states("There were no other offers.", DENIAL, "options"))
        [options] = [turn for turn in paige(conduct(buyer_brief(), [none, COMPLETE])) if turn.topic == "options"]
        assert (options.move, "“There were no other offers”" in options.text) == (Move.COVERED, True)

    PRICE = (
        states("Their price was double our budget in the first year,", JUDGEMENT, "pricing", speaks=AGAINST),
        states("and the discount that they gave us in May ran out in June.", EVENT, "pricing", speaks=AGAINST),
    )

    def test_a_topic_that_was_told_of_in_full_is_not_asked(self) -> None:
        told = spoken(states("It was slow.", JUDGEMENT), *self.PRICE)
        moved = [turn.move for turn in paige(conduct(buyer_brief(), [told, COMPLETE])) if turn.topic == "pricing"]
        assert moved == [Move.FOLLOW_UP]
        emphasized = replace(buyer_brief(), picks=Picks(emphasize=("pricing",)))
        said = paige(conduct(emphasized, [told, COMPLETE]))
        assert Move.FOLLOW_UP not in {turn.move for turn in said if turn.topic == "pricing"} or len(said) > 1
        assert any(turn.topic == "pricing" and turn.move in (Move.QUESTION, Move.COVERED) for turn in said)

    def test_the_quote_of_a_covered_topic_is_about_no_other_topic(self) -> None:
        told = spoken(
            states("The contract of Globex was cheap.", FACT, "pricing", "options"),
            states("Our budget was 40,000 at most.", FACT, "pricing"),
        )
        offered = moves(after(buyer_brief(), told))
        covered = {move.topic.key: move.quote for move in offered if move.move == Move.COVERED}
        assert covered == {"options": "The contract of Globex was cheap", "pricing": "Our budget was 40,000 at most"}

    def test_a_word_in_passing_covers_nothing(self) -> None:
        passing = spoken(states("It got expensive.", JUDGEMENT, "pricing"))
        said = conduct(buyer_brief(), [passing, COMPLETE])
        assert Move.COVERED not in {turn.move for turn in paige(said)}


class AnyMove:
    """Chooses at random among the moves that it is offered."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def choose(self, brief: Brief, moves: Sequence[NextMove]) -> Choice:
        return Choice(self.data.draw(st.sampled_from(moves)), Engine.MODEL)


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    """The buyer guide with random core topics and a random valid limit of turns."""
    guide = parsed_guide().for_vendor("Acme")
    topics = tuple(replace(topic, core=draw(st.booleans())) for topic in guide.topics)
    needed = sum(topic.core for topic in topics) + 1
    return replace(guide, topics=topics, max_turns=draw(st.integers(needed, 20)))


NO_TRIAL = spoken(states("There was no trial.", DENIAL, "experience"))
ANSWERS = [COMPLETE, SHORT, spoken(), NO_IDEA, ARE_YOU_A_BOT, WHAT_DO_YOU_MEAN, NO_TRIAL, AS_I_SAID]


@pytest.mark.slow
@settings(max_examples=100)
@given(guide=guides(), objective=st.sampled_from(["", "pricing", "process and sales", "problem"]), data=st.data())
def test_any_choices_and_answers_keep_the_limits_and_every_core_topic(
    guide: Guide, objective: str, data: st.DataObject
) -> None:
    brief = replace(buyer_brief(objective), guide=guide)
    said = conduct(brief, lambda _: data.draw(st.sampled_from(ANSWERS)), AnyMove(data))
    asked = [turn for turn in paige(said) if turn.move not in AGAIN]

    assert len(asked) <= guide.max_turns
    assert sum(turn.move == Move.REPEAT for turn in paige(said)) <= MAX_AGAIN
    assert len({turn.text for turn in paige(said)}) == len(paige(said))
    told = [turn.text for turn in said[1::2]]
    for topic in guide.every_topic:
        is_left_out = topic.key == "experience" and {AS_I_SAID.text, NO_TRIAL.text} <= {*told}
        assert not topic.core or is_left_out or topic.key in {turn.topic for turn in asked}
    assert asked[-1].topic == CLOSING
    for topic in guide.topics:
        is_emphasized = topic.key in brief.steering.emphasize
        limit = MAX_FOLLOW_UPS_OF_AN_EMPHASIZED_TOPIC if is_emphasized else MAX_FOLLOW_UPS_OF_A_TOPIC
        assert sum(turn.topic == topic.key for turn in asked) <= 1 + limit
    assert {turn.speaker for turn in said[::2]} == {Speaker.PAIGE}
