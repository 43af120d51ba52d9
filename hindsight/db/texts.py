"""Columns of texts that can be empty. A release that does not know them yet can insert rows (decision 48)."""

from typing import Any

from django.db import models


def optional_text(max_length: int, help_text: str = "", **options: Any) -> "models.CharField[str, str]":
    return models.CharField(
        max_length=max_length, blank=True, default="", db_default="", help_text=help_text, **options
    )


def optional_long_text(help_text: str = "", **options: Any) -> "models.TextField[str, str]":
    return models.TextField(blank=True, default="", db_default="", help_text=help_text, **options)
