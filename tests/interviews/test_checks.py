"""System checks of the model settings."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from interviews.paige.chat import Provider
from interviews.paige.engines import ModelEngine, RulesEngine, engine, model_engine, writer

SETTINGS = ("BASE_URL", "MODEL", "API_KEY", "WORDING_BASE_URL", "WORDING_MODEL", "WORDING_API_KEY")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("", "", ""), []),
        (("https://models.example.com/v1", "small", "key"), []),
        (("http://127.0.0.1:8080/v1", "small", ""), []),
        (("http://[::1]:8080/v1", "small", ""), []),
        (("https://models.example.com/v1", "", "key"), ["paige.E001"]),
        (("", "small", "key"), ["paige.E001"]),
        (("", "", "key"), ["paige.E004"]),
        (("http://models.example.com/v1", "small", "key"), ["paige.W001"]),
        (("https://a.example/v1", "large", "", "", "small", ""), []),
        (("https://a.example/v1", "large", "", "https://b.example/v1", "", "key"), []),
        (("", "", "", "https://b.example/v1", "small", ""), []),
        (("", "", "", "https://b.example/v1", "", ""), ["paige.E006"]),
        (("", "", "", "", "small", ""), ["paige.E006"]),
        (("", "", "", "", "", "key"), ["paige.E006"]),
        (("https://a.example/v1", "large", "", "http://b.example/v1", "", ""), ["paige.W001"]),
    ],
)
def test_incomplete_settings_have_a_check_id(settings: Settings, values: tuple[str, ...], expected: list[str]) -> None:
    for name, value in zip(SETTINGS, values, strict=False):
        setattr(settings, f"PAIGE_{name}", value)
    messages = [message for message in run_checks() if str(message.id).startswith("paige.")]
    assert [message.id for message in messages] == expected
    assert all(message.hint for message in messages)
    if len(values) == len(SETTINGS):
        assert all("PAIGE_WORDING_" in f"{message.msg} {message.hint}" for message in messages)


def test_the_settings_choose_who_words(settings: Settings) -> None:
    assert writer() is None
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = "https://models.example.com/v1", "large"
    chosen, wording = model_engine(), writer()
    assert chosen
    assert wording
    assert chosen.provider is wording.provider
    settings.PAIGE_WORDING_MODEL = "small"
    other = writer()
    assert other
    assert isinstance(other.provider, Provider)
    assert (other.provider.base_url, other.provider.model) == ("https://models.example.com/v1", "small")
    settings.PAIGE_CHOOSER = "rules"
    assert isinstance(engine(), RulesEngine)
    assert writer()
    settings.PAIGE_WORDING = "guide"
    assert writer() is None


def test_the_settings_choose_the_engine(settings: Settings) -> None:
    assert isinstance(engine(), RulesEngine)
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = "https://models.example.com/v1", "small"
    settings.PAIGE_TIMEOUT, settings.PAIGE_CONCURRENCY = 3.0, 1
    chosen = engine()
    assert isinstance(chosen, ModelEngine)
    assert chosen.timeout == 3.0
    assert chosen is engine(), "one engine per process, because it counts waiting calls"
    settings.PAIGE_MODEL = ""
    assert isinstance(engine(), RulesEngine)
