"""Imported by Django's admin autodiscovery."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from staff import contacts, deals
from staff.guides import interview_types
from staff.history import security_events
from staff.interviews import pages as interview_requests
from staff.orgs import api_keys, webhook_deliveries, webhook_endpoints
from staff.orgs import pages as orgs
from staff.people import pages as staff_members

# Importing a page registers it.
__all__ = [
    "api_keys",
    "contacts",
    "deals",
    "interview_requests",
    "interview_types",
    "orgs",
    "security_events",
    "staff_members",
    "webhook_deliveries",
    "webhook_endpoints",
]

# allauth's tables, some of which contain secrets.
admin.site.unregister((EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession))
