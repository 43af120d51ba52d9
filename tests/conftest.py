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

# About the HTTP server and its processes, whatever the database.
SERVER_MODULES = {"test_chunked_bodies", "test_hanging_model", "test_hostile_http", "test_logs", "test_processes"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What has nothing to do with the database is tried in one of the two legs."""
    leg = os.environ.get("TEST_LEG")
    here = [item for item in items if leg is None or only_leg(item) in (None, leg)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(here)])
    items[:] = here


def only_leg(item: pytest.Item) -> str | None:
    """The one leg that has this test; None where both do."""
    if item.path.stem in SERVER_MODULES:
        return "postgresql"
    fixtures: list[str] = getattr(item, "fixturenames", [])
    uses_database = item.get_closest_marker("django_db") or not DATABASE_FIXTURES.isdisjoint(fixtures)
    return None if uses_database else "sqlite"


@pytest.fixture(autouse=True)
def fresh_rate_limits(settings: Settings) -> None:
    """Counts outlive a test in the shared store: each test counts under names of its own."""
    settings.RATELIMIT_CACHE_PREFIX = f"{secrets.token_hex(8)}:"
    guess_limiter.forget()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """A hash that is slow on purpose would be slow in each test that sets or tries a password."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Settings) -> None:
    """Each test client would look up all static files first, which takes longer than most tests."""
    settings.WHITENOISE_AUTOREFRESH = True


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
