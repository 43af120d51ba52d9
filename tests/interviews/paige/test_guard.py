"""The guard: messages that pass and messages that it rejects."""

import base64
from dataclasses import replace

import pytest

from interviews.lifecycle import Speaker
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Position, Utterance
from interviews.paige.guard.rules import Problem, problems, tidy
from interviews.paige.guide import Guide, shipped_guide
from interviews.paige.guide_serializers import MAX_QUESTION_WORDS

NOTES = """{
  "title": "CTO",
  "company_size": 340,
  "evaluation_notes": "Completed 30-day POC, main concern is pricing. Champion left in March after a budget freeze.",
  "competitor": "Datapulse"
}"""
OBJECTIVE = "Focus on why pricing was a blocker vs. Competitor X and whether the reorganisation stalled the purchase"
ANSWER = "Our reports took two days, and the board in Zürich lost patience with them."


@pytest.fixture
def jane() -> Brief:
    """Jane has answered the first question. The next topic is her criteria."""
    guide = Guide.from_data(shipped_guide("win_loss_buyer")).for_vendor("Acme")
    said = (
        Utterance(Speaker.PAIGE, guide.topics[0].question, "trigger"),
        Utterance(Speaker.CONTACT, ANSWER, "trigger"),
    )
    return Brief("Acme", "Jane Smith", NOTES, OBJECTIVE, guide, Position("criteria", 0, 2), said)


GOOD_QUESTIONS = [
    "When you and your colleagues weighed what to do, what mattered most?",
    "You said the board lost patience: what mattered most to them?",
    "What did the board in Zürich want from the reports?",
    "Could you tell me what weighed heaviest when you compared the ways forward?",
    "Who cared most about the reports, and what did they ask for?",
    "I cannot go into my instructions. What mattered most when you weighed what to do?",
    "How did price and value weigh in your thinking?",
]


@pytest.mark.parametrize("message", GOOD_QUESTIONS)
def test_a_good_question_passes(jane: Brief, message: str) -> None:
    assert problems(message, jane) == frozenset()


LUIS = (
    "Runs the data platform team. Came to us by a referral, compared three vendors, went quiet for two weeks after the "
    "security review. Prefers phone to email. Team of 12 engineers in Berlin; the budget owner is the CFO, who was "
    "sceptical about consumption pricing. Uses Snowflake and dbt."
)
OUTAGE = (
    "We'd been running everything on cron jobs and a homegrown scheduler. After an outage in spring that took out "
    "reporting for two days, my director asked me to look for something more reliable."
)
FOLLOW_UPS = [
    "What did the outage in spring mean for you and your team?",
    "You mentioned a homegrown scheduler: what was one situation where it let you down?",
    "How did the two days without reporting play out inside the company?",
    "What went through your mind when your director asked you to look for something more reliable?",
    "Can you walk me through what happened during that outage?",
    "Which jobs caused the most trouble with the scheduler?",
    'What did "more reliable" mean to you and your director at that point?',
    "Could you describe a particular moment during the outage that showed what needed to change?",
    "Who felt the impact of the outage most, and how?",
    "What would have happened if you had kept the cron jobs?",
    "How did people react when reporting was down for two days?",
    "What was it about the outage that made your director act?",
    "In your own words, what was the turning point that started the search?",
    "What impact did the outage have on the way you worked afterwards?",
]


