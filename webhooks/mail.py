from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from hindsight.http.mail import is_sent
from webhooks.models import Endpoint, EndpointState

SUBJECT = "Hindsight has disabled a webhook endpoint"
REASONS = {
    EndpointState.GONE: "it answered 410 Gone",
    EndpointState.FAILING: "every attempt has failed for five days",
}
# Only the host of the URL: paths and queries of webhooks often contain a secret.
TEXT = """Hello,

Hindsight no longer sends events to this webhook endpoint of {org}, because {reason}:

    {id} at {host}

Once the endpoint works again, enable it: send PATCH /api/v1/webhook-endpoints/{id} with {{"status": "active"}},
or ask your contact at Hindsight, who can also send the events again that it has missed.

{guide}
"""


def tell_org(endpoint: Endpoint) -> None:
    """Does nothing unless mail is set up and the org's contact address is an email address."""
    address = endpoint.org.contact_address.strip()
    if settings.EMAIL_URL is None or not _is_email(address):
        return
    text = TEXT.format(
        org=endpoint.org.name,
        reason=REASONS[EndpointState(endpoint.state)],
        id=endpoint.public_id,
        host=urlsplit(endpoint.url).hostname,
        guide=f"{settings.PUBLIC_BASE_URL}/api/docs#webhooks",
    )
    is_sent(EmailMessage(SUBJECT, text, to=[address]))


def _is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True
