"""The languages that have a compiled catalog. The texts in the code are English."""

from pathlib import Path

from django.utils.translation import to_language

ENGLISH = "en"


def languages_in(folder: Path) -> list[str]:
    catalogs = folder.glob("*/LC_MESSAGES/django.mo")
    return sorted({ENGLISH, *(to_language(catalog.parent.parent.name) for catalog in catalogs)})
