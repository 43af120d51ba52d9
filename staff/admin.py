"""Imported by Django's admin autodiscovery."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from staff import pages

__all__ = ["pages"]

# allauth's tables, some of which contain secrets.
admin.site.unregister((EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession))
