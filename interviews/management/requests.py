from django.core.management.base import CommandError, CommandParser

from interviews.models import InterviewRequest


def add_interview_request_id(parser: CommandParser) -> None:
    parser.add_argument("interview_request_id", metavar="INTERVIEW_REQUEST_ID", type=int)


def get_interview_request(interview_request_id: int) -> InterviewRequest:
    """Selects the related rows that a brief needs. Raises CommandError."""
    found = InterviewRequest.objects.select_related("org", "contact", "interview_type", "conversation")
    try:
        return found.get(pk=interview_request_id)
    except InterviewRequest.DoesNotExist:
        raise CommandError(f"There is no interview request {interview_request_id}.") from None
