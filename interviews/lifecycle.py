from collections.abc import Mapping
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    CREATED = "created", "created"
    SENT = "sent", "sent"
    COMPLETED = "completed", "completed"


NEXT_STATUSES: Mapping[str, frozenset[Status]] = {
    Status.CREATED: frozenset({Status.SENT, Status.COMPLETED}),
    # Back to created: the address was wrong, so the contact has no link.
    Status.SENT: frozenset({Status.CREATED, Status.COMPLETED}),
    Status.COMPLETED: frozenset(),  # closed after completion
}


class Progress(models.TextChoices):
    """Where the interview itself is, as the API shows it, whatever the status says about the link."""

    NOT_STARTED = "not_started", "not started"
    STARTED = "started", "started"
    ABANDONED = "abandoned", "abandoned"
    COMPLETED = "completed", "completed"
    DECLINED = "declined", "declined"


def progress_of(status: str, stored: str) -> Progress:
    """Servers of the release before complete interviews without writing the column, until the next purge."""
    return Progress.COMPLETED if status == Status.COMPLETED else Progress(stored)


class DisplayedStatus(models.TextChoices):
    CREATED = "created", "created"
    SENT = "sent", "sent"
    UNDER_WAY = "under_way", "under way"
    ABANDONED = "abandoned", "abandoned"
    DECLINED = "declined", "declined"
    CANCELLED = "cancelled", "cancelled"
    COMPLETED = "completed", "completed"


class Stage(models.TextChoices):
    INVITED = "invited", "invited"
    CONSENTED = "consented", "consented"
    IN_PROGRESS = "in_progress", "in progress"
    RECAP = "recap", "recap"
    COMPLETED = "completed", "completed"
    DECLINED = "declined", "declined"


NEXT_STAGES: Mapping[str, frozenset[Stage]] = {
    Stage.INVITED: frozenset({Stage.CONSENTED, Stage.DECLINED}),
    Stage.CONSENTED: frozenset({Stage.IN_PROGRESS, Stage.RECAP, Stage.DECLINED}),
    Stage.IN_PROGRESS: frozenset({Stage.RECAP, Stage.DECLINED}),
    Stage.RECAP: frozenset({Stage.IN_PROGRESS, Stage.COMPLETED, Stage.DECLINED}),
    # Closed after completion: the contact can still rate, take back answers, and ask for deletion.
    Stage.COMPLETED: frozenset(),
    Stage.DECLINED: frozenset(),
}

# An unfinished conversation without activity for this long is abandoned, but can be resumed. Staff see it at once. The
# API and webhooks say it after the next `manage.py purge`: see interviews/services/conversations.py.
ABANDONED_AFTER = timedelta(days=7)


class Speaker(models.TextChoices):
    PAIGE = "paige"
    CONTACT = "contact"


class Move(models.TextChoices):
    """COVERED asks what to add on a topic that came up earlier, or by name about a subject of the objective."""

    QUESTION = "question"
    FOLLOW_UP = "follow_up", "follow-up"
    COVERED = "covered"
    REPEAT = "repeat"
    REPHRASE = "rephrase"
    CLOSING = "closing"
    ANSWER = "answer"
    SKIP = "skip"


MOVES: Mapping[Speaker, tuple[Move, ...]] = {
    Speaker.PAIGE: (Move.QUESTION, Move.FOLLOW_UP, Move.COVERED, Move.REPEAT, Move.REPHRASE, Move.CLOSING),
    Speaker.CONTACT: (Move.ANSWER, Move.SKIP),
}


class Flag(models.TextChoices):
    WANTS_TO_STOP = "wants_to_stop", "wants to stop"
    WANTS_A_PERSON = "wants_a_person", "wants a person"
    WANTS_DELETION = "wants_deletion", "wants deletion"
    DECLINED = "declined", "declined"
    WANTS_NO_NAME = "no_name", "wants not to be named"


WISHES = (Flag.WANTS_A_PERSON, Flag.WANTS_DELETION, Flag.WANTS_NO_NAME)
"""A person has to see to them."""


class DeclineReason(models.TextChoices):
    NO_TIME = "no_time", _("I have no time")
    NOT_INVOLVED = "not_involved", _("I was not involved in the decision")
    CONFIDENTIAL = "confidential", _("I may not talk about it")
    NO_AI = "no_ai", _("I do not want to talk with an AI")


class Rating(models.IntegerChoices):
    NOT_AT_ALL = 1, _("Not at all")
    IN_PART = 2, _("In part")
    MOSTLY = 3, _("Mostly")
    FULLY = 4, _("Fully")


class Direction(models.TextChoices):
    """Only drivers of earlier releases have the last two. NEUTRAL: it made no difference. UNCLEAR: a reason for the
    decision without a direction.
    """

    FOR = "for"
    AGAINST = "against"
    NEUTRAL = "neutral"
    UNCLEAR = "unclear"


class DriverAbout(models.TextChoices):
    """Who a driver is about. NOTHING: buying nothing, or staying with what there is."""

    VENDOR = "vendor"
    COMPETITOR = "competitor"
    NOTHING = "nothing", "buying nothing"


class DriverSource(models.TextChoices):
    """Who found a driver, or last corrected it. READ: the encoder."""

    READ = "read"
    MODEL = "model", "a model"
    STAFF = "staff"


class Review(models.TextChoices):
    """What a person says about a driver. A rejected one is not counted."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Coverage(models.TextChoices):
    """DENIED: the contact said that the topic did not come up.

    TOUCHED: an answer to another topic mentions it, or the answer to it mentions no subject of the objective.
    """

    ANSWERED = "answered"
    DENIED = "denied"
    TOUCHED = "touched"
    DECLINED = "declined"
    NOT_ASKED = "not_asked", "not asked"


class NotAsked(models.TextChoices):
    """Why the interview did not ask about a part of the objective."""

    LEFT_OUT = "left_out", "the objective leaves it out"
    NO_TOPIC = "no_topic", "no topic of the guide asks about it"
    OTHER_TOPICS = "other_topics", "the interview was steered to other topics"
    ENDED = "ended", "the interview ended before"


class Engine(models.TextChoices):
    """FALLBACK: the rules, after the model failed."""

    RULES = "rules"
    MODEL = "model"
    FALLBACK = "fallback"


class Wording(models.TextChoices):
    """Whose words a message of Paige has."""

    GUIDE = "guide", "the guide"
    MODEL = "model", "a model"


ASKED_THE_MODEL = (Engine.MODEL, Engine.FALLBACK)
