from django.apps import AppConfig


class SequencesConfig(AppConfig):
    name = "sequences"

    def ready(self) -> None:
        # These need the models.
        from hindsight.doctor import CHECKS
        from hindsight.queue.kinds import register
        from sequences.doctor import mail_domain, mails
        from sequences.work import Mails

        CHECKS["mails"] = mails
        CHECKS["mail domain"] = mail_domain
        register(Mails())
