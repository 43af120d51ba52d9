"""How the interviews of one type go: by version of the guide, by question, by topic of the objective."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Avg, Count, F, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Length, Replace, Trim

from interviews.lifecycle import Move, Speaker, Stage
from interviews.models import Conversation, InterviewType, Turn
from interviews.paige.guide.guide import Guide
from interviews.paige.guide.texts import VENDOR
from interviews.paige.objective import picks_in, steering_of
from interviews.paige.reading.readings import ObjectiveReading
from interviews.paige.reading.stored import text_in
from interviews.reports.interview_statistics import completion_percent

NEWEST, NEWEST_OBJECTIVES = 1_000, 200
"""Limits the interviews that are read of each type, and so the time."""
IN_OTHER_WORDS = {
    Move.COVERED: "What to add on a topic that came up earlier",
    Move.REPEAT: "The open question again",
}
OF_AN_EARLIER_GUIDE = "A follow-up of an earlier version"


class Question(NamedTuple):
    topic: str
    move: str
    text: str


@dataclass(frozen=True)
class VersionQuality:
    """`begun`: with a consent. `last_topic`: the topic where most interviews were broken off: `stopped` of them.

    `words`: the mean of an answer. None without answers.
    """

    version: int
    begun: int
    completed: int
    broken_off: int
    last_topic: str
    stopped: int
    words: float | None

    @property
    def completion_percent(self) -> int | None:
        return completion_percent(self.completed, self.broken_off)


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
    """`read`: the number of interviews whose objective is read. Only these count. `topics`: most interviews first, with
    an empty title for objectives that name no topic.
    """

    read: int = 0
    topics: Sequence[Stops] = ()


def newest_begun(interview_type: InterviewType) -> Any:
    """Conversations with a consent, newest first."""
    of_type = Conversation.objects.for_org(interview_type.org_id).filter(
        interview_request__interview_type=interview_type, consented_at__isnull=False
    )
    return of_type.order_by("-pk")


def words_of_a_text() -> Combinable:
    """Counts spaces, so that the texts stay in the database."""
    text = Trim(F("text"))
    return Length(text) - Length(Replace(text, Value(" "), Value(""))) + 1


def quality_by_version(interview_type: InterviewType) -> list[VersionQuality]:
    newest = list(newest_begun(interview_type).values_list("pk", flat=True)[:NEWEST])
    rows: Any = Conversation.objects.for_org(interview_type.org_id).filter(pk__in=newest).order_by()
    begun = rows.values("guide_version").annotate(begun=Count("pk"), done=Count("pk", filter=Q(stage=Stage.COMPLETED)))
    stopped: dict[int, list[tuple[int, str]]] = defaultdict(list)
    counts = rows.broken_off().values_list("guide_version", "last_topic").annotate(count=Count("pk"))
    for version, topic, count in counts:
        stopped[version].append((count, topic))
    answers: Any = Turn.objects.for_org(interview_type.org_id).filter(interview_request__in=newest, move=Move.ANSWER)
    words = dict(answers.order_by().values_list("guide_version").annotate(words=Avg(words_of_a_text())))
    found = []
    for row in begun.order_by("-guide_version"):
        version, of_version = row["guide_version"], stopped[row["guide_version"]]
        broken_off, (most, topic) = sum(count for count, _ in of_version), max(of_version, default=(0, ""))
        found.append(VersionQuality(version, row["begun"], row["done"], broken_off, topic, most, words.get(version)))
    return found


def stops_by_question(interview_type: InterviewType) -> list[Stops]:
    """Most stops first."""
    guide, vendor = interview_type.guide, interview_type.org.name
    titles = {topic["key"]: topic["title"].replace(VENDOR, vendor) for topic in guide["topics"]}
    newest = newest_begun(interview_type).values_list("pk", flat=True)[:NEWEST]
    begun = Conversation.objects.for_org(interview_type.org_id).filter(pk__in=list(newest))
    of_paige = Turn.objects.for_org(interview_type.org_id).filter(speaker=Speaker.PAIGE).order_by()
    last = of_paige.filter(interview_request=OuterRef("pk")).order_by("-number").values("pk")[:1]
    ids = begun.broken_off().annotate(last=Subquery(last)).values_list("last", flat=True)
    stopped = _counted(of_paige.filter(pk__in=[pk for pk in ids if pk]), guide)
    reached = _counted(of_paige.filter(interview_request__in=begun.values("pk")), guide)
    found = (
        Stops(titles.get(asked.topic, asked.topic), asked.text.replace(VENDOR, vendor), reached[asked], count)
        for asked, count in stopped.items()
    )
    return sorted(found, key=lambda stops: (-stops.stopped, -stops.percent, stops.title))


def _counted(turns: Any, guide: Mapping[str, Any]) -> Counter[Question]:
    """Counts interviews. Questions of several versions of the guide count together."""
    columns = ("guide_version", "topic", "move", "follow_up")
    found: Counter[Question] = Counter()
    counts = turns.values_list(*columns).annotate(count=Count("interview_request", distinct=True))
    for version, topic, move, follow_up, count in counts:
        found[Question(topic, move, _text(guide, version, topic, move, follow_up))] += count
    return found


def _text(guide: Mapping[str, Any], version: int, key: str, move: str, index: int | None) -> str:
    """The text of a question, by the columns of its turn. `index`: of the follow-up, in the guide of the version."""
    topic = next((each for each in guide["topics"] if each["key"] == key), None)
    if move == Move.CLOSING:
        return str(guide["closing_question"])
    if move in IN_OTHER_WORDS or topic is None:
        return IN_OTHER_WORDS.get(Move(move), "")
    if move != Move.FOLLOW_UP:
        return str(topic["rephrasing" if move == Move.REPHRASE else "question"])
    follow_ups = topic["follow_ups"]
    is_known = version == guide["version"] and index is not None and index < len(follow_ups)
    return str(follow_ups[index]["text"]) if is_known else OF_AN_EARLIER_GUIDE


def stops_by_objective(interview_type: InterviewType) -> ObjectiveStops:
    """By topic that the objective, or a pick of staff, emphasizes, of the newest interviews. Raises GuideError."""
    guide = Guide.from_data(interview_type.guide)
    titles = {topic.key: topic.title.replace(VENDOR, interview_type.org.name) for topic in guide.topics}
    columns = (f"interview_request__{each}" for each in ("objective", "picks", "reading"))
    newest = list(newest_begun(interview_type).values_list("pk", "guide_version", *columns)[:NEWEST_OBJECTIVES])
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
