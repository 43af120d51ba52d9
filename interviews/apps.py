from django.apps import AppConfig
from django.core.checks import register


class InterviewsConfig(AppConfig):
    name = "interviews"

    def ready(self) -> None:
        # These need the settings.
        from deals.services import NEW_DEAL_LISTENERS
        from hindsight.doctor import CHECKS
        from hindsight.queue.kinds import register as register_kind
        from interviews.checks import check_model, check_wording
        from interviews.doctor import model_endpoint, model_turns, worded_messages, wording_endpoint
        from interviews.services.drivers import DriverChoices
        from interviews.services.readings import EncoderReadings, ModelReadings, queue_changed, queue_deal
        from interviews.services.scripted_buyer import ScriptedInterviews
        from orgs.audit import LISTENERS

        register(check_model)
        register(check_wording)
        CHECKS["model endpoint"] = model_endpoint
        CHECKS["model turns"] = model_turns
        CHECKS["wording endpoint"] = wording_endpoint
        CHECKS["worded messages"] = worded_messages
        LISTENERS.append(queue_changed)
        NEW_DEAL_LISTENERS.append(queue_deal)
        register_kind(DriverChoices())
        register_kind(EncoderReadings())
        register_kind(ModelReadings())
        register_kind(ScriptedInterviews())
