"""Imported by Django's admin autodiscovery."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django_tasks_db.models import DBTaskResult

from staff import pages

__all__ = ["pages"]

# The queue's copies, which staff see as deliveries, and allauth's tables, some of which contain secrets.
admin.site.unregister((DBTaskResult, EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken))
