"""Shared fixtures: the orgs Acme and Globex, and Alice, a contact of Acme."""

import gc
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from zlib import crc32

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from pytest_django import DjangoDbBlocker, Settings

from contacts.models import Contact
from hindsight.limits import day_counts
from hindsight.limits.rate_limits import unauthenticated_limiter
from interviews.models import InterviewRequest
from interviews.paige.guide import guide
from interviews.paige.reading import answer
from interviews.paige.reading import objective as objective_reading
from interviews.paige.turn import brief
from interviews.services.conversation_steps import give_consent, next_question
from orgs.authentication import forget_keys
from orgs.models import Org
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.completed import reading
from tests.factories import ContactFactory, InterviewRequestFactory, OrgFactory
from tests.migrated_database import copied_before_migration, copy_after_migration
from tests.plain_objectives import read_plainly

# The same examples in each run, however slow the machine is.
hypothesis.register_profile(
    "project", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.load_profile("project")

# Set by tests/environments.py. None runs all tests.
ENVIRONMENT = os.environ.get("TEST_ENVIRONMENT")
PART = os.environ.get("TEST_PART")
PARTS = 2

TESTS = Path(__file__).parent

# Environments that run the tests of one folder.
FOLDERS = {"web": TESTS / "live" / "web", "faults": TESTS / "live" / "faults"}

# What can differ on PostgreSQL or with Redis. All other tests run on SQLite only, and so do tests without a database.
ON_BOTH_DATABASES = {
    "commands": "imports in batches, exports through a server-side cursor, checks of the stores",
    "contacts": "search, HOT updates",
    "deals": "SQL of our own, plans of lists, locks, decimals",
    "hindsight/http/test_probes.py": "stores that are unavailable",
    "hindsight/limits": "counters in PostgreSQL and Redis",
    "hindsight/queue/test_turns.py": "leases",
    "hindsight/test_full_database.py": "errors of the database",
    "hindsight/test_prepared_statements.py": "prepared statements",
    "hindsight/test_retries.py": "serialization failures, locks",
    "hindsight/test_stale_statements.py": "prepared statements",
    "interviews/api": "SQL of our own, plans of lists, locks",
    "interviews/services": "locks, order of keys in JSON, statistics in SQL",
    "interviews/web/test_branding.py": "NUL characters in text",
    "interviews/web/test_own_data.py": "functions and constraints of the audit",
    "interviews/test_one_org.py": "row-level security",
    "live": "several processes on one database",
    "orgs": "triggers, partitions, constraints, keys in SQL of our own",
    "sequences": "locks, leases, plans of the queue",
    "staff/test_activity.py": "statistics in SQL",
    "staff/test_exports.py": "a server-side cursor",
    "staff/test_history.py": "partitions",
    "staff/test_home.py": "statistics in SQL",
    "staff/test_home_query_plans.py": "plans of statistics",
    "staff/test_hostile_requests.py": "values that the database refuses",
    "staff/test_imports.py": "batches",
    "staff/test_interview_requests.py": "filters, locks",
    "staff/test_lists.py": "filters, sorting, values that the database refuses",
    "staff/test_orgs.py": "filters, sorting, counters in PostgreSQL and Redis",
    "staff/test_new_interview_requests.py": "batches",
    "staff/test_plans.py": "plans of lists",
    "staff/test_query_budgets.py": "the number of statements",
    "staff/test_removal.py": "foreign keys, triggers",
    "staff/test_request_actions.py": "locks",
    "staff/test_search.py": "search",
    "staff/test_security_events.py": "partitions, filters",
    "staff/test_transactions.py": "transactions",
    "staff/test_webhooks.py": "filters, locks",
    "tools": "SQL that compares two databases",
    "webhooks": "locks, leases",
}
BOTH_PATHS = {TESTS / name for name in ON_BOTH_DATABASES}
assert all(path.exists() for path in BOTH_PATHS)

# `sqlite` has all but those of FOLDERS.
PATHS = {"postgresql": BOTH_PATHS} | {name: {folder} for name, folder in FOLDERS.items()}

DATABASE_FIXTURES = {"db", "transactional_db", "database_url"}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    # Importing tests that the environment does not run takes seconds.
    if collection_path.suffix != ".py":
        return None
    paths = PATHS.get(ENVIRONMENT or "")
    is_elsewhere = paths and paths.isdisjoint([collection_path, *collection_path.parents])
    is_of_another_part = PART and crc32(str(collection_path.relative_to(TESTS.parent)).encode()) % PARTS != int(PART)
    return True if is_elsewhere or is_of_another_part else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = [item for item in items if ENVIRONMENT is None or ENVIRONMENT in environments_of(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(here)])
    items[:] = here


def pytest_collection_finish() -> None:
    # Without this, the garbage collector examines the imported modules again and again. That takes a tenth of the time.
    gc.freeze()


def environments_of(item: pytest.Item) -> set[str]:
    """The environments that run the test: that of its folder, or `sqlite` and perhaps `postgresql`."""
    if own := {name for name, folder in FOLDERS.items() if folder in item.path.parents}:
        return own
    fixtures: list[str] = getattr(item, "fixturenames", [])
    uses_database = item.get_closest_marker("django_db") or not DATABASE_FIXTURES.isdisjoint(fixtures)
    can_differ = not BOTH_PATHS.isdisjoint([item.path, *item.path.parents])
    return {"sqlite", "postgresql"} if uses_database and can_differ else {"sqlite"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """pytest-django runs it before the migrations."""
    if connection.vendor == "sqlite":
        with copied_before_migration():
            yield
    else:
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            copy_after_migration(connection.connection)


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_the_audit() -> Iterator[None]:
    """On PostgreSQL, tests that commit are followed by a TRUNCATE of all tables."""
    flush = DatabaseOperations.execute_sql_flush

    def execute_sql_flush(operations: DatabaseOperations, sql_list: Iterable[str]) -> None:
        flush(operations, ["SET LOCAL hindsight.audit_removal = 'allowed'", *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture
def known_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are read by tests/completed.py, whatever the weights of the reader are."""
    monkeypatch.setattr(answer, "_read", lambda text, question, guide, names: reading(text))


@pytest.fixture(autouse=True)
def fresh_rate_limits(settings: Settings) -> None:
    """A new key prefix: the counters in the store outlive the test."""
    settings.RATELIMIT_CACHE_PREFIX = f"{secrets.token_hex(8)}:"
    unauthenticated_limiter.clear()
    forget_keys()
    for count in (day_counts.overwritten, day_counts.requests, day_counts.refused):
        count.clear()


@pytest.fixture(autouse=True)
def fresh_guides() -> None:
    """Rows of several tests have the same ids."""
    guide._digests.clear()
    guide._outlines.clear()


@pytest.fixture(scope="module")
def plain_objectives() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (brief, objective_reading):
            patch.setattr(module, "read_objective", read_plainly)
        objective_reading.read_notes.cache_clear()
        yield
    objective_reading.read_notes.cache_clear()


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
    return ApiClient.of(globex)


@pytest.fixture
def alice(acme: Org) -> Contact:
    return ContactFactory.create(org=acme, email="alice@example.com", name="Alice", notes="Old notes")


@pytest.fixture
def interview_request(alice: Contact) -> InterviewRequest:
    return InterviewRequestFactory.create(org=alice.org, contact=alice, objective="Old objective")


@pytest.fixture
def running(interview_request: InterviewRequest) -> InterviewRequest:
    """Alice has consented, and her first question is unanswered."""
    give_consent(interview_request)
    next_question(interview_request)
    return interview_request
