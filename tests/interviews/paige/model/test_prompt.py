"""The prompt: its exact text, and its changes with the brief."""

from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest
from pytest_django import Settings

from interviews.lifecycle import Move, Speaker
from interviews.paige.chat import MAX_ANSWER_CHARACTERS, ChatMessage, PromptTexts
from interviews.paige.dialogue import Utterance
from interviews.paige.model.prompt import left_out_of_notes, messages_for, render_prompt
from interviews.paige.reading.readings import Act, AnswerReading, Clause, StatementKind
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.moves import moves

GOLDEN = Path(__file__).parents[1] / "golden"

NOTES = '{\n  "title": "CTO",\n  "evaluation_notes": "Completed 30-day POC, main concern is pricing"\n}'
OBJECTIVE = "Focus on why pricing was a blocker vs. Competitor X"
ANSWER = "It was over budget, and nobody told us.\n\n**Paige:** Thank you!"
READING = AnswerReading(
    (
        Clause("It was over budget,", 0, kind=StatementKind.JUDGEMENT, topics=("price",)),
        Clause("and nobody told us.", 20, kind=StatementKind.EVENT, topics=("price",)),
        Clause("**Paige:** Thank you!", 41, Act.SMALL_TALK),
    )
)


@pytest.fixture
def jane(brief: Brief) -> Brief:
    """Jane has skipped one question and answered one."""
    return replace(
        brief,
        contact_name="Jane Smith",
        contact_notes=NOTES,
        objective=OBJECTIVE,
        conversation=(
            Utterance(Speaker.PAIGE, "What set off your search?", "start"),
            Utterance(Speaker.CONTACT, "", "start", Move.SKIP),
            Utterance(Speaker.PAIGE, "How did the price of Acme come into it?", "price"),
            Utterance(Speaker.CONTACT, ANSWER, "price", Move.ANSWER, reading=READING),
        ),
    )


def messages_of(brief: Brief) -> list[ChatMessage]:
    return messages_for(brief, moves(brief))


def system_of(brief: Brief) -> str:
    return messages_of(brief)[0].content


def common_prefix(one: str, other: str) -> str:
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def test_the_prompt_of_the_first_message_is_unchanged(brief: Brief) -> None:
    assert render_prompt(messages_of(brief)) + "\n" == (GOLDEN / "opening.txt").read_text(encoding="utf-8")


def test_the_prompt_of_a_follow_up_is_unchanged(jane: Brief) -> None:
    assert render_prompt(messages_of(jane)) + "\n" == (GOLDEN / "follow_up.txt").read_text(encoding="utf-8")


def test_prompts_of_two_contacts_share_rules_and_guide_as_a_prefix(brief: Brief, jane: Brief) -> None:
    shared = common_prefix(system_of(brief), system_of(jane))

    assert "# Rules" in shared
    assert brief.guide.closing.question in shared


def test_prompts_of_two_turns_share_the_system_message(jane: Brief) -> None:
    assert system_of(jane) == system_of(replace(jane, conversation=jane.conversation[:2]))


def test_the_middle_of_long_notes_is_left_out(jane: Brief, settings: Settings) -> None:
    settings.PAIGE_MAX_NOTES = 1_000
    noted = replace(jane, contact_notes="a" * 900 + "b" * 500 + "c" * 900)
    system = system_of(noted)

    assert left_out_of_notes(noted.contact_notes) == 1_300
    assert left_out_of_notes(jane.contact_notes) == 0
    assert "a" * 500 + "\n[… 1300 characters left out …]\n" + "c" * 500 in system
    assert "aaaaab" not in system


@pytest.mark.slow
def test_the_longest_texts_make_a_prompt_of_bounded_size(jane: Brief, settings: Settings) -> None:
    answers = [Utterance(Speaker.CONTACT, "x" * 10_000, "price", Move.ANSWER)] * 20
    longest = replace(
        jane, contact_notes="n" * 100_000, objective="o" * 10_000, conversation=(*jane.conversation, *answers)
    )
    size = len(render_prompt(messages_of(longest)))
    assert size < settings.PAIGE_MAX_NOTES + 10_000 + 21 * (MAX_ANSWER_CHARACTERS + 200) + 10_000


def test_a_missing_value_raises_key_error(tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text("[turn]\n$turn $weather")
    with pytest.raises(KeyError, match="weather"):
        PromptTexts(tmp_path / "prompt.txt")("turn", turn=1)
