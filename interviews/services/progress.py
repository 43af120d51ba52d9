from interviews.models import InterviewRequest
from webhooks.services.events import record_event


def record_progress(event_type: str, interview_request: InterviewRequest) -> None:
    """Creates the event for webhook endpoints. Call it in the transaction of the progress."""
    record_event(
        org_id=interview_request.org_id,
        event_type=event_type,
        interview_request_id=interview_request.pk,
        data={"deal_id": interview_request.deal_id or None, "status": interview_request.status},
    )
