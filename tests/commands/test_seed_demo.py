"""The demo is like what real interviews leave behind, and pages and the samples of the guides find something."""

import json
import re
import shlex
from collections import Counter
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from interviews.demo import DATA, seed
from interviews.lifecycle import Progress
from interviews.models import Driver, InterviewRequest, Transcript, UnreadObjective, Wish
from interviews.paige.reading.model import READER_VERSION
from interviews.reports.interview_statistics import interview_statistics
from interviews.services.readings import EncoderReadings
from orgs.models import Org, SecurityEvent
from sequences.models import Enrolment, Sequence
from tests.client import ApiClient
from tests.commands.running import run
from tests.live.samples import samples_of
from tests.staff.admin_pages import Rows, new_enrolment, page_paths
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db

SAMPLES = [
    sample.code for sample in samples_of("docs/recipes.md") if sample.language == "bash" and "curl -G" in sample.code
]


@pytest.fixture
def api() -> ApiClient:
    run("seed_demo")
    return ApiClient.of(Org.objects.get(slug="acme-analytics"))


def test_times_and_counts_agree(api: ApiClient) -> None:
    rows = api.get("/interviews?limit=100").json()["data"]
    found = Counter(row["progress"] for row in rows)
    assert found.keys() == {*Progress}
    for row in rows:
        assert (row["progress"] == "completed") == (row["status"] == "completed")
        names = ("created_at", "email_sent_at", "started_at", "last_activity_at", "completed_at")
        times = [row[name] for name in names if row[name]]
        assert sorted(times) == times
    statistics = interview_statistics([Org.objects.get(slug="acme-analytics").pk])
    assert sum(week.completed for week in statistics.weeks) == found["completed"]
    assert statistics.abandoned == found["abandoned"] == 2
    assert Endpoint.objects.failing().count() == 1
    assert {*Delivery.objects.values_list("status", flat=True)} == {"delivered", "pending"}


def test_the_file_is_made_by_the_current_reader() -> None:
    """Otherwise the start of `make run` reads every answer again: run `python -m tools.demo`."""
    assert json.loads(DATA.read_text(encoding="utf-8"))["reader"] == READER_VERSION
    seed()
    UnreadObjective.objects.all().delete()
    list(EncoderReadings().start())
    assert not UnreadObjective.objects.exists()


def test_every_driver_quotes_its_transcript(api: ApiClient) -> None:
    contents = dict(Transcript.objects.values_list("interview_request", "content"))
    for driver in Driver.objects.all():
        assert contents[driver.interview_request_id][driver.start : driver.end] == driver.quote
    directions = Counter(Driver.objects.values_list("direction", flat=True))
    assert min(directions["for"], directions["against"]) > 30
    assert Driver.objects.filter(source="staff", about_name="Datalane").exists()
    for transcript in Transcript.objects.all():
        assert transcript.key_answers
        assert transcript.drivers


def test_every_page_shows_a_row_of_the_demo(api: ApiClient, client: Client) -> None:
    client.force_login(User.objects.create_superuser("admin"))
    completed: Any = InterviewRequest.objects.filter(status="completed", flags="").latest("id")
    models = (Wish, Endpoint, Delivery, SecurityEvent, Group, User)
    rows: Rows = {model: model.objects.latest("pk") for model in models}
    rows |= {type(row): row for row in (completed, completed.contact, completed.org, completed.interview_type)}
    rows |= {type(row): row for row in (completed.reported_deal, completed.org.api_keys.latest("pk"))}
    sequence = Sequence.objects.latest("pk")
    rows |= {Sequence: sequence, Enrolment: new_enrolment(sequence)}
    failed = {
        name: status for name, path in page_paths(rows).items() if (status := client.get(path).status_code) != 200
    }
    assert failed == {}


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_sample_of_a_list_finds_something(api: ApiClient, sample: str) -> None:
    path = re.search(r'"\$HINDSIGHT_URL(/[\w/-]+)"', sample)[1]  # type: ignore[index]
    words = shlex.split(sample)
    values = [word for option, word in pairwise(words) if option in ("-d", "--data-urlencode")]
    query = urlencode([(name, value) for name, _, value in (each.partition("=") for each in values)])
    assert api.get(f"{path}?{query}").json()["data"]
