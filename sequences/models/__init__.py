from sequences.models.enrolment import Enrolment, Mail, MailState, StopReason
from sequences.models.sequence import Sequence, Step
from sequences.models.suppression import Suppression

__all__ = ["Enrolment", "Mail", "MailState", "Sequence", "Step", "StopReason", "Suppression"]
