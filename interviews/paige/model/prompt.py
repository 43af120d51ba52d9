"""The requests to choose a move, and to read answers and objectives: prompt.txt, filled in from the brief."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from interviews.paige.chat import ChatMessage, PromptTexts, mark_of, shortened
from interviews.paige.dialogue import AGAIN, prompt_conversation
from interviews.paige.guide.guide import CLOSING, Topic
from interviews.paige.guide.texts import QUOTE, VENDOR
from interviews.paige.language import wording
from interviews.paige.reading.readings import MAX_SUBJECTS, Clause
from interviews.paige.turn.brief import Brief
from interviews.paige.turn.dialogue_state import DialogueState
from interviews.paige.turn.moves import NextMove, spare_turns

MAX_STATEMENT_CHARACTERS = 300

_BLOCK = re.compile(
    r"^<(?P<label>contact_name|contact_notes|objective) (?P<mark>[0-9a-f]{16})>$.*?^</(?P=label) (?P=mark)>$",
    re.MULTILINE | re.DOTALL,
)
_words = PromptTexts(Path(__file__).with_name("prompt.txt"))


def messages_for(brief: Brief, moves: Sequence[NextMove]) -> list[ChatMessage]:
    return [ChatMessage("system", _system(brief)), ChatMessage("user", _turn(brief, moves))]


def clause_messages(brief: Brief, clauses: Sequence[tuple[int, Clause]]) -> list[ChatMessage]:
    """`clauses`: each with the index of its answer in the conversation. The prompt numbers them from 1."""
    lines, last = [], None
    for number, (at, clause) in enumerate(clauses, start=1):
        if at != last:
            lines.append(_words("question", text=_one_line(brief.conversation[at - 1].text if at else "")))
        lines.append(_words("clause", number=number, text=_one_line(clause.text)))
        last = at
    asked = _words(
        "clauses",
        vendor=brief.vendor,
        competitors=_competitors(brief),
        mark=mark_of(lines),
        clauses="\n".join(lines),
        count=len(clauses),
    )
    system = _words("drivers", vendor=brief.vendor, topics=_described(brief.guide.topics))
    return [ChatMessage("system", system), ChatMessage("user", asked)]


def summary_messages(brief: Brief) -> list[ChatMessage]:
    said = [shortened(turn.text).strip() or _words("skipped") for turn in brief.conversation]
    turns = (
        _words("numbered_turn", number=number, speaker=turn.speaker, text=text)
        for number, (turn, text) in enumerate(zip(brief.conversation, said, strict=True), start=1)
    )
    system = _words("summary", vendor=brief.vendor, competitors=_competitors(brief))
    asked = _words("conversation_to_sum_up", mark=mark_of(said), conversation="\n".join(turns))
    return [ChatMessage("system", system), ChatMessage("user", asked)]


def _competitors(brief: Brief) -> str:
    return ", ".join(map(_one_line, brief.competitors)) or _words("no_competitors")


def objective_messages(topics: Sequence[Topic], objective: str) -> list[ChatMessage]:
    system = _words("read_objective", topics=_described(topics), most=MAX_SUBJECTS)
    asked = _words("objective_to_read", mark=mark_of([objective]), text=objective)
    return [ChatMessage("system", system), ChatMessage("user", asked)]


def _described(topics: Sequence[Topic]) -> str:
    return "\n".join(_words("described_topic", key=topic.key, text=topic.described) for topic in topics)


def render_prompt(messages: Sequence[ChatMessage]) -> str:
    """For people."""
    mark = mark_of(each.content for each in messages)
    return "\n\n".join(_words("shown_message", role=each.role, mark=mark, content=each.content) for each in messages)


def left_out_of_notes(notes: str) -> int:
    """Returns the number of characters."""
    return max(0, len(notes) - settings.PAIGE_MAX_NOTES)


class Segment(NamedTuple):
    """`label`: the kind of customer data, such as "objective". Empty for other text."""

    label: str
    text: str


def segments(message: ChatMessage) -> list[Segment]:
    parts, end = [], 0
    if message.role == "system":
        for block in _BLOCK.finditer(message.content):
            parts += [Segment("", message.content[end : block.start()]), Segment(block["label"], block[0])]
            end = block.end()
    return [*parts, Segment("", message.content[end:])]


def _system(brief: Brief) -> str:
    data = {
        "contact_name": brief.contact_name,
        "contact_notes": shortened(brief.contact_notes, settings.PAIGE_MAX_NOTES),
        "objective": brief.objective,
    }
    mark = mark_of(data.values())
    topics = (
        _words("topic", number=number, title=topic.title, question=topic.question)
        for number, topic in enumerate(brief.guide.every_topic, start=1)
    )
    return _words(
        "system",
        guide_name=brief.guide.name,
        vendor=brief.vendor,
        purpose=brief.guide.purpose,
        focus=_focus(brief),
        topics="\n".join(topics),
        mark=mark,
        **{label: _block(label, text, mark) for label, text in data.items()},
    )


def _focus(brief: Brief) -> str:
    if brief.picks is None:
        return _words("focus")
    return _words("focus_of_staff", emphasize=_titles(brief.emphasized), avoid=_titles(brief.avoided))


def _titles(topics: Iterable[Topic]) -> str:
    return "; ".join(topic.title for topic in topics) or _words("no_topics")


def _block(label: str, text: str, mark: str) -> str:
    return _words("block", label=label, text=text, mark=mark) if text.strip() else _words(f"no_{label}")


def _turn(brief: Brief, moves: Sequence[NextMove]) -> str:
    mark, said = prompt_conversation(_words, brief.conversation)
    state = DialogueState(brief)
    return _words(
        "turn",
        mark=mark,
        conversation=said or _words("nothing_said"),
        turn=len(state.asked) + 1,
        max_turns=brief.guide.max_turns,
        uncovered=_titles(state.uncovered),
        touched=_titles(topic for topic in state.unasked if topic not in state.uncovered),
        spare=spare_turns(state),
        moves="\n".join(_moves(brief, moves)),
        count=len(moves),
    )


def _moves(brief: Brief, moves: Sequence[NextMove]) -> Iterator[str]:
    """Each statement is shown once, above its follow-ups."""
    last = None
    for number, move in enumerate(moves, start=1):
        if move.thread and move.thread is not last:
            name = "statement_to_word" if brief.is_free else "statement"
            yield _words(name, statement=_one_line(move.thread.statement.text), title=move.topic.title)
        last = move.thread
        yield _move(brief, number, move)


def _move(brief: Brief, number: int, move: NextMove) -> str:
    title, question = move.topic.title, move.topic.question
    if move.move in AGAIN:
        return _words("move_again", number=number, text=move.asked.text if move.asked else question)
    if move.asked and brief.is_free and move.topic.key != CLOSING:
        return _words("move_kind", number=number, kind=move.asked.kind)
    if move.asked:
        text = move.asked.text.replace(QUOTE, move.quote)
        return _words("move_follow_up", number=number, kind=move.asked.kind, text=text)
    if move.phrase:
        text = wording(move.phrase, brief.guide.language).replace(VENDOR, brief.vendor)
        return _words("move_phrase", number=number, title=title, text=text)
    if move.subject:
        return _words("move_named", number=number, subject=move.subject)
    return _words(f"move_{move.move}", number=number, title=title, quote=move.quote)


def _one_line(text: str) -> str:
    return " ".join(shortened(text, MAX_STATEMENT_CHARACTERS).split()).replace('"', "'")
