"""The pages for integrators."""

import gzip
import re

import pytest
from django.test import Client

from hindsight.docs.views import LOGO

GUIDES = ["/api/docs", "/api/docs/recipes", "/api/docs/behaviour", "/api/docs/hand-offs"]
PAGES = ["/", *GUIDES, "/api/docs/reference", "/api/docs/try"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.slow
def test_every_link_of_a_page_works(path: str) -> None:
    page = Client().get(path).content.decode()
    links = set(re.findall(r'(?:href|src|data-copy|spec-url)="(/[^"#]*)"', page))
    assert {"/api/docs", "/api/docs/reference"} <= links
    pages = {link for link in links if not link.startswith("/static/")}
    assert {link: Client().get(link, follow=True).status_code for link in pages} == dict.fromkeys(pages, 200)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_no_other_host(path: str) -> None:
    page = Client().get(path).content.decode()
    assert re.findall(r'(?:src|href|spec-url|data-copy)="(?!/|#)', page) == []


@pytest.mark.parametrize("path", [*PAGES[1:], *(f"{path}.md" for path in GUIDES)])
def test_other_methods_get_a_405(path: str) -> None:
    response = Client(enforce_csrf_checks=True).post(path)
    assert (response.status_code, response.json()["error"]["code"]) == (405, "method_not_allowed")


def test_llms_txt_lists_the_text_of_each_guide() -> None:
    text = Client().get("/llms.txt").content.decode()
    addresses = re.findall(r"\]\(http://127\.0\.0\.1:8000(/[^)]+\.md)\): \w+", text)
    assert addresses == [f"{path}.md" for path in GUIDES]
    assert [Client().get(path).content[:2] for path in addresses] == [b"# "] * len(GUIDES)


def test_the_script_of_the_reference_loads_nothing_from_another_host() -> None:
    plain = Client().get("/api/redoc.js")
    compressed = Client().get("/api/redoc.js", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(compressed.content) == plain.content
    assert len(compressed.content) < len(plain.content) / 2
    assert LOGO not in plain.content.decode()
    assert not re.findall(r'src:"https?://', plain.content.decode())
    assert plain.headers["Cache-Control"] == "public, max-age=86400"
