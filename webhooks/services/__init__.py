"""Services that write webhooks. `webhooks.attempts` writes what a worker finds out."""

from webhooks.services.endpoints import (
    MAX_ENDPOINTS,
    create_endpoint,
    disable_endpoint,
    enable_endpoint,
    rotate_secret,
    update_endpoint,
)
from webhooks.services.events import delete_webhooks, forget_interview_requests, record_event, send_test_event
from webhooks.services.health import WebhookHealth, webhook_health
from webhooks.services.purge import purge_deliveries
from webhooks.services.replay import cancel_delivery, replay_deliveries, replay_delivery

__all__ = [
    "MAX_ENDPOINTS",
    "WebhookHealth",
    "cancel_delivery",
    "create_endpoint",
    "delete_webhooks",
    "disable_endpoint",
    "enable_endpoint",
    "forget_interview_requests",
    "purge_deliveries",
    "record_event",
    "replay_deliveries",
    "replay_delivery",
    "rotate_secret",
    "send_test_event",
    "update_endpoint",
    "webhook_health",
]
