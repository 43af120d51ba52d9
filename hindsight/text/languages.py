"""The languages that have a compiled catalog. The texts in the code are English."""

from pathlib import Path

from django.utils.translation import get_language_info, to_language

ENGLISH = "en"


def languages_in(folder: Path) -> list[str]:
    catalogs = folder.glob("*/LC_MESSAGES/django.mo")
    return sorted({ENGLISH, *(to_language(catalog.parent.parent.name) for catalog in catalogs)})


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code
