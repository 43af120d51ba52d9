from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "hindsight.db"
    label = "hindsight_db"
