import re
from pathlib import Path

import pytest
from django.test import Client

from tests.client import ApiClient

ROOT = Path(__file__).parents[3]


def directives(policy: str) -> dict[str, str]:
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in policy.split(";"))}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/nowhere", "/", "/api/docs", "/api/docs/try"])
def test_pages_allow_no_inline_and_no_external_sources(path: str) -> None:
    policy = directives(Client().get(path).headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in str(policy)


def test_the_api_reference_allows_inline_styles_but_no_inline_scripts() -> None:
    policy = directives(Client().get("/api/docs/reference").headers["Content-Security-Policy"])
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["worker-src"] == "blob:"


def test_api_responses_have_no_policy(db: None) -> None:
    assert "Content-Security-Policy" not in ApiClient().get("/interviews/1").headers


@pytest.mark.slow
def test_no_template_has_inline_scripts_or_styles() -> None:
    templates = list(ROOT.glob("[!.]*/**/templates/**/*.html"))
    templates.remove(ROOT / "sequences/templates/sequences/mail.html")  # mail programs load no stylesheet
    assert templates
    inline = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style|\bstyle=|\son\w+=|javascript:")
    assert [path.name for path in templates if inline.search(path.read_text(encoding="utf-8"))] == []
