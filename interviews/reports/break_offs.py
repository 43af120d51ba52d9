from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Subquery

from interviews.lifecycle import Move, Speaker
from interviews.models import Conversation, InterviewType, Turn
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.texts import VENDOR
from interviews.paige.objective.steering import picks_in, steering_of
from interviews.paige.reading.readings import ObjectiveReading
from interviews.paige.reading.stored import text_in
from interviews.reports.guide_quality import NEWEST

NEWEST_OBJECTIVES = 200

IN_OTHER_WORDS = {
    Move.COVERED: "What to add on a topic that came up earlier",
    Move.REPEAT: "The open question again",
}
OF_AN_EARLIER_GUIDE = "A follow-up of an earlier version"

Question = tuple[str, str, str]  # the topic's key, the move, the text


@dataclass(frozen=True)
class Stops:
    """`reached`: interviews in which the question was asked, or whose objective names the topic. `stopped`: those of
    them that ended there, or were broken off.
    """

    title: str
    text: str
    reached: int
    stopped: int

    @property
    def percent(self) -> int:
        return round(100 * self.stopped / self.reached) if self.reached else 0


@dataclass(frozen=True)
class ObjectiveStops:
    """`read`: how many interviews count: those whose objective is read. `topics`: most interviews first, with an empty
    title for objectives that name no topic.
    """

    read: int = 0
    topics: Sequence[Stops] = ()


def stops_by_question(interview_type: InterviewType) -> list[Stops]:
    """Most stops first."""
    texts = _Texts(interview_type.guide, vendor=interview_type.org.name)
    newest = _newest(interview_type).values_list("pk", flat=True)[:NEWEST]
    begun = Conversation.objects.for_org(interview_type.org_id).filter(pk__in=list(newest))
    of_paige = Turn.objects.for_org(interview_type.org_id).filter(speaker=Speaker.PAIGE).order_by()
    last = of_paige.filter(interview_request=OuterRef("pk")).order_by("-number").values("pk")[:1]
    ids = begun.broken_off().annotate(last=Subquery(last)).values_list("last", flat=True)
    stopped = texts.counted(of_paige.filter(pk__in=[pk for pk in ids if pk]))
    reached = texts.counted(of_paige.filter(interview_request__in=begun.values("pk")))
    found = (Stops(texts.title(asked[0]), asked[2], reached[asked], count) for asked, count in stopped.items())
    return sorted(found, key=lambda stops: (-stops.stopped, -stops.percent, stops.title))


class _Texts:
    """The texts of a guide by the columns of a turn."""

    def __init__(self, guide: Mapping[str, Any], *, vendor: str) -> None:
        self.version, self.closing, self.vendor = guide["version"], guide["closing_question"], vendor
        self.topics = {topic["key"]: topic for topic in guide["topics"]}

    def title(self, key: str) -> str:
        return self._named(self.topics[key]["title"]) if key in self.topics else key

    def _named(self, text: str) -> str:
        return text.replace(VENDOR, self.vendor)

    def counted(self, turns: Any) -> Counter[Question]:
        """Questions of several versions of the guide count together."""
        columns = ("guide_version", "topic", "move", "follow_up")
        found: Counter[Question] = Counter()
        for *column, count in turns.values_list(*columns).annotate(count=Count("interview_request", distinct=True)):
            found[self._question(*column)] += count
        return found

    def _question(self, version: int, key: str, move: str, follow_up: int | None) -> Question:
        topic = self.topics.get(key)
        if move == Move.CLOSING:
            return key, move, self._named(self.closing)
        if move in IN_OTHER_WORDS or topic is None:
            return key, move, str(IN_OTHER_WORDS.get(Move(move), ""))
        if move == Move.FOLLOW_UP:
            return key, move, self._follow_up(topic, version, follow_up)
        return key, move, self._named(topic["rephrasing" if move == Move.REPHRASE else "question"])

    def _follow_up(self, topic: Mapping[str, Any], version: int, index: int | None) -> str:
        """The index is that in the guide of its version."""
        follow_ups = topic["follow_ups"]
        is_known = version == self.version and index is not None and index < len(follow_ups)
        return self._named(follow_ups[index]["text"]) if is_known else OF_AN_EARLIER_GUIDE


def stops_by_objective(interview_type: InterviewType) -> ObjectiveStops:
    """By topic that the objective, or a pick of staff, emphasizes, of the newest interviews. Raises GuideError."""
    guide = Guide.from_data(interview_type.guide)
    titles = {topic.key: topic.title.replace(VENDOR, interview_type.org.name) for topic in guide.topics}
    columns = ("objective", "picks", "reading")
    rows = _newest(interview_type).values_list(
        "pk", "guide_version", *(f"interview_request__{each}" for each in columns)
    )
    newest = list(rows[:NEWEST_OBJECTIVES])
    begun = Conversation.objects.for_org(interview_type.org_id).filter(pk__in=[pk for pk, *_ in newest])
    stopped = set(begun.broken_off().values_list("pk", flat=True))
    reached: dict[str, list[bool]] = defaultdict(list)
    read = 0
    for pk, version, objective, picks, stored in newest:
        said = text_in("objective", stored, objective, interview_type.pk, version)
        if said or picks:
            reading = said.reading if said else ObjectiveReading()
            for key in steering_of(guide, reading, ObjectiveReading(), picks_in(picks)).emphasize or ("",):
                reached[key].append(pk in stopped)
            read += 1
    found = (Stops(titles.get(key, ""), "", len(ends), sum(ends)) for key, ends in reached.items())
    return ObjectiveStops(read, sorted(found, key=lambda stops: (-stops.reached, stops.title)))


def _newest(interview_type: InterviewType) -> Any:
    of_type = Conversation.objects.for_org(interview_type.org_id).filter(
        interview_request__interview_type=interview_type, consented_at__isnull=False
    )
    return of_type.order_by("-pk")
