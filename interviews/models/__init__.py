from interviews.models.conversation import Conversation, Turn
from interviews.models.interview_request import (
    InterviewRequest,
    RowVersions,
    Versions,
    digest_of_reading,
    survey_url_of,
)
from interviews.models.interview_type import InterviewType
from interviews.models.queued import DriverChoice, ScriptedInterview, UnreadObjective
from interviews.models.report_link import ReportLink
from interviews.models.transcript import Driver, IndexedAnswer, Transcript
from interviews.models.wish import Wish

__all__ = [
    "Conversation",
    "Driver",
    "DriverChoice",
    "IndexedAnswer",
    "InterviewRequest",
    "InterviewType",
    "ReportLink",
    "RowVersions",
    "ScriptedInterview",
    "Transcript",
    "Turn",
    "UnreadObjective",
    "Versions",
    "Wish",
    "digest_of_reading",
    "survey_url_of",
]
