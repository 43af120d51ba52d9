from collections.abc import Iterator

from hindsight.text.visible import visible
from interviews.paige.answers.transcript_markdown import escaped
from staff.interviews.displayed_turns import SKIPPED
from staff.interviews.transcript_document import TranscriptDocument


def as_markdown(document: TranscriptDocument) -> bytes:
    return visible("\n\n".join(_blocks(document)) + "\n").encode()


def _blocks(document: TranscriptDocument) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    yield "\n".join(f"- **{label}:** {escaped(value)}" for label, value in document.facts)
    for section in document.sections:
        yield f"## {section.title}"
        for title, lines in section.entries.items():
            yield f"### {escaped(title)}"
            yield "\n".join(f"- {_on_one_line(line)}" for line in lines)
    yield "## Transcript"
    for turn in document.turns:
        label = f"**{escaped(turn.speaker)}:** " if turn.speaker else ""
        yield f"{label}{escaped(turn.text or SKIPPED)}"


def _on_one_line(text: str) -> str:
    return escaped(" ".join(text.split()))
