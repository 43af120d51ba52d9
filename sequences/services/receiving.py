from django.db import transaction

from hindsight.db.statements import retried
from sequences.models import Enrolment, Mail, StopReason, SuppressionReason
from sequences.models.suppression import digests_of
from sequences.received import About, News
from sequences.services.stopping import conclude
from sequences.services.suppression import suppress

REASONS = {
    About.REPLY: StopReason.REPLIED,
    About.BOUNCE: StopReason.BOUNCED,
    About.COMPLAINT: StopReason.COMPLAINED,
    About.OPT_OUT: StopReason.OPTED_OUT,
}


@retried
@transaction.atomic
def receive(news: News) -> int:
    """Stops the enrolments of the mails, and suppresses their address unless it is a reply: for the org, or after a
    complaint for all. Returns for how many enrolments the news is new.

    News about another address than the contact has is late: the address was corrected meanwhile.
    """
    mails = Mail.objects.filter(uuid__in=news.mail_ids)
    rows = Enrolment.objects.filter(pk__in=mails.values("enrolment")).locked()
    return sum([_receive(row, news) for row in rows])


def _receive(enrolment: Enrolment, news: News) -> bool:
    email, reason = enrolment.interview_request.contact.email, REASONS[news.about]
    if news.address and digests_of(news.address) != digests_of(email):
        return False
    is_new = conclude(enrolment, reason)
    if news.about != About.REPLY:
        org_id = None if news.about == About.COMPLAINT else enrolment.org_id
        suppress(email=email, org_id=org_id, reason=SuppressionReason(reason))
    return is_new
