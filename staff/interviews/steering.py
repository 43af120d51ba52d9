from dataclasses import dataclass, replace
from datetime import datetime

from interviews.models import InterviewRequest
from interviews.paige.guide.guide import GuideError
from interviews.paige.objective import Source, known_picks, subjects_in, unknown_keys
from interviews.paige.turn.brief import Brief, opening_brief
from orgs.models import Change

SOURCES = {Source.OBJECTIVE: "in the objective", Source.NOTES: "in the notes"}


@dataclass(frozen=True)
class ShownReason:
    """`words`: empty if the person may not read them."""

    title: str
    is_avoided: bool
    words: str
    source: str


@dataclass(frozen=True)
class ShownSteering:
    """`unknown`: keys of picks that the guide no longer has. `loses_picks`: saving the objective clears the picks.

    `loses_subjects`: it clears the corrected subjects. `is_unread`: no worker has read objective or notes since they
    changed, and the page does not read them.
    """

    brief: Brief
    unknown: tuple[str, ...] = ()
    loses_picks: bool = False
    loses_subjects: bool = False
    quotes_notes: bool = True
    is_unread: bool = False

    @property
    def reasons(self) -> list[ShownReason]:
        """None for picks."""
        return [
            ShownReason(
                self.brief.guide.topic(reason.topic).title,
                reason.is_avoided,
                reason.words if self.quotes_notes or reason.source != Source.NOTES else "",
                SOURCES[reason.source],
            )
            for reason in self.brief.steering.reasons
            if reason.source in SOURCES
        ]

    @property
    def is_without_match(self) -> bool:
        steering = self.brief.steering
        has_topic = self.is_unread or steering.emphasize or steering.avoid
        return bool(self.brief.objective.strip()) and self.brief.picks is None and not has_topic


def stored_steering(interview_request: InterviewRequest, *, quotes_notes: bool = True) -> ShownSteering | None:
    """None if the guide is not valid."""
    try:
        brief = opening_brief(interview_request)
    except GuideError:
        return None
    unknown = tuple(unknown_keys(interview_request.picks, brief.guide))
    return ShownSteering(brief.as_stored, unknown, quotes_notes=quotes_notes, is_unread=not brief.is_steering_read)


def changed_after_completion(interview_request: InterviewRequest) -> datetime | None:
    """When the objective last changed after the interview was completed, as far back as the audit goes."""
    if interview_request.completed_at is None:
        return None
    changes = Change.objects.of(interview_request).filter(field="objective")
    later = changes.filter(created_at__gt=interview_request.completed_at).first()
    return later.created_at if later else None


def effect_of_notes(interview_request: InterviewRequest) -> list[ShownReason] | None:
    """What the notes add to the objective of an interview request that is not completed. None if they are not read."""
    steering = None if interview_request.is_completed else stored_steering(interview_request)
    if steering and steering.is_unread and steering.brief.picks is None:
        return None
    return [reason for reason in steering.reasons if reason.source == SOURCES[Source.NOTES]] if steering else []


def edited_steering(
    stored: ShownSteering, objective: str, notes: str | None, picks: str, subjects: str
) -> ShownSteering:
    """Reads what the form has changed, and what is not read yet. `notes`: None keeps them."""
    brief = stored.brief
    notes = brief.contact_notes if notes is None else notes
    corrected = subjects_in(subjects)
    loses_subjects = objective != brief.objective and corrected is not None and corrected == brief.corrected
    edited = known_picks(picks, brief.guide)
    loses_picks = objective != brief.objective and edited is not None and edited == brief.picks
    return ShownSteering(
        replace(
            brief,
            objective=objective,
            contact_notes=notes,
            said=None if stored.is_unread or objective != brief.objective else brief.said,
            noted=None if stored.is_unread or notes != brief.contact_notes else brief.noted,
            picks=None if loses_picks else edited,
            corrected=None if loses_subjects else corrected,
        ),
        loses_picks=loses_picks,
        loses_subjects=loses_subjects,
    )
