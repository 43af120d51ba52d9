"""Runs the examples of README.md and of the guides to the API against a server. TypeScript: tests/live/optional."""

import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
from django.utils import timezone

from interviews.models import InterviewRequest
from interviews.services.readings import read_steering
from orgs.models import Org
from tests.completed import complete
from tests.factories import ContactFactory, InterviewRequestFactory
from tests.fakes.busy_proxy import busy_proxy
from tests.live.samples import ROOT, Guide, Sample, key_for_samples
from tools.harness.web import Server

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="the examples need curl")


@pytest.fixture
def environment(server: Server, acme: Org) -> dict[str, str]:
    key = key_for_samples(acme)
    return {"PATH": os.environ["PATH"], "HINDSIGHT_URL": url(server.port), "HINDSIGHT_API_KEY": key}


def url(port: int) -> str:
    return f"http://127.0.0.1:{port}/api/v1"


def run(sample: Sample, environment: dict[str, str]) -> str:
    interpreter = ["bash", "-euc"] if sample.language == "bash" else [sys.executable, "-c"]
    done = subprocess.run([*interpreter, sample.code], env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shape(value: Any) -> Any:
    """Replaces every scalar with `...`, and keeps only the first item of each array."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [shape(item) for item in value[:1]] if isinstance(value, list) else ...


@needs_curl
def test_the_curl_commands_of_the_guide(environment: dict[str, str], acme: Org) -> None:
    guide = Guide(acme)
    contact = ContactFactory.create(org=acme, email="dana@example.com")
    found = InterviewRequestFactory.create(org=acme, contact=contact, deal_id="deal_1001")
    complete(found, [("pricing", "It was too expensive, and there was no discount.")])
    for sample in guide.samples("bash"):
        response = json.loads(run(sample, environment))
        assert "error" not in response, response
        if sample.response:
            assert shape(response) == shape(json.loads(sample.response)), sample.code
        for row in InterviewRequest.objects.filter(org=acme):
            read_steering(row)  # as a worker does after a change
    guide.assert_stored("jane.smith@example.com", "dana@example.com")


def test_the_python_samples_of_the_guide(server: Server, environment: dict[str, str], acme: Org) -> None:
    """Each call is refused once, and repeated."""
    guide = Guide(acme)
    with busy_proxy(server.port) as proxy:
        for sample in guide.samples("python"):
            run(sample, {**environment, "HINDSIGHT_URL": url(proxy.server_port)})
    assert {method for method, _ in proxy.refused} == {"GET", "PATCH", "POST", "PUT"}
    guide.assert_stored("jane.smith@example.com", "omar.haddad@example.com")


def test_the_python_samples_can_run_twice(environment: dict[str, str], acme: Org) -> None:
    guide = Guide(acme, notes="Met in May.")
    for text in ("add_to_notes", "find_or_create"):
        outputs = {run(guide.sample("python", text), environment) for _ in range(2)}
        assert len(outputs) == 1
    guide.assert_line_added("Met in May.")


def test_a_python_sample_waits_for_a_minute_but_not_until_tomorrow(environment: dict[str, str], acme: Org) -> None:
    sample = Guide(acme).sample("python", "interview-types")
    waits = """
waits, time.sleep = [], lambda seconds: waits.append(seconds)
answers = [{"Retry-After": "60"}, {}, {"Retry-After": "7200"}]

def request(*args, **kwargs):
    response = requests.Response()
    response.status_code, response._content = 429, b"It resets at midnight."
    response.headers.update(answers.pop(0))
    return response

api.request = request
try:
    call("PATCH", "/interviews/1")
except RuntimeError as error:
    print(error, waits)
"""
    printed = run(sample._replace(code=sample.code + waits), environment).splitlines()
    assert printed[-1] == "429 It resets at midnight. [60, 5]"


def test_a_cancelled_interview_request_is_not_found_but_replaced(environment: dict[str, str], acme: Org) -> None:
    sample = Guide(acme).sample("python", "find_or_create")
    first = int(run(sample, environment))
    InterviewRequest.objects.filter(pk=first).update(cancelled_at=timezone.now())
    second, again = (int(run(sample, environment)) for _ in range(2))
    assert first < second == again


@needs_curl
def test_the_curl_command_of_the_readme(environment: dict[str, str], acme: Org) -> None:
    (console,) = re.findall(r"```console\n\$ (.*?)\n(\{.*?)\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    command, documented = console
    guide = Guide(acme)
    command = command.replace("interviews/1", f"interviews/{guide.request_4821.pk}")
    response = json.loads(run(Sample("bash", command, documented), environment))
    assert shape(response) == shape(json.loads(documented))
    guide.request_4821.refresh_from_db()
    assert guide.request_4821.objective == "Focus on why pricing was a blocker vs. Competitor X"
