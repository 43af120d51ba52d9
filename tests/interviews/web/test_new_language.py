"""A language consists of files: a catalog of the page, Paige's phrases, and a guide. No code changes.

The language is made up: it puts each English text in brackets. So these tests also find texts that are not marked for
translation.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from hindsight.text.languages import languages_in
from interviews.models import InterviewRequest, InterviewType
from interviews.paige import language as lexicons
from interviews.paige.guide.guide import Guide, shipped_guide
from interviews.paige.language import language_of
from tests.interviews.web.client import SurveyPage
from tests.interviews.web.test_links import STEPS_TO_STATES, responses_up_to
from tools.dev.translations import check, create, messages, read, update, write

LANGUAGE = "eo"
TRANSLATED = re.compile(r"⟦[^⟦⟧]*⟧")
NAMES = ("Hindsight",)
VENDOR = "Acme"
ANSWERS = ("First.", "Slow.", "x" * 100)  # the contact's in STEPS_TO_STATES, where they are shown outside of boxes
SHOWN_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")


def bracketed(text: str) -> str:
    return f"⟦{text}⟧"


def add_catalog(folder: Path) -> None:
    po = create(folder, LANGUAGE)
    update(po)
    catalog = read(po)
    for message in messages(catalog):
        is_plural = not isinstance(message.id, str)
        message.string = tuple(map(bracketed, message.id)) if is_plural else bracketed(str(message.id))
    write(po, catalog)
    assert update(po) == 0
    assert list(check(po)) == []


def add_phrases(folder: Path) -> None:
    phrases = {name: [bracketed(text) for text in texts] for name, texts in lexicons.phrases("en").items()}
    (folder / LANGUAGE).mkdir()
    (folder / LANGUAGE / "phrases.json").write_text(json.dumps(phrases), encoding="utf-8")


def guide() -> dict[str, Any]:
    data = shipped_guide("win_loss_buyer")
    for topic in data["topics"]:
        for field in ("question", "rephrasing", "reason"):
            topic[field] = bracketed(topic[field])
        for follow_up in topic["follow_ups"]:
            follow_up["text"] = bracketed(follow_up["text"])
    texts = {field: bracketed(data[field]) for field in ("purpose", "closing_question")}
    return {**data, **texts, "language": LANGUAGE}


@pytest.fixture(scope="session")
def locale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    add_catalog(folder)
    return folder


@pytest.fixture
def new_language(locale: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    add_phrases(tmp_path)
    settings.LOCALE_PATHS = [locale]
    settings.LANGUAGES = [(code, code) for code in languages_in(locale)]
    language_of("First.")  # what it caches would miss the other languages, and later tests would get it
    monkeypatch.setattr(lexicons, "LEXICONS", tmp_path)
    lexicons.languages_with.cache_clear()
    yield
    lexicons.phrases.cache_clear()
    lexicons.languages_with.cache_clear()


@pytest.fixture
def translated(new_language: None, page: SurveyPage, interview_request: InterviewRequest) -> SurveyPage:
    InterviewType.objects.update(guide=guide())
    return page


class Texts(HTMLParser):
    """What a page shows, or lets a screen reader or survey.js say. Without the contact's texts, which are in boxes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag = tag
        shown = [value for name, value in attrs if name in SHOWN_ATTRIBUTES or name == "data-wait" or tag == "body"]
        self.found += filter(None, shown)

    def handle_data(self, data: str) -> None:
        if self.tag != "textarea":
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.tag = ""


def not_translated(response: Any) -> list[str]:
    parser = Texts()
    parser.feed(response.content.decode())
    rest = (TRANSLATED.sub("", text) for text in parser.found if text != VENDOR)
    return [text for text in rest if re.search(r"\w", text) and not any(name in text for name in (*NAMES, *ANSWERS))]


@pytest.mark.parametrize("state", STEPS_TO_STATES)
@pytest.mark.slow
def test_every_text_of_an_interview_is_in_its_language(translated: SurveyPage, state: str) -> None:
    for response in responses_up_to(translated, STEPS_TO_STATES[state]):
        assert response.status_code == 303 or f'<html lang="{LANGUAGE}">' in response.content.decode()
        assert not_translated(response) == []


def test_every_text_of_a_page_without_an_interview_is_in_the_browsers_language(
    new_language: None, page: SurveyPage, settings: Settings
) -> None:
    client = Client(headers={"Accept-Language": LANGUAGE})
    responses = [
        client.post("/survey", {"token": "x" * 43, "text": "Too late."}),
        client.post("/survey", "{}", content_type="multipart/form-data; boundary=ä"),
        client.post("/survey", {"text": "x" * 1_048_577}),
    ]
    settings.ANONYMOUS_RATE_LIMIT = 1
    responses += [client.get("/survey") for _ in range(2)]
    assert [response.status_code for response in responses] == [404, 400, 413, 404, 429]
    assert [text for response in responses for text in not_translated(response)] == []


def test_a_language_that_is_written_from_right_to_left_is_laid_out_so(
    translated: SurveyPage, settings: Settings
) -> None:
    assert "dir=" not in translated.get().content.decode()
    settings.LANGUAGES_BIDI = [LANGUAGE]
    assert f'<html lang="{LANGUAGE}" dir="rtl">' in translated.get().content.decode()


def test_a_guide_needs_the_catalog_and_the_phrases_of_its_language(new_language: None, tmp_path: Path) -> None:
    assert Guide.from_data(guide()).language == LANGUAGE
    (tmp_path / LANGUAGE / "phrases.json").unlink()
    lexicons.languages_with.cache_clear()
    with pytest.raises(ValueError, match=r"guide.language: Must be one of "):
        Guide.from_data(guide())
