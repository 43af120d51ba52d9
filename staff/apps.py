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
        from allauth.mfa.signals import authentication_failed
        from django.contrib.auth.models import User

        from staff import security_events
        from staff.checks import check_logins
        from staff.login import challenges, second_factor, sessions
        from staff.login.single_sign_on import links
        from staff.people import accounts
        from staff.people.roles import follow_groups, update_groups

        signals.user_logged_in.connect(security_events.logged_in)
        signals.user_logged_in.connect(challenges.clear_challenges)
        signals.user_logged_out.connect(security_events.logged_out)
        signals.user_logged_out.connect(sessions.forget)
        signals.user_login_failed.connect(security_events.login_failed)
        authentication_failed.connect(security_events.code_refused)
        accounts.connect()
        second_factor.connect()
        links.connect()
        m2m_changed.connect(follow_groups, sender=User.groups.through)
        register(check_logins)
        # Of the apps with permissions in the table, interviews is migrated last.
        post_migrate.connect(update_groups, sender=apps.get_app_config("interviews"))
