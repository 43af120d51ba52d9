"""A worker asks the model to read the answers after the completion, so that the contact never waits."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from hindsight.queue.kinds import Kind
from hindsight.queue.shares import Shares
from interviews.lifecycle import Status
from interviews.models import DriverChoice, InterviewRequest, Transcript
from interviews.paige.answers.transcript_markdown import blocks
from interviews.paige.engines import model_engine
from interviews.paige.findings import drivers
from interviews.paige.model.readings import model_answer_readings
from interviews.services.drivers import replace_drivers
from interviews.services.state import StoredInterview

MAX_SECONDS = 60


def queue_driver_choice(interview_request: InterviewRequest) -> None:
    """Call it in the transaction of the completion."""
    if model_engine() and not interview_request.org.is_test_room:
        DriverChoice.objects.create(org_id=interview_request.org_id, interview_request=interview_request)


class DriverChoices(Kind[DriverChoice]):
    name = "driver choices"
    threads = 1
    shares = Shares(org=1)
    lease_time = timedelta(minutes=3)  # the model has MAX_SECONDS

    def rows(self) -> QuerySet[DriverChoice]:
        return DriverChoice.objects.all()

    def run(self, row: DriverChoice) -> None:
        try:
            choose_drivers(row.interview_request_id)
        finally:  # without a reading of the model, the drivers stay
            row.delete()


def choose_drivers(interview_request_id: int) -> None:
    """Takes up to MAX_SECONDS, without an open transaction. Does nothing if the answers are deleted."""
    engine = model_engine()
    completed = InterviewRequest.objects.filter(pk=interview_request_id, status=Status.COMPLETED).first()
    if engine is None or completed is None:
        return
    content = Transcript.objects.filter(interview_request=completed).values_list("content", flat=True).first()
    brief = StoredInterview.load(completed).brief
    if heard := model_answer_readings(engine.provider, brief, timeout=MAX_SECONDS):
        shown = drivers(brief.after(heard))
        with transaction.atomic():
            # The lock that an erasure takes.
            InterviewRequest.objects.filter(pk=interview_request_id).lock()
            # Another content: meanwhile the contact has taken back an answer, which the drivers may quote.
            transcripts = Transcript.objects.select_related("interview_request").filter(content=content)
            for transcript in transcripts.filter(interview_request_id=interview_request_id):
                found = blocks(transcript.content)
                if replace_drivers(transcript, [each.shown(found) for each in shown]):
                    InterviewRequest.objects.filter(pk=interview_request_id).update()  # a new version
