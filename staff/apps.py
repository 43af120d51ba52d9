from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin
from django.contrib.auth import signals
from django.core.checks import register
from django.db.models.signals import m2m_changed, post_migrate


class StaffSiteConfig(admin.AdminConfig):
    default = False
    default_site = "staff.site.StaffSite"


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        # These need the models.
        from django.contrib.auth.models import User

        from staff.checks import check_logins
        from staff.login import passkeys, second_factor, sessions
        from staff.login.single_sign_on import links
        from staff.people import accounts
        from staff.people.roles import follow_groups, update_groups

        accounts.connect()
        signals.user_logged_in.connect(passkeys.clear_challenges)
        signals.user_logged_out.connect(sessions.forget)
        second_factor.connect()
        links.connect()
        m2m_changed.connect(follow_groups, sender=User.groups.through)
        register(check_logins)
        # Of the apps with permissions in the table, interviews is migrated last.
        post_migrate.connect(update_groups, sender=apps.get_app_config("interviews"))
