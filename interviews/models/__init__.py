from interviews.models.conversation import Conversation
from interviews.models.driver import Driver
from interviews.models.indexed_answer import IndexedAnswer
from interviews.models.interview_request import (
    InterviewRequest,
    RowVersions,
    Versions,
    activity_of,
    digest_of_reading,
    new_survey_token,
    survey_url_of,
)
from interviews.models.interview_type import InterviewType
from interviews.models.scripted_interview import ScriptedInterview
from interviews.models.transcript import DriverChoice, Transcript
from interviews.models.turn import Turn
from interviews.models.unread_objective import UnreadObjective

__all__ = [
    "Conversation",
    "Driver",
    "DriverChoice",
    "IndexedAnswer",
    "InterviewRequest",
    "InterviewType",
    "RowVersions",
    "ScriptedInterview",
    "Transcript",
    "Turn",
    "UnreadObjective",
    "Versions",
    "activity_of",
    "digest_of_reading",
    "new_survey_token",
    "survey_url_of",
]
