from django.core.management.base import CommandError, CommandParser

from interviews.models import InterviewRequest


def add_interview_request_id(parser: CommandParser) -> None:
    parser.add_argument("interview_request_id", metavar="INTERVIEW_REQUEST_ID", type=int)


def get_interview_request(interview_request_id: int) -> InterviewRequest:
    """Also reads the rows that a brief needs. Raises CommandError."""
    related = InterviewRequest.objects.select_related("org", "contact", "interview_type", "conversation")
    try:
        return related.get(pk=interview_request_id)
    except InterviewRequest.DoesNotExist:
        raise CommandError(f"Interview request {interview_request_id} does not exist.") from None