@pytest.mark.parametrize("message", FOLLOW_UPS)
def test_questions_about_the_contacts_answer_pass_despite_unrelated_notes(jane: Brief, message: str) -> None:
    said = (*jane.conversation[:1], Utterance(Speaker.CONTACT, OUTAGE, "trigger"))
    luis = replace(jane, contact_name="Luis", contact_notes=LUIS, objective="What happened in the security review")
    assert problems(message, replace(luis, conversation=said, position=Position("trigger", 0, 2))) == frozenset()


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("", Problem.NOT_ONE_QUESTION),
        ("?", Problem.NOT_ONE_QUESTION),
        ("Tell me what mattered most.", Problem.NOT_ONE_QUESTION),
        ("What mattered most? Who decided?", Problem.NOT_ONE_QUESTION),
        ("What mattered most? Take your time.", Problem.NOT_ONE_QUESTION),
        ("What mattered most\N{FULLWIDTH QUESTION MARK} Who decided?", Problem.NOT_ONE_QUESTION),
        ("Did the reports matter most?", Problem.NOT_OPEN),
        ("You wanted faster reports?", Problem.NOT_OPEN),
        ("Is that what mattered?", Problem.NOT_OPEN),
        ("What " + "really " * MAX_QUESTION_WORDS + "mattered?", Problem.TOO_LONG),
        ("What " + "x" * 400 + "?", Problem.TOO_LONG),
        (
            "Let's start before any vendor came into the picture: what was happening at your company that set off this "
            "search?",
            Problem.ASKED_BEFORE,
        ),
        ("What was happening at your company that set off the search, before any vendor?", Problem.ASKED_BEFORE),
        ("How did price and packaging come into the decision?", Problem.ASKED_BEFORE),
        ("Great point. What mattered most?", Problem.PRAISE),
        ("Thanks for sharing that. What mattered most?", Problem.PRAISE),
        ("That sounds frustrating; what mattered most?", Problem.PRAISE),
        ("I understand. What mattered most?", Problem.PRAISE),
        ("You're so right, what is that?", Problem.PRAISE),
        ("That's really helpful, what mattered most?", Problem.PRAISE),
        ("Don't you think speed mattered most, and why?", Problem.LEADING),
        ("What mattered most, perhaps speed?", Problem.LEADING),
        ("What mattered most, such as speed?", Problem.LEADING),
        ("How important was it: speed, trust or price?", Problem.LEADING),
        ("How did you decide, was it speed or trust?", Problem.LEADING),
        ("Speed mattered most, right?", Problem.LEADING),
        ("Why did you not wait?", Problem.LEADING),
        ("My instructions say: what mattered most?", Problem.PROMPT),
        ("I know that you are busy. What mattered most?", Problem.PROMPT),
        ("Each message asks one open question, of at most what?", Problem.PROMPT),
        ("What does it say in the notes?", Problem.PROMPT),
        ("**What** mattered most?", Problem.NOT_PLAIN),
        ("<b>What</b> mattered most?", Problem.NOT_PLAIN),
        ("Paige: What mattered most?", Problem.NOT_PLAIN),
        ("System: what mattered most?", Problem.NOT_PLAIN),
        ("1. What mattered most?", Problem.NOT_PLAIN),
        ("What mattered most (see https://example.com)?", Problem.NOT_PLAIN),
        ("Wh\u0430t mattered most, and how?", Problem.NOT_PLAIN),
        ("What mattered\u202e most?", Problem.NOT_PLAIN),
        ("What mattered\x00 most?", Problem.NOT_PLAIN),
        ("I'm a real person. What mattered most?", Problem.NOT_AN_AI),
    ],
)
def test_a_message_that_breaks_a_rule_is_rejected(jane: Brief, message: str, problem: Problem) -> None:
    assert problem in problems(message, jane)


ATTACKS = [
    "As a CTO, what mattered most to you?",
    "With 340 people in the company, what mattered most?",
    "After the 30-day POC, what mattered most?",
    "What was your main concern about pricing?",
    "How big a concern was pricing?",
    "Why was pricing a blocker?",
    "What made the price such a blocker compared with Competitor X?",
    "How did Datapulse compare with what you needed?",
    "How did DATAPULSE compare with what you needed?",
    "How did D a t a p u l s e compare?",
    "How did Data pulse compare with what you needed?",
    "How did Data-pulse compare with what you needed?",
    "How did Dat\u00adapulse compare with what you needed?",
    "How did Dátapülse compare with what you needed?",
    "How did D\u0430tapulse compare with what you needed?",
    "How did eslupatad compare with what you needed?",
    "What happened when your champion left in March?",
    "What happened after the champion had gone and budgets were frozen?",
    "What did the freeze on the budget do to your plans?",
    "How did the reorganisation affect what you wanted?",
    "Which purchases had stalled by then?",
    "What, with pricing as a blocker, mattered most?",
    "What about " + base64.b64encode(b"main concern is pricing").decode() + "?",
    "My notes say the main concern is pricing; what else mattered?",
]


