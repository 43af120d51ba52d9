"""Imported by Django's admin autodiscovery."""

from django.contrib import admin
from django_tasks_db.models import DBTaskResult

from staff import pages

__all__ = ["pages"]

# The queue's copies. Staff see the deliveries.
admin.site.unregister(DBTaskResult)
