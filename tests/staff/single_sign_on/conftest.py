from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from staff.login.single_sign_on import links
from staff.login.single_sign_on import provider as calls
from tests.fakes.identity_provider import IdentityProvider, identity_provider
from tests.staff.single_sign_on.steps import configure


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann", "ann@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def linked(ann: User) -> User:
    """Ann, whose account a1 at the provider is linked."""
    links.make(ann, "a1")
    return ann


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    monkeypatch.setattr(calls, "_documents", {})
    with identity_provider() as provider:
        provider.claims = {"sub": "a1", "email": "Ann@example.com", "email_verified": True}
        configure(settings, provider)
        settings.SECOND_FACTOR_REQUIRED = True
        yield provider
