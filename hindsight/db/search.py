"""Search for any part of a text, without regard to case and accents (decision 33)."""

import unicodedata
from collections.abc import Iterable, Set
from functools import cache, reduce
from operator import and_
from typing import Any, Self

from django.db import models
from django.db.models import Q

# The length of a trigram.
MIN_PART_LENGTH = 3

SEPARATOR = "\n"  # normalized texts do not contain it

# Letters that Unicode does not decompose into a letter and a mark. U+0131 is the dotless i.
LETTERS = str.maketrans("øłđðħŧ\u0131", "olddhti") | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})
LEFT_OUT = frozenset({"Mn", "Cf", "Cc"})  # accents, invisible characters


def normalized(text: str) -> str:
    words = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", " ".join(text.split())).casefold())
    kept = "".join(character for character in words if unicodedata.category(character) not in LEFT_OUT)
    return " ".join(kept.translate(LETTERS).split())


def search_text_of(*texts: str) -> str:
    """Each word follows a space: parts shorter than a trigram match only the beginning of a word."""
    return SEPARATOR.join(f" {normalized(text)}" for text in texts)


class SearchTextField(models.TextField):  # type: ignore[type-arg]
    def __init__(self, *, of: Iterable[str], **kwargs: Any) -> None:
        self.of = tuple(of)
        super().__init__(**{"default": "", "db_default": "", "blank": True, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        text = search_text_of(*(getattr(model_instance, field) for field in self.of))
        setattr(model_instance, self.attname, text)
        return text


class SearchIndex(models.Index):
    """Trigrams on PostgreSQL. On SQLite, an index that is scanned instead of the wider table."""

    def create_sql(
        self, model: Any, schema_editor: Any, using: str = "", *, concurrently: bool = False, **kwargs: Any
    ) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using, **kwargs)
        quote = schema_editor.quote_name
        column = quote(model._meta.get_field(self.fields[0]).column)
        return (
            f"CREATE INDEX {'CONCURRENTLY ' if concurrently else ''}{quote(self.name)} "
            f"ON {quote(model._meta.db_table)} USING gin ({column} gin_trgm_ops)"
        )


@cache
def _search_fields(model: type[models.Model]) -> tuple[SearchTextField, ...]:
    return tuple(field for field in model._meta.concrete_fields if isinstance(field, SearchTextField))


def search_fields(model: type[models.Model], written: Set[str]) -> list[SearchTextField]:
    """Those that contain one of the written fields."""
    return [field for field in _search_fields(model) if not written.isdisjoint(field.of)]


def with_search_text(model: type[models.Model], fields: Iterable[str]) -> set[str]:
    written = set(fields)
    return written | {field.attname for field in search_fields(model, written)}


class Searchable(models.Model):
    """Subclasses have a SearchTextField named `search_text`."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None:
            update_fields = with_search_text(type(self), update_fields)
        super().save(*args, update_fields=update_fields, **kwargs)


class SearchableRows:
    """Precedes QuerySet among the bases."""

    def search(self, text: str) -> Self:
        """A text without words matches nothing."""
        words = normalized(text).split()
        parts = (word if len(word) >= MIN_PART_LENGTH else f" {word}" for word in words)
        condition = reduce(and_, (Q(search_text__contains=part) for part in parts), Q())
        return self.filter(condition) if words else self.none()  # type: ignore[attr-defined,no-any-return]

    def update(self, **values: Any) -> int:
        model: type[models.Model] = self.model  # type: ignore[attr-defined]
        if with_search_text(model, values) != values.keys():
            raise TypeError("Save each row: its search text has to be computed.")
        return int(super().update(**values))  # type: ignore[misc]
