"""How a text would be read with the guide of a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from interviews.paige.guide.guide import Guide
from interviews.paige.reading.answer import read_answer
from interviews.paige.reading.objective import read_objective
from interviews.paige.reading.readings import Clause, ObjectiveReading, TopicReading, names_of

MAX_SAMPLE_LENGTH = 2_000
SAMPLE_PREFIX = "sample:"


@dataclass(frozen=True)
class Sample:
    """The template evaluates the readings, so that the page's transaction does not wait for them.

    `guide`: None if nothing is to be read.
    """

    text: str = field(default="", repr=False)
    kind: str = ""
    guide: Guide | None = None
    vendor: str = ""

    @property
    def problem(self) -> str:
        if self.guide and not self.text.strip():
            return "Enter a text."
        if self.guide and len(self.text) > MAX_SAMPLE_LENGTH:
            return f"Enter at most {MAX_SAMPLE_LENGTH:,} characters. These are {len(self.text):,}."
        return ""

    @property
    def read_as(self) -> str:
        """Empty if nothing is to be read."""
        return self.kind if self.guide and not self.problem else ""

    @cached_property
    def objective(self) -> ObjectiveReading:
        return read_objective(self.text, self.guide, self.vendor) if self.guide else ObjectiveReading()

    @property
    def topics(self) -> list[tuple[str, TopicReading]]:
        """With titles."""
        return [(self._titles[each.topic], each) for each in self.objective.topics]

    @property
    def subjects(self) -> list[str]:
        return [subject for subject, _ in self.objective.subjects]

    @property
    def clauses(self) -> list[tuple[str, list[str]]]:
        """Their texts, and what they are, in words."""
        read = read_answer(self.text, "", self.guide, names_of(self.vendor)).clauses if self.guide else ()
        return [(clause.text, self._marks(clause)) for clause in read]

    def _marks(self, clause: Clause) -> list[str]:
        said = [str(each).replace("_", " ") for each in (clause.act, clause.kind) if each]
        titles = [f"“{self._titles[key]}”" for key in clause.topics]
        about = [f"about: {clause.about}"] if clause.about else []
        speaks = [f"speaks {clause.speaks}"] if clause.speaks else []
        return [*said, *titles, *about, *speaks, *(["decisive"] if clause.is_decisive else [])] or ["says nothing"]

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        return {topic.key: topic.title for topic in self.guide.topics} if self.guide else {}


def sample_of(posted: Mapping[str, str], guide: Guide | None, vendor: str) -> Sample:
    """`guide`: the valid one of the form, if a button that reads the sample was pressed."""
    kind = posted.get("do", "").removeprefix(SAMPLE_PREFIX)
    text = "\n".join(posted.get("sample", "").splitlines())
    return Sample(text, kind, guide and guide.for_vendor(vendor), vendor)
