import logging
import os
import sys
from typing import Any

from django.core.management.base import CommandError
from django.db import Error as DatabaseError

from orgs.commands import RecordedCommand
from sequences.received import MAX_BYTES, news_in
from sequences.services.stopping import receive

logger = logging.getLogger(__name__)


class Command(RecordedCommand):
    help = (
        "Reads one mail on standard input: a reply to a mail of a sequence, a delivery report, or a complaint. Stops "
        "further mails, and stores nothing of the text. For a mail server's pipe: the exit status is 75, try again "
        "later, if the database is unavailable, and otherwise 0, whatever the mail is."
    )

    def run(self, **options: Any) -> str:
        mail = sys.stdin.buffer.read(MAX_BYTES)
        while sys.stdin.buffer.read(MAX_BYTES):  # else the mail server's pipe breaks
            pass
        try:
            news = news_in(mail)
            count = receive(news) if news else 0
        except DatabaseError:
            raise CommandError("The database is unavailable. Try again later.", returncode=os.EX_TEMPFAIL) from None
        except Exception as error:  # a mail of anybody: its text must not get into the log
            logger.error("A received mail could not be read: %s.", type(error).__name__)
            return "not read"
        return f"{news.reason}: {count} stopped" if news else "neither a reply, a delivery report nor a complaint"
