"""Imported by Django's admin autodiscovery."""

from staff import pages

__all__ = ["pages"]
