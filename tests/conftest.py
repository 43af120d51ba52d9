"""The cast: Acme and Globex, two customers; Alice, a contact of Acme's; a system of each customer's with its key."""

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
