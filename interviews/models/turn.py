from datetime import datetime
from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import Q

from interviews.lifecycle import ASKED_THE_MODEL, MOVES, Engine, Move, Speaker, Wording
from interviews.models.interview_request import InterviewRequest
from orgs.tenancy import OrgRowsQuerySet, SameOrg

MAX_FALLBACK_LENGTH = 40

WORDED = Q(worded_by=Wording.MODEL)
WORDING_FELL_BACK = ~Q(wording_fallback="")


class TurnQuerySet(OrgRowsQuerySet["Turn"]):
    def of_paige(self, since: datetime) -> Self:
        return self.filter(engine__in=Engine.values, created_at__gte=since)

    def answers(self) -> Self:
        """Also those that the contact has withdrawn."""
        return self.filter(Q(move=Move.ANSWER) | Q(corrected_at__isnull=False))

    def asked_the_model(self, since: datetime) -> Self:
        return self.filter(engine__in=ASKED_THE_MODEL, created_at__gte=since)


class Turn(models.Model):
    """Turns are numbered from 1. An answer's number is its question's number + 1; a skip has no text.

    Only Paige's turns have engine, follow-up, wording, latency and tokens. Latency and tokens are those of the
    choice and of the wording together. `worded_by` is empty in turns of older releases.
    """

    org = models.ForeignKey("orgs.Org", on_delete=models.CASCADE, related_name="turns", db_index=False)
    interview_request = models.ForeignKey(InterviewRequest, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    speaker = models.CharField(max_length=10, choices=Speaker)
    move = models.CharField(max_length=10, choices=Move)
    topic = models.CharField(max_length=40, help_text="The key of a topic of the guide.")
    follow_up = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The index of the follow-up that Paige put, among those of the topic."
    )
    text = models.TextField(blank=True)
    authored = models.TextField(
        blank=True, default="", db_default="", help_text="What Paige would have said, if a model has worded the text."
    )
    reading = models.TextField(
        blank=True, default="", db_default="", editable=False, help_text="Of an answer, as JSON. Empty: not read yet."
    )
    engine = models.CharField(max_length=10, choices=Engine, blank=True)
    worded_by = models.CharField(max_length=10, choices=Wording, blank=True, default="", db_default="")
    wording_fallback = models.CharField(
        max_length=MAX_FALLBACK_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="Why the words of a model are not shown.",
    )
    guide_version = models.PositiveIntegerField()
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    corrected_at = models.DateTimeField(null=True, blank=True, help_text="When the contact corrected the answer.")

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        # For statistics of all orgs.
        indexes = (models.Index(fields=("engine", "created_at", "latency_ms"), name="turn_of_any_org_by_engine"),)
        constraints = (
            SameOrg("interview_request", name="turn_request_is_of_org"),
            # Concurrent submits store one turn.
            models.UniqueConstraint(
                fields=("org", "interview_request", "number"), name="turn_number_is_unique_in_interview"
            ),
            models.CheckConstraint(
                name="turn_move_is_its_speakers",
                condition=reduce(or_, (Q(speaker=speaker, move__in=moves) for speaker, moves in MOVES.items())),
            ),
            models.CheckConstraint(
                name="turn_engine_is_paiges",
                condition=Q(speaker=Speaker.PAIGE, engine__in=Engine.values) | Q(speaker=Speaker.CONTACT, engine=""),
            ),
            models.CheckConstraint(
                name="turn_only_a_skip_is_empty",
                condition=Q(move=Move.SKIP, text="") | (~Q(move=Move.SKIP) & ~Q(text="")),
            ),
        )

    def __str__(self) -> str:
        return f"Turn {self.number} of interview request {self.interview_request_id}"
