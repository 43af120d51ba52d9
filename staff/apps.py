from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin
from django.contrib.auth import signals
from django.db.models.signals import post_migrate


class StaffSiteConfig(admin.AdminConfig):
    default = False
    default_site = "staff.site.StaffSite"


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        # These need the models.
        from allauth.mfa.signals import authentication_failed

        from staff import accounts, events, exports, second_factor
        from staff.roles import update_groups

        signals.user_logged_in.connect(events.logged_in)
        signals.user_logged_out.connect(events.logged_out)
        signals.user_login_failed.connect(events.login_failed)
        authentication_failed.connect(events.code_refused)
        accounts.connect()
        second_factor.connect()
        exports.register()
        # Of the apps with permissions in the table, interviews is migrated last.
        post_migrate.connect(update_groups, sender=apps.get_app_config("interviews"))
