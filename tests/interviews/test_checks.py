"""System checks of the model settings."""

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from interviews.paige.engines import engine
from interviews.paige.model.engine import ModelEngine
from interviews.paige.turn.rules_engine import RulesEngine


@pytest.mark.parametrize(
    ("url", "model", "key", "expected"),
    [
        ("", "", "", []),
        ("https://models.example.com/v1", "small", "key", []),
        ("http://127.0.0.1:8080/v1", "small", "", []),
        ("http://[::1]:8080/v1", "small", "", []),
        ("https://models.example.com/v1", "", "key", ["paige.E001"]),
        ("", "small", "key", ["paige.E001"]),
        ("models.example.com/v1", "small", "key", ["paige.E002"]),
        ("ftp://models.example.com", "small", "key", ["paige.E002"]),
        ("https://", "small", "key", ["paige.E002"]),
        ("http://[", "small", "key", ["paige.E002"]),
        ("http://host:port/", "small", "key", ["paige.E002"]),
        ("nonsense", "", "", ["paige.E001", "paige.E002"]),
        ("", "", "key", ["paige.E004"]),
        ("http://models.example.com/v1", "small", "key", ["paige.W001"]),
    ],
)
def test_incomplete_or_invalid_settings_have_a_check_id(
    settings: Settings, url: str, model: str, key: str, expected: list[str]
) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = url, model, key
    messages = [message for message in run_checks() if str(message.id).startswith("paige.")]
    assert [message.id for message in messages] == expected
    assert all(message.hint for message in messages)


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
