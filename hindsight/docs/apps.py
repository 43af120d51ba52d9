from django.apps import AppConfig


class DocsConfig(AppConfig):
    name = "hindsight.docs"
    label = "docs"
