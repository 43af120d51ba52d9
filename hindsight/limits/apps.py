from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "hindsight.limits"
    label = "limits"
