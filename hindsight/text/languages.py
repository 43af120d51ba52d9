"""A language is available if `locale/` has a catalog for it. The texts in the code are English."""

from pathlib import Path

from django.utils.translation import to_language

ENGLISH = "en"


def languages_in(folder: Path) -> list[str]:
    """The codes of the languages with a compiled catalog, and English."""
    catalogs = folder.glob("*/LC_MESSAGES/django.mo")
    return sorted({ENGLISH, *(to_language(catalog.parent.parent.name) for catalog in catalogs)})
