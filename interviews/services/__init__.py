"""Services that write interviews. `orgs.audit.restore` restores earlier texts."""

from interviews.services.bulk import ARCHIVE, MARK_SENT, UNARCHIVE, BulkWrite, foresee, write_many
from interviews.services.conversation_steps import (
    complete_conversation,
    correct_answers,
    finish_conversation,
    give_consent,
    next_question,
    resume_conversation,
    skip_question,
    submit_answer,
)
from interviews.services.create import create_interview_request, onboard_org
from interviews.services.guide_quality import VersionQuality, quality_by_version
from interviews.services.guides import edit_guide
from interviews.services.interview_statistics import InterviewStatistics, interview_statistics
from interviews.services.interview_types import (
    ArchivedTypeError,
    archive_interview_type,
    create_interview_type,
    duplicate_interview_type,
    unarchive_interview_type,
)
from interviews.services.model_statistics import ModelStatistics, model_statistics
from interviews.services.picks import pick_topics
from interviews.services.remove import delete_contact, delete_org, erase_contact
from interviews.services.retention import delete_old_answers, erase_inactive_contacts
from interviews.services.state import Exchange, InterviewState, interview_state, language_of
from interviews.services.transitions import complete_interview, mark_sent
from interviews.services.update import update_interview_request
from interviews.services.wishes import decline_interview, rate_interview, request_deletion, withdraw_decline

__all__ = [
    "ARCHIVE",
    "MARK_SENT",
    "UNARCHIVE",
    "ArchivedTypeError",
    "BulkWrite",
    "Exchange",
    "InterviewState",
    "InterviewStatistics",
    "ModelStatistics",
    "VersionQuality",
    "archive_interview_type",
    "complete_conversation",
    "complete_interview",
    "correct_answers",
    "create_interview_request",
    "create_interview_type",
    "decline_interview",
    "delete_contact",
    "delete_old_answers",
    "delete_org",
    "duplicate_interview_type",
    "edit_guide",
    "erase_contact",
    "erase_inactive_contacts",
    "finish_conversation",
    "foresee",
    "give_consent",
    "interview_state",
    "interview_statistics",
    "language_of",
    "mark_sent",
    "model_statistics",
    "next_question",
    "onboard_org",
    "pick_topics",
    "quality_by_version",
    "rate_interview",
    "request_deletion",
    "resume_conversation",
    "skip_question",
    "submit_answer",
    "unarchive_interview_type",
    "update_interview_request",
    "withdraw_decline",
    "write_many",
]
