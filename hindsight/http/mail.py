import logging

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)


def is_sent(mail: EmailMessage) -> bool:
    """Sends it, at the latest within EMAIL_TIMEOUT. Logs failures."""
    try:
        return bool(mail.send())
    except Exception as error:  # of smtplib, sockets, or a provider's client
        logger.error("A mail was not sent: %s", type(error).__name__)
        return False
