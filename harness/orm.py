"""Django's settings for tools that use the ORM."""

import os


def set_up_django(database_url: str, redis_url: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hindsight.settings",
        "HINDSIGHT_ENV": "development",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
    }
    import django

    django.setup()
