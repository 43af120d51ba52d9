"""The Markdown files of docs/ that are pages."""

import re
from typing import Any

import pytest
from django.test import Client

from hindsight.api.errors import ApiError, ErrorCode
from hindsight.api.operations import EXAMPLES
from hindsight.docs.guide import PAGES, guide, guide_markdown, guide_of

SAMPLES = """# API

Call it:

```bash
curl "$URL"
```
```python
requests.get(URL)
```
```json
{"id": 1}
```
"""


# The sections of the one page that there was: links to them are in mails and in programs of others.
EARLIER = """set-up try-it authentication from-a-deal-to-a-conversation the-transcript what-the-objective-steers-to
    what-the-contact-wants cancelling-and-correcting-an-address erasing-a-contact merging-notes-safely deals rate-limits
    repeating-a-request finding-requests following-many-requests searching-what-contacts-said webhooks
    webhook-endpoints-over-the-api errors versions-and-deprecation changelog"""


@pytest.mark.parametrize("path", [f"/{path}" for path, *_ in PAGES.values()])
def test_a_page_leads_to_each_of_its_sections_and_to_those_of_the_other_pages(path: str) -> None:
    page = Client().get(path).content.decode()
    contents, main = page.split("<main>")
    ids = re.findall(r'<h2 id="([\w-]+)">', main)
    assert ids
    assert re.findall(r'href="#([\w-]+)"', contents) == ids
    elsewhere = dict(re.findall(r'<a id="([\w-]+)" href="(/[^"#]+)#\1">', contents))
    assert len(ids) + len(elsewhere) == sum(len(guide(file).sections) for file in PAGES)
    assert {*EARLIER.split()} <= {*ids, *elsewhere}
    for id_, url in elsewhere.items():
        assert f'<h2 id="{id_}">' in Client().get(url).content.decode()


@pytest.mark.parametrize("path", [f"/{path}" for path, *_ in PAGES.values()])
def test_every_link_leads_to_a_section(path: str) -> None:
    main = Client().get(path).content.decode().split("<main>")[1]
    links = re.findall(r'href="(/[^"#]*)?#([\w-]+)"', main)
    assert [id_ for url, id_ in links if f' id="{id_}"' not in Client().get(url or path).content.decode()] == []


@pytest.mark.parametrize("file", PAGES)
def test_each_section_is_a_part_of_the_markdown(file: str) -> None:
    """docs.js cuts the Markdown at the lines that begin with `## `, and copies the n-th part for the n-th section."""
    parts = re.split(r"^## ", guide_markdown(file), flags=re.MULTILINE)[1:]
    assert [part.partition("\n")[0] for part in parts] == [section.title for section in guide(file).sections]


def test_each_error_code_is_an_anchor_to_which_doc_url_leads() -> None:
    page = Client().get("/api/docs/behaviour").content.decode()
    assert re.findall(r'<tr>\n<td id="(\w+)"><code>\1</code>', page) == [*ErrorCode]
    errors = [EXAMPLES.get(each) or each() for each in ApiError.__subclasses__()]
    for error in errors:
        body: dict[str, Any] = error.envelope()
        assert body["error"]["doc_url"] == f"http://127.0.0.1:8000/api/docs/behaviour#{error.code}"
    assert {error.code for error in errors} == {*ErrorCode}


def test_adjacent_samples_get_a_choice_of_language() -> None:
    html = guide_of(SAMPLES).html
    assert re.findall(r'type="radio" name="language-\d+" value="(\w+)"( checked)?', html) == [
        ("bash", " checked"),
        ("python", ""),
    ]
    assert re.findall(r'<div class="code (\w+)">', html) == ["bash", "python", "json"]
    assert '<div class="sample' not in html[html.index('class="code json"') - 50 :]


@pytest.mark.parametrize("markdown", ["<script>x</script>", "`<script>`", "```\n<script>\n```", "[a](javascript:x)"])
def test_html_in_the_markdown_is_escaped(markdown: str) -> None:
    html = guide_of(f"# API\n\n{markdown}").html
    assert "<script" not in html
    assert 'href="javascript' not in html


def test_the_examples_name_this_server() -> None:
    for path in ("/api/docs", "/api/docs.md", "/api/docs/hand-offs", "/api/docs/hand-offs.md"):
        text = Client().get(path).content.decode()
        assert "hindsight.example.com" not in text
        assert "http://127.0.0.1:8000/api/v1" in text
