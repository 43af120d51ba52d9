from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate


class StaffSiteConfig(admin.AdminConfig):
    """Django's admin app, with our site as the default one."""

    default = False
    default_site = "staff.site.StaffSite"


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        from staff.roles import update_groups  # needs the models

        # Of the apps with permissions in the table, interviews is migrated last. Apps without models get no signal.
        post_migrate.connect(update_groups, sender=apps.get_app_config("interviews"))
