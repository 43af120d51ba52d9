"""The colour and the logo of an org."""

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from orgs.branding import (
    DARK,
    LIGHT,
    MAX_LOGO_BYTES,
    MIN_CONTRAST,
    contrast,
    logo_name,
    lowest_contrast,
    readable,
    validate_brand_color,
    validate_survey_base_url,
)
from orgs.models import Logo, Org
from orgs.services import create_test_room, set_logo
from tests.images import PNG, image


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#1b6b5f", "#ffffff", 6.33)],
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    assert contrast(first, second) == contrast(second, first) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("color", ["#7a1fa2", "#000000", "#1b6b5f", "#c00000"])
def test_a_dark_colour_is_accepted_and_has_a_light_variant_for_dark_screens(color: str) -> None:
    validate_brand_color(color)
    assert lowest_contrast(readable(color, DARK), DARK) >= MIN_CONTRAST


@pytest.mark.parametrize("color", ["#ffd400", "#ffffff", "#767676", "#00aaff"])
def test_the_error_names_a_colour_that_is_accepted(color: str) -> None:
    with pytest.raises(ValidationError, match="too light") as error:
        validate_brand_color(color)
    proposed = readable(color, LIGHT)
    assert proposed in error.value.message
    validate_brand_color(proposed)


@pytest.mark.parametrize("color", ["red", "#FFF", "#1B6B5F", "#1b6b5f;", "#1b6b5f\n", "1b6b5f"])
def test_another_notation_is_refused(color: str) -> None:
    with pytest.raises(ValidationError, match="#rrggbb"):
        validate_brand_color(color)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PNG, "png"),
        (image("JPEG"), "jpg"),
        (image("JPEG", progressive=True), "jpg"),
        (image("WEBP", lossless=True), "webp"),
        (image("WEBP", lossless=False), "webp"),
        (image("WEBP", exif=b"Exif\0\0"), "webp"),
    ],
)
def test_the_name_is_a_hash_and_the_type_of_the_content(content: bytes, extension: str) -> None:
    name, _, found = logo_name(content).partition(".")
    assert (len(name), found) == (32, extension)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1_001, 1), (1, 1_001)])
def test_an_image_with_too_many_pixels_is_refused(kind: str, size: tuple[int, int]) -> None:
    with pytest.raises(ValidationError, match="1,001"):
        logo_name(image(kind, size))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(20),
        PNG[:20],
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\0\0" * 20,
        image("JPEG")[:40],
        b"RIFF\0\0\0\0WEBPVP8X",
        b"RIFF\0\0\0\0WEBPABCD" + bytes(40),
        b"<html>" + PNG,
    ],
)
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError, match="PNG, JPEG or WebP"):
        logo_name(content)


def test_a_large_file_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 102,400"):
        logo_name(PNG + bytes(MAX_LOGO_BYTES))


@pytest.mark.parametrize("url", ["https://interviews.acme.example", "https://a.globex.example"])
def test_survey_links_may_begin_with_a_host_that_the_server_answers_for(settings: Settings, url: str) -> None:
    settings.ALLOWED_HOSTS = ["interviews.acme.example", ".globex.example"]
    validate_survey_base_url(url)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://interviews.acme.example", "begins with https://"),
        ("javascript:alert(1)", "begins with https://"),
        ("https://interviews.acme.example/", "a host name only"),
        ("https://interviews.acme.example:8443", "a host name only"),
        ("https://me@interviews.acme.example", "a host name only"),
        ("https://interviews.acme.example?x", "a host name only"),
        ("https://phishing.example", "does not answer for phishing.example"),
    ],
)
def test_another_base_of_survey_links_is_refused(settings: Settings, url: str, problem: str) -> None:
    settings.ALLOWED_HOSTS = ["interviews.acme.example"]
    with pytest.raises(ValidationError, match=problem):
        validate_survey_base_url(url)


def test_the_test_room_shows_the_logo(acme: Org) -> None:
    room = create_test_room(acme)
    set_logo(org_id=acme.pk, content=PNG)
    room.refresh_from_db()
    assert room.logo == Logo.objects.get().name
