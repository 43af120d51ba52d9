import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from pygments import highlight
from pygments.filter import simplefilter
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, String, Text, _TokenType, is_token_subtype

from hindsight.api.errors import ErrorCode

EXAMPLE_SERVER = "https://hindsight.example.com"
LANGUAGES = {"bash": "curl", "python": "Python", "typescript": "TypeScript"}
# Of each file in docs/ that is a page: its path, its name, and what it is about. The URL has the name of the file.
PAGES = {
    "api.md": ("api/docs", "Guide", "how to use the API, with samples in curl, Python and TypeScript"),
    "recipes.md": (
        "api/docs/recipes",
        "Recipes",
        "notes, lists, search, deals, addresses and webhook endpoints, with samples",
    ),
    "behaviour.md": (
        "api/docs/behaviour",
        "Behaviour",
        "statuses, transcripts, limits, retries, events, errors and versions",
    ),
    "hand-offs.md": ("api/docs/hand-offs", "Hand-offs", "programs for Salesforce, HubSpot, Slack and n8n"),
}
FORMATTER = HtmlFormatter(nowrap=True)
COLORED = (Comment, Keyword, String, Number, Name.Builtin, Name.Tag)


class Section(NamedTuple):
    id: str
    title: str


class Guide(NamedTuple):
    title: str
    sections: list[Section]
    html: SafeString


class Page(NamedTuple):
    """`sections` are those of its Markdown file."""

    name: str
    url: str
    about: str
    sections: list[Section]


@cache
def guide_markdown(file: str) -> str:
    text: str = (settings.BASE_DIR / "docs" / file).read_text(encoding="utf-8")
    text = text.replace(EXAMPLE_SERVER, settings.PUBLIC_BASE_URL)
    return re.sub(r"\]\(([\w-]+\.md)", lambda link: f"]({reverse(link[1])}", text)


@cache
def guide(file: str) -> Guide:
    return guide_of(guide_markdown(file))


def pages() -> list[Page]:
    return [Page(name, f"/{path}", about, guide(file).sections) for file, (path, name, about) in PAGES.items()]


def guide_of(markdown: str) -> Guide:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for rule in (heading_open, heading_close, table_open, table_close, fence, samples, code_inline):
        parser.add_render_rule(rule.__name__, rule)
    tokens = parser.parse(markdown)
    _name_error_codes(tokens)
    headings = list(_named_headings(tokens))
    html = parser.renderer.render(list(_with_samples(tokens)), parser.options, {})
    (title,) = (section.title for level, section in headings if level == "h1")
    sections = [section for level, section in headings if level == "h2"]
    return Guide(title, sections, mark_safe(html))  # noqa: S308 - Markdown of ours, and HTML in it is escaped


def _named_headings(tokens: Iterable[Token]) -> Iterator[tuple[str, Section]]:
    """Gives each heading the id that it has on GitHub."""
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open":
            id_ = re.sub(r"[^\w\- ]", "", content.content.lower()).replace(" ", "-")
            opening.attrSet("id", id_)
            yield opening.tag, Section(id_, content.content.replace("`", ""))


def _name_error_codes(tokens: list[Token]) -> None:
    """Gives the cell of each error code the id to which `doc_url` leads."""
    for row, cell, content in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if row.type == "tr_open" and cell.type == "td_open" and (code := content.content.strip("`")) in list(ErrorCode):
            cell.attrSet("id", code)


def _with_samples(tokens: Iterable[Token]) -> Iterator[Token]:
    """Adjacent samples show the same call in several languages."""
    for is_sample, group in groupby(tokens, lambda token: token.type == "fence" and token.info in LANGUAGES):
        run = list(group)
        if is_sample and len(run) > 1:
            yield Token("samples", "", 0, children=run)
        else:
            yield from run


@simplefilter
def only_colored(_filter: Any, lexer: Any, stream: Iterable[tuple[_TokenType, str]], options: Any) -> Any:
    """An element for each name and bracket would double the page."""
    for type_, text in stream:
        yield next((kind for kind in COLORED if is_token_subtype(type_, kind)), Text), text


# Render rules of markdown-it, named after token types.


def heading_open(_: RendererHTML, tokens: list[Token], index: int, *args: Any) -> str:
    heading = tokens[index]
    return format_html('<{} id="{}"><a href="#{}">', heading.tag, heading.attrGet("id"), heading.attrGet("id"))


def heading_close(_: RendererHTML, tokens: list[Token], index: int, *args: Any) -> str:
    return format_html("</a></{}>\n", tokens[index].tag)


def table_open(*args: Any) -> str:
    return '<div class="table" tabindex="0">\n<table>\n'  # keyboards scroll it on a narrow screen


def table_close(*args: Any) -> str:
    return "</table>\n</div>\n"


def fence(_: RendererHTML, tokens: list[Token], index: int, *args: Any) -> str:
    return render_to_string("docs/code.html", {"code": _highlighted(tokens[index]), "language": tokens[index].info})


def samples(_: RendererHTML, tokens: list[Token], index: int, *args: Any) -> str:
    children = tokens[index].children or []
    codes = [(child.info, LANGUAGES[child.info], _highlighted(child)) for child in children]
    return render_to_string("docs/samples.html", {"samples": codes, "number": index})


def code_inline(_: RendererHTML, tokens: list[Token], index: int, *args: Any) -> str:
    text = tokens[index].content
    documents = {reverse(name) for name in (*PAGES, "reference", "schema", "try", "llms")}
    return format_html('<a href="{}"><code>{}</code></a>' if text in documents else "<code>{1}</code>", text, text)


def _highlighted(block: Token) -> SafeString:
    lexer = get_lexer_by_name(block.info or "text")
    lexer.add_filter(only_colored())
    html = highlight(block.content, lexer, FORMATTER)
    return mark_safe(html)  # noqa: S308 - Pygments escapes the code
