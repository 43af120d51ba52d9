"""Places in a guide, such as ("topics", 0, "follow_ups", 1, "text"), and what is said about them."""

from typing import NamedTuple

GuidePath = tuple[str | int, ...]

PLURALS = {"follow_ups": "follow-ups"}
SINGULARS = {"topics": "topic", "follow-ups": "follow-up", "phrases": "phrase"}


class Remark(NamedTuple):
    """A problem or a warning."""

    path: GuidePath
    message: str

    def __str__(self) -> str:
        """For the JSON of a guide: "guide.topics[0].key: Must not be blank."."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"guide{''.join(steps)}: {self.message}"

    @property
    def in_words(self) -> str:
        """For the form: "Topic 1, follow-up 2: Must not be blank."."""
        return f"{in_words(self.path)}: {self.message}" if self.path else self.message


def in_words(path: GuidePath) -> str:
    """For example "Topic 1, follow-up 2". The text of a follow-up is not named. The path must not be empty."""
    words: list[str] = []
    for step in path[:-1] if path[-1] == "text" else path:
        if isinstance(step, int):
            words[-1] = f"{SINGULARS.get(words[-1], words[-1])} {step + 1}"
        else:
            words.append(PLURALS.get(step, step.replace("_", " ")))
    text = ", ".join(words)
    return text[0].upper() + text[1:]
