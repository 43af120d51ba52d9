"""Full-text search: words and phrases, by PostgreSQL's text search or SQLite's FTS5 (decision 60).

PostgreSQL knows the stems and the stop words of each language. FTS5 stems all languages as English, and has no stop
words.
"""

import re
from functools import reduce
from operator import or_
from secrets import token_hex
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVector, SearchVectorField
from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

CONFIGURATIONS = {"en": "english", "de": "german"}
"""The text search configurations of PostgreSQL, by language."""
OTHER_LANGUAGES = "simple"
EVERY_CONFIGURATION = (*CONFIGURATIONS.values(), OTHER_LANGUAGES)

CREATE_GIN = "CREATE INDEX {index} ON {table} USING gin ({column})"
# The names of columns in FTS5 are those of `table`, which keeps the text.
CREATE_FTS5 = (
    "CREATE VIRTUAL TABLE {index} "
    "USING fts5({column}, content='{table}', content_rowid='id', tokenize='porter unicode61')",
    "CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN "
    "INSERT INTO {index} (rowid, {column}) VALUES (new.id, new.{column}); END",
    "CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN "
    "INSERT INTO {index} ({index}, rowid, {column}) VALUES ('delete', old.id, old.{column}); END",
)
# The names come from the code.
IN_FTS5 = "SELECT rowid FROM {index} WHERE {index} MATCH %s"
HIGHLIGHT = "SELECT highlight({index}, 0, %s, %s) FROM {index} WHERE {index} MATCH %s AND rowid = {table}.id"

_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
_WORD = re.compile(r"[^\W_]")


class Span(NamedTuple):
    start: int
    end: int


class FullTextField(SearchVectorField):  # type: ignore[type-arg]
    """The lexemes of a text on PostgreSQL, the text itself on SQLite. Written with `words_of()`, and not updated."""

    def db_type(self, connection: Any) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"


def words_of(text: str, configuration: str) -> Any:
    is_postgresql = connection.vendor == "postgresql"
    return SearchVector(Value(text), config=configuration) if is_postgresql else Value(text)


def create_full_text_index(schema_editor: Any, *, table: str, column: str, index: str) -> None:
    """For migrations. `table` is new and empty. On SQLite, altering it drops the triggers: create them again."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in (CREATE_GIN,) if is_postgresql else CREATE_FTS5:
        schema_editor.execute(statement.format(table=table, column=column, index=index))


def drop_full_text_index(schema_editor: Any, *, index: str) -> None:
    """The triggers of SQLite go with the table, the index of PostgreSQL with its column."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(index)}")


def configuration_of(language: str) -> str:
    return CONFIGURATIONS.get(language, OTHER_LANGUAGES)


def quoted_terms(text: str) -> str:
    """Each word and each phrase in quotation marks: both databases read them as terms that all have to match.

    A query without other syntax, so it is always valid. Empty if the text has no words.
    """
    terms = (phrase or word for phrase, word in _TERM.findall(text))
    return " ".join(f'"{term}"' for term in terms if _WORD.search(term))


def without_index(column: str) -> Any:
    """The column of PostgreSQL as an expression that no index has."""
    return Coalesce(column, column, output_field=FullTextField())


def matching(terms: str, *, index: str, column: str = "words") -> Q:
    """A condition for rows with a FullTextField `words` and its `configuration`. `column`: or that without index."""
    if connection.vendor != "postgresql":
        return Q(pk__in=RawSQL(IN_FTS5.format(index=index), (terms,)))  # noqa: S611
    queries = {name: SearchQuery(terms, config=name, search_type="websearch") for name in EVERY_CONFIGURATION}
    exact = (Q(("configuration", name), (column, query)) for name, query in queries.items())
    # The index is read once, for any language.
    return Q((column, reduce(or_, queries.values()))) & reduce(or_, exact)


def having_words(terms: str, *, column: str) -> Q:
    """A condition of PostgreSQL for rows that have all words of the terms, adjacent or not."""
    words = terms.replace('"', " ")
    queries = (SearchQuery(words, config=name, search_type="plain") for name in EVERY_CONFIGURATION)
    return Q((column, reduce(or_, queries)))


class Marks(NamedTuple):
    """What the database puts around matches. Random, so that no text contains them."""

    opening: str
    closing: str

    @classmethod
    def new(cls) -> "Marks":
        token = token_hex(8)
        return cls(f"[{token}", f"{token}]")

    def marked(self, text: Any, terms: str, *, table: str, index: str) -> Any:
        """An expression: `text`, which is the one of `words`, with the matches marked."""
        if connection.vendor != "postgresql":
            return RawSQL(HIGHLIGHT.format(index=index, table=table), (*self, terms))  # noqa: S611
        configuration = F("configuration")
        query = SearchQuery(terms, config=configuration, search_type="websearch")
        return SearchHeadline(
            text, query, config=configuration, start_sel=self.opening, stop_sel=self.closing, highlight_all=True
        )

    def spans(self, marked: str, text: str) -> list[Span]:
        """Where the matches are in the text. Empty if PostgreSQL has changed the text, as it does with some markup."""
        spans, plain = [], ""
        for part in marked.split(self.opening):
            match, closing, rest = part.partition(self.closing)
            if closing:
                spans.append(Span(len(plain), len(plain) + len(match)))
            plain += match + rest
        return spans if plain == text else []
