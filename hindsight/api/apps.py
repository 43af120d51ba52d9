from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "hindsight.api"
    label = "api"
