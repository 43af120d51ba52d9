"""What a mail provider reports, through django-anymail's webhooks. Their address has a secret: it is trusted."""

import re
from typing import Any

from anymail.signals import inbound, tracking
from anymail.urls import urlpatterns
from django.conf import settings
from django.dispatch import receiver
from django.urls import URLPattern

from sequences.models import Mail, MailState
from sequences.received import About, News, reply_in
from sequences.services.receiving import receive

_TEMPORARY = re.compile(r"\bsoft|transient|temporar|\b4\.\d{1,3}\.\d", re.IGNORECASE)

# By django-anymail's event type and reject reason. Other refusals say nothing about the address.
EVENTS = {
    ("bounced", "bounced"): About.BOUNCE,
    ("bounced", "invalid"): About.BOUNCE,
    ("rejected", "bounced"): About.BOUNCE,
    ("rejected", "invalid"): About.BOUNCE,
    ("rejected", "unsubscribed"): About.OPT_OUT,
    ("complained", None): About.COMPLAINT,
    ("complained", "spam"): About.COMPLAINT,
    ("unsubscribed", None): About.OPT_OUT,
    ("unsubscribed", "unsubscribed"): About.OPT_OUT,
}


def webhooks() -> list[URLPattern]:
    """Only of the provider that sends the mails: webhooks of some others fetch a URL that the request names."""
    name = settings.EMAIL_BACKEND.split(".")[2]
    return [each for each in urlpatterns if each.name.startswith(f"{name}_")]


@receiver(tracking)
def receive_event(event: Any, **kwargs: Any) -> None:
    about = EVENTS.get((event.event_type, event.reject_reason))
    if about and not (about == About.BOUNCE and _is_temporary(event)):
        receive(News(about, _mail_ids(event), event.recipient or ""))


def _is_temporary(event: Any) -> bool:
    """Of some providers, django-anymail reports both kinds of bounces alike."""
    kind = event.esp_event.get("Type") if isinstance(event.esp_event, dict) else ""
    return bool(_TEMPORARY.search(f"{kind} {event.description} {event.mta_response}"))


def _mail_ids(event: Any) -> tuple[str, ...]:
    """Some providers do not return what was sent with a mail."""
    if mail_id := (event.metadata or {}).get("mail"):
        return (str(mail_id),)
    to_address = Mail.objects.filter(state=MailState.SENT, enrolment__contact__email=(event.recipient or "").lower())
    return tuple(uuid.hex for uuid in to_address.values_list("uuid", flat=True))


@receiver(inbound)
def receive_reply(event: Any, **kwargs: Any) -> None:
    if news := reply_in((name, str(value)) for name, value in event.message.raw_items()):
        receive(news)
