"""The life of an interview request, as tables: what the API tells of it, and the conversation that goes on within."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import models


class Status(models.TextChoices):
    """What the API tells."""

    CREATED = "created"
    SENT = "sent"
    COMPLETED = "completed"


NEXT_STATUSES: Mapping[str, frozenset[Status]] = {
    Status.CREATED: frozenset({Status.SENT, Status.COMPLETED}),
    Status.SENT: frozenset({Status.COMPLETED}),
    Status.COMPLETED: frozenset(),
}


class Stage(models.TextChoices):
    """Where the conversation stands: what the contact's page goes by, and what staff see beside the status."""

    INVITED = "invited"
    CONSENTED = "consented"
    IN_PROGRESS = "in_progress", "in progress"
    RECAP = "recap"
    COMPLETED = "completed"


NEXT_STAGES: Mapping[str, frozenset[Stage]] = {
    Stage.INVITED: frozenset({Stage.CONSENTED}),
    Stage.CONSENTED: frozenset({Stage.IN_PROGRESS, Stage.RECAP}),
    Stage.IN_PROGRESS: frozenset({Stage.RECAP}),
    # Back to the questions, for who pressed Finish too early; or done.
    Stage.RECAP: frozenset({Stage.IN_PROGRESS, Stage.COMPLETED}),
    Stage.COMPLETED: frozenset(),
}

# A conversation that has begun and then rests this long counts as abandoned. It can still be taken up again.
ABANDONED_AFTER = timedelta(days=7)


class Speaker(models.TextChoices):
    """Who said a turn."""

    PAIGE = "paige"
    CONTACT = "contact"


class Move(models.TextChoices):
    """What a turn does. The first three are Paige's, the others the contact's."""

    QUESTION = "question"
    PROBE = "probe"
    CLOSING = "closing"
    ANSWER = "answer"
    SKIP = "skip"


MOVES: Mapping[Speaker, tuple[Move, ...]] = {
    Speaker.PAIGE: (Move.QUESTION, Move.PROBE, Move.CLOSING),
    Speaker.CONTACT: (Move.ANSWER, Move.SKIP),
}


class Engine(models.TextChoices):
    """What wrote a message of Paige's: the guide alone, a model, or the guide where the model had failed."""

    GUIDED = "guided"
    MODEL = "model"
    FALLBACK = "fallback"
