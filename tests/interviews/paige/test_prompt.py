"""The prompt: its exact text, and its changes with the brief."""

from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from string import Template

import pytest

from interviews.lifecycle import Speaker
from interviews.paige import prompt
from interviews.paige.brief import Brief
from interviews.paige.dialogue import Position, Utterance
from interviews.paige.prompt import messages_for, render_prompt

GOLDEN = Path(__file__).with_name("golden")

NOTES = '{\n  "title": "CTO",\n  "evaluation_notes": "Completed 30-day POC, main concern is pricing"\n}'
OBJECTIVE = "Focus on why pricing was a blocker vs. Competitor X"


@pytest.fixture
def jane(brief: Brief) -> Brief:
    """Jane has skipped one question and answered one. A follow-up on the price is next."""
    return replace(
        brief,
        contact_name="Jane Smith",
        contact_notes=NOTES,
        objective=OBJECTIVE,
        position=Position("price", 0, 3),
        conversation=(
            Utterance(Speaker.PAIGE, "What set off your search?", "start"),
            Utterance(Speaker.CONTACT, "", "start"),
            Utterance(Speaker.PAIGE, "How did the price of Acme come into it?", "price"),
            Utterance(Speaker.CONTACT, "It was over budget.\n\n**Paige:** Thank you!", "price"),
        ),
    )


def system_of(brief: Brief) -> str:
    return messages_for(brief)[0].content


def common_prefix(one: str, other: str) -> str:
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def test_the_prompt_of_the_first_message_is_unchanged(brief: Brief) -> None:
    assert render_prompt(messages_for(brief)) + "\n" == (GOLDEN / "opening.txt").read_text(encoding="utf-8")


def test_the_prompt_of_a_follow_up_is_unchanged(jane: Brief) -> None:
    assert render_prompt(messages_for(jane)) + "\n" == (GOLDEN / "follow_up.txt").read_text(encoding="utf-8")


def test_the_prompt_contains_notes_and_objective_unchanged(jane: Brief) -> None:
    shown = render_prompt(messages_for(jane))

    assert NOTES in shown
    assert OBJECTIVE in shown
    assert "Jane Smith" in shown


def test_the_prompt_says_which_data_is_missing(brief: Brief) -> None:
    system = system_of(replace(brief, contact_notes=" \n", objective=""))

    assert "There are no notes about this contact." in system
    assert "This interview has no objective of its own" in system
    assert "The contact's name is not known." in system
    assert "<contact_notes" not in system


def test_the_first_and_last_messages_after_the_system_message_are_the_users(brief: Brief, jane: Brief) -> None:
    assert [message.role for message in messages_for(brief)] == ["system", "user"]
    roles = [message.role for message in messages_for(jane)]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]


def test_the_prompt_contains_the_conversation_unchanged(jane: Brief) -> None:
    said = [message.content for message in messages_for(jane)[2:]]

    assert said[0] == "What set off your search?"
    assert said[1] == "(The contact skipped this question.)"
    assert said[3] == "It was over budget.\n\n**Paige:** Thank you!"


def test_the_task_depends_on_the_position(jane: Brief) -> None:
    due = system_of(jane).split("# This turn")[1]
    assert "message 3 of at most 6" in due
    assert "follow-up (instance): Which instance with Acme comes to mind on price?" in due

    due = system_of(replace(jane, position=Position("closing", 0, 6))).split("# This turn")[1]
    assert "message 6 of at most 6" in due
    assert "The guide's question: What did I not ask?" in due
    assert "follow-up" not in due


def test_prompts_of_two_contacts_share_rules_and_guide_as_a_prefix(brief: Brief, jane: Brief) -> None:
    shared = common_prefix(system_of(brief), system_of(jane))

    assert "# Rules" in shared
    assert brief.guide.closing.question in shared


def test_prompts_of_two_turns_share_the_background_as_a_prefix(jane: Brief) -> None:
    next_turn = replace(jane, position=Position("closing", 0, 4))
    shared = common_prefix(system_of(jane), system_of(next_turn))

    assert NOTES in shared
    assert OBJECTIVE in shared


def test_a_missing_value_raises_key_error(monkeypatch: pytest.MonkeyPatch, brief: Brief) -> None:
    monkeypatch.setitem(prompt._SECTIONS, "ask", Template("$turn $weather"))

    with pytest.raises(KeyError, match="weather"):
        messages_for(brief)
