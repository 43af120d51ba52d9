"""docs/api.md as a page."""

import re

import pytest
from django.test import Client

from hindsight.docs.guide import guide_of

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


def test_the_page_has_every_section_of_the_file_and_a_link_to_it() -> None:
    page = Client().get("/api/docs").content.decode()
    ids = re.findall(r'<h2 id="([\w-]+)">', page)
    assert "merging-notes-safely" in ids
    contents = page[page.index('<nav class="contents"') : page.index("<main>")]
    assert re.findall(r'href="#([\w-]+)"', contents) == ids


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
