"""Imported by Django's admin autodiscovery. Importing a page registers it."""

# ruff: noqa: F401

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from staff import contacts, deals, wishes
from staff.guides import interview_types
from staff.history import security_events
from staff.interviews import pages as interview_requests
from staff.orgs import api_keys, webhooks
from staff.orgs import pages as orgs
from staff.people import pages as staff_members
from staff.sequences import enrolments
from staff.sequences import pages as sequences

# allauth's tables, some of which contain secrets.
admin.site.unregister((EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession))
