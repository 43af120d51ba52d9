from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "hindsight.http"
    label = "http"