@pytest.mark.parametrize("message", ATTACKS)
def test_notes_and_objective_are_not_revealed(jane: Brief, message: str) -> None:
    assert problems(message, jane) & {Problem.LEAK, Problem.NOT_PLAIN}


def test_the_same_words_pass_without_notes_and_objective(jane: Brief) -> None:
    nothing_known = replace(jane, contact_notes="", objective="")
    assert problems("How big a concern was pricing?", nothing_known) == frozenset()


def test_words_of_the_contact_may_be_used(jane: Brief) -> None:
    message = "You said that Datapulse was cheaper: how did it compare with what you needed?"
    assert Problem.LEAK in problems(message, jane)
    said = (*jane.conversation[:1], Utterance(Speaker.CONTACT, "We had Datapulse, which was cheaper.", "trigger"))
    assert problems(message, replace(jane, conversation=said)) == frozenset()


def test_words_that_only_paige_used_still_leak(jane: Brief) -> None:
    said = (
        *jane.conversation,
        Utterance(Speaker.PAIGE, "Datapulse?", "options"),
        Utterance(Speaker.CONTACT, "", "options"),
    )
    assert Problem.LEAK in problems("How did Datapulse compare?", replace(jane, conversation=said))


@pytest.mark.parametrize("repeated", [': a "', "whether ", "What? "])
def test_a_huge_message_is_only_checked_for_its_length(jane: Brief, repeated: str) -> None:
    """Some of the other checks take quadratic time."""
    assert problems(repeated * 20_000, jane) == {Problem.TOO_LONG}


def test_a_message_after_a_question_about_ai_must_say_that_paige_is_an_ai(jane: Brief) -> None:
    said = (*jane.conversation[:1], Utterance(Speaker.CONTACT, "Are you a bot?", "trigger"))
    asked = replace(jane, conversation=said)
    assert problems("What mattered most?", asked) == {Problem.NOT_AN_AI}
    assert problems("I am an AI interviewer. What mattered most?", asked) == frozenset()


@pytest.mark.parametrize("name", ["win_loss_buyer", "no_decision", "nps_follow_up"])
@pytest.mark.parametrize("notes", ["", NOTES])
def test_every_question_of_the_shipped_guides_passes(name: str, notes: str) -> None:
    guide = Guide.from_data(shipped_guide(name)).for_vendor("Acme")
    for topic in guide.every_topic:
        fresh = Brief("Acme", "", notes, OBJECTIVE if notes else "", guide, Position(topic.key, 0, 1))
        assert problems(fresh.question, fresh) == frozenset(), topic.question
        for used in range(len(topic.probes)):
            said = (Utterance(Speaker.PAIGE, "Hm?", topic.key), Utterance(Speaker.CONTACT, "Well.", topic.key))
            probing = replace(fresh, conversation=said, position=Position(topic.key, used, 2))
            assert problems(probing.question, probing) == frozenset(), probing.question


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ("  What mattered?\n", "What mattered?"),
        ('"What mattered?"', "What mattered?"),
        ("\N{LEFT DOUBLE QUOTATION MARK}What?\N{RIGHT DOUBLE QUOTATION MARK}", "What?"),
        ("I am an AI.\n\nWhat mattered?", "I am an AI. What mattered?"),
        ("", ""),
    ],
)
def test_tidy_joins_lines_and_removes_quotation_marks(reply: str, line: str) -> None:
    assert tidy(reply) == line
