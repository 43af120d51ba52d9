"""The demo is like what real interviews leave behind, and the samples of docs/api.md find something in it."""

import re
import shlex
from itertools import pairwise
from urllib.parse import urlencode

import pytest
from pytest_django import Settings

from interviews.models import InterviewRequest
from interviews.reports.interview_statistics import interview_statistics
from orgs.models import Org
from orgs.services import create_api_key
from tests.client import ApiClient
from tests.commands.running import run
from tests.live.samples import samples_of

pytestmark = pytest.mark.django_db

SAMPLES = [
    sample.code for sample in samples_of("docs/api.md") if sample.language == "bash" and "curl -G" in sample.code
]


@pytest.fixture
def api() -> ApiClient:
    run("seed_demo")
    return ApiClient(create_api_key(org=Org.objects.get(slug="acme-analytics"), name="CRM")[1])


def test_times_and_counts_agree(api: ApiClient) -> None:
    rows = api.get("/interviews?limit=100").json()["data"]
    assert {row["progress"] for row in rows} == {"not_started", "completed"}
    for row in rows:
        is_completed = row["progress"] == "completed"
        assert is_completed == (row["status"] == "completed")
        names = ("created_at", "email_sent_at", "started_at", "last_activity_at", "completed_at")
        times = [row[name] for name in names]
        assert sorted(times[:4]) == times[:4] if is_completed else times[2:] == [None] * 3
    weeks = interview_statistics().weeks
    assert sum(week.begun for week in weeks) == sum(week.completed for week in weeks) == 3
    assert InterviewRequest.objects.filter(status="completed").count() == 3


def test_no_model_is_asked(settings: Settings) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL = "http://127.0.0.1:9/v1", "model"
    run("seed_demo")
    for interview_request in InterviewRequest.objects.filter(status="completed"):
        assert set(interview_request.turns.exclude(engine="").values_list("engine", flat=True)) == {"rules"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_sample_of_a_list_finds_something(api: ApiClient, sample: str) -> None:
    path = re.search(r'"\$HINDSIGHT_URL(/[\w/-]+)"', sample)[1]  # type: ignore[index]
    words = shlex.split(sample)
    values = [word for option, word in pairwise(words) if option in ("-d", "--data-urlencode")]
    query = urlencode([(name, value) for name, _, value in (each.partition("=") for each in values)])
    assert api.get(f"{path}?{query}").json()["data"]
