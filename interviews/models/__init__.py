from interviews.models.interview_request import InterviewRequest, new_survey_token
from interviews.models.interview_type import InterviewType
from interviews.models.transcript import Transcript

__all__ = ["InterviewRequest", "InterviewType", "Transcript", "new_survey_token"]
