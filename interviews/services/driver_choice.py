"""After the completion, a worker adds the drivers that a model chooses: the contact never waits for it."""

from django.db import transaction
from django_tasks import task

from interviews.lifecycle import Status
from interviews.models import InterviewRequest, Transcript
from interviews.paige.driver_choice import chosen_directions
from interviews.paige.drivers import drivers
from interviews.paige.engines import model_engine
from interviews.paige.transcript_markdown import blocks
from interviews.services.state import StoredInterview
from webhooks.tasks import put


def queue_driver_choice(interview_request: InterviewRequest) -> None:
    """Call it in the transaction of the completion. Does nothing without a model."""
    if model_engine():
        put(add_drivers, interview_request.pk)


@task
def add_drivers(interview_request_id: int) -> None:
    choose_drivers(interview_request_id)


def choose_drivers(interview_request_id: int) -> None:
    """Takes up to PAIGE_TIMEOUT seconds, without an open transaction. Does nothing if the answers are deleted."""
    engine = model_engine()
    completed = InterviewRequest.objects.filter(pk=interview_request_id, status=Status.COMPLETED).first()
    if engine is None or completed is None:
        return
    brief = StoredInterview.load(completed).brief
    if chosen := chosen_directions(brief, engine.provider, timeout=engine.timeout):
        with transaction.atomic():
            # The lock that an erasure takes.
            list(InterviewRequest.objects.filter(pk=interview_request_id).select_for_update().values_list("pk"))
            for transcript in Transcript.objects.filter(interview_request_id=interview_request_id):
                transcript.drivers = [each.shown(blocks(transcript.content)) for each in drivers(brief, chosen)]
                transcript.save(update_fields=["drivers"])
                InterviewRequest.objects.filter(pk=interview_request_id).update()  # a new version
