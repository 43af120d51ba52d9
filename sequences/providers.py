"""What a mail provider reports, through django-anymail's webhooks. Their address has a secret: it is trusted."""

import re
from typing import Any

from anymail.signals import inbound, tracking
from anymail.urls import urlpatterns
from django.conf import settings
from django.dispatch import receiver
from django.urls import URLPattern

from sequences.models import Mail, MailState, StopReason
from sequences.received import News, reply_in
from sequences.services.stopping import receive

_TEMPORARY = re.compile(r"\bsoft|transient|temporar|\b4\.\d{1,3}\.\d", re.IGNORECASE)

# By django-anymail's event type and reject reason. Other refusals say nothing about the address.
EVENTS = {
    ("bounced", "bounced"): StopReason.BOUNCED,
    ("bounced", "invalid"): StopReason.BOUNCED,
    ("rejected", "bounced"): StopReason.BOUNCED,
    ("rejected", "invalid"): StopReason.BOUNCED,
    ("rejected", "unsubscribed"): StopReason.OPTED_OUT,
    ("complained", None): StopReason.COMPLAINED,
    ("complained", "spam"): StopReason.COMPLAINED,
    ("unsubscribed", None): StopReason.OPTED_OUT,
    ("unsubscribed", "unsubscribed"): StopReason.OPTED_OUT,
}


def webhooks() -> list[URLPattern]:
    """Only of the provider that sends the mails: webhooks of some others fetch a URL that the request names."""
    name = settings.EMAIL_BACKEND.split(".")[2]
    return [each for each in urlpatterns if each.name.startswith(f"{name}_")]


@receiver(tracking)
def receive_event(event: Any, **kwargs: Any) -> None:
    reason = EVENTS.get((event.event_type, event.reject_reason))
    # Of some providers, django-anymail reports permanent and temporary bounces alike.
    kind = event.esp_event.get("Type") if isinstance(event.esp_event, dict) else ""
    is_temporary = _TEMPORARY.search(f"{kind} {event.description} {event.mta_response}")
    if reason and not (reason == StopReason.BOUNCED and is_temporary):
        receive(News(reason, _mail_ids(event), event.recipient or ""))


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
