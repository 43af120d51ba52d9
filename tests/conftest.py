"""The cast: Acme and Globex, two customers; Alice, a contact of Acme's; a system of each customer's with its key."""

import os
import secrets
from pathlib import Path

import pytest
from pytest_django import Settings

from contacts.models import Contact
from hindsight.limits.unauthenticated import unauthenticated_limiter
from interviews.models import InterviewRequest
from orgs.models import Org
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.factories import ContactFactory, InterviewRequestFactory, OrgFactory

# The leg of tests/legs.py that this is; None outside of it, where all tests are run.
LEG = os.environ.get("TEST_LEG")

# What a browser shows, and what becomes of connections and processes: not to be tried with each of the databases.
WEB = Path(__file__).parent / "live" / "web"

DATABASE_FIXTURES = {"db", "transactional_db", "database_url"}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The leg of these tests has no need to import all the others."""
    is_elsewhere = collection_path.suffix == ".py" and WEB not in collection_path.parents
    return True if LEG == "web" and is_elsewhere else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = [item for item in items if LEG is None or LEG in legs_of(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(here)])
    items[:] = here


def legs_of(item: pytest.Item) -> set[str]:
    """The legs that have this test: both databases', unless it has nothing to do with a database."""
    if WEB in item.path.parents:
        return {"web"}
    fixtures: list[str] = getattr(item, "fixturenames", [])
    uses_database = item.get_closest_marker("django_db") or not DATABASE_FIXTURES.isdisjoint(fixtures)
    return {"sqlite", "postgresql"} if uses_database else {"sqlite"}


@pytest.fixture(autouse=True)
def fresh_rate_limits(settings: Settings) -> None:
    """Counts outlive a test in the shared store: each test counts under names of its own."""
    settings.RATELIMIT_CACHE_PREFIX = f"{secrets.token_hex(8)}:"
    unauthenticated_limiter.clear()


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
