from django.apps import AppConfig


class SequencesConfig(AppConfig):
    name = "sequences"

    def ready(self) -> None:
        # These need the models.
        from hindsight.queue.kinds import register
        from sequences.work import Mails

        register(Mails())
