"""The cast: Acme and Globex, two customers; Alice, a contact of Acme's; a system of each customer's with its key."""

import os
import secrets

import pytest
from pytest_django import Settings

from contacts.models import Contact
from hindsight.api.guess_limiter import guess_limiter
from interviews.models import InterviewRequest
from orgs.models import Org
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.factories import ContactFactory, InterviewRequestFactory, OrgFactory

DATABASE_FIXTURES = {"db", "transactional_db", "database_url"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What touches no database is tried in one leg: that with SQLite."""
    if os.environ.get("TEST_LEG") != "postgresql":
        return
    without = [item for item in items if not touches_database(item)]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if touches_database(item)]


def touches_database(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(fixtures)


@pytest.fixture(autouse=True)
def fresh_rate_limits(settings: Settings) -> None:
    """Counts outlive a test in the shared store: each test counts under names of its own."""
    settings.RATELIMIT_CACHE_PREFIX = f"{secrets.token_hex(8)}:"
    guess_limiter.forget()


@pytest.fixture
def acme(db: None) -> Org:
    return OrgFactory.create(name="Acme", slug="acme")


@pytest.fixture
def globex(db: None) -> Org:
    return OrgFactory.create(name="Globex", slug="globex")


@pytest.fixture
def acme_key(acme: Org) -> str:
    return create_api_key(org=acme, name="CRM")[1]


@pytest.fixture
def acme_api(acme_key: str) -> ApiClient:
    return ApiClient(acme_key)


@pytest.fixture
def globex_api(globex: Org) -> ApiClient:
    return ApiClient(create_api_key(org=globex, name="CRM")[1])


@pytest.fixture
def alice(acme: Org) -> Contact:
    return ContactFactory.create(org=acme, email="alice@example.com", name="Alice", notes="Old notes")


@pytest.fixture
def interview(alice: Contact) -> InterviewRequest:
    """Acme's request for an interview with Alice."""
    return InterviewRequestFactory.create(org=alice.org, contact=alice, objective="Old objective")
