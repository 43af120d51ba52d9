from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from hindsight.http import middleware


def page(response: Any, status: int, heading: str) -> str:
    """Returns the HTML of an error page after checking its status and heading."""
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    text: str = response.content.decode()
    assert f"<h1>{heading}</h1>" in text
    assert "Hindsight</title>" in text
    return text


def test_404_page(settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},  # without a manifest
    }
    text = page(Client().get("/nowhere"), 404, "Page not found")
    assert "<a " not in text  # no link to the admin


@pytest.mark.django_db
def test_403_page_for_a_form_without_a_csrf_token() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("admin:login"), {"username": "nobody"})
    page(response, 403, "Nothing was saved")


def test_500_page_does_not_show_the_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(middleware.ContentSecurityPolicyMiddleware, "__call__", fail)
    text = page(Client(raise_request_exception=False).get("/nowhere"), 500, "Something went wrong")
    assert "secret detail" not in text
