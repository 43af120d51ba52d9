"""Prefix search for words: `name__words="smi jan"` matches Jane Smith.

PostgreSQL uses full-text search with a GIN index; SQLite uses LIKE without an index.
"""

import re
from typing import Any

from django.db import models


class WordIndex(models.Index):
    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using, **kwargs)
        quote = schema_editor.quote_name
        column = quote(model._meta.get_field(self.fields[0]).column)
        return (
            f"CREATE INDEX {quote(self.name)} ON {quote(model._meta.db_table)} "
            f"USING gin (to_tsvector('simple'::regconfig, {column}))"
        )


@models.CharField.register_lookup
class Words(models.Lookup):
    """Whether each word of the text is a prefix of a word of the column. No words match nothing."""

    lookup_name = "words"

    def get_prep_lookup(self) -> list[str]:
        return re.findall(r"\w+", str(self.rhs))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        query = " & ".join(f"'{word}':*" for word in self.rhs)
        return f"to_tsvector('simple'::regconfig, {column}) @@ to_tsquery('simple', %s)", (*params, query)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        if not self.rhs:
            return "1 = 0", ()
        # A space is prepended to the column, so that every word follows a space.
        condition = " AND ".join(rf"(' ' || {column}) LIKE %s ESCAPE '\'" for _ in self.rhs)
        patterns = ("% " + word.replace("_", r"\_") + "%" for word in self.rhs)
        return condition, tuple(value for pattern in patterns for value in (*params, pattern))
