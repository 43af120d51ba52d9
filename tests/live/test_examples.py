"""Runs the examples of README.md and docs/api.md unchanged and in order, against a server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from harness.web import Server
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory

ROOT = Path(__file__).parents[2]


class Example(NamedTuple):
    """`response`: the JSON that the page shows directly below the example, or an empty string."""

    language: str
    code: str
    response: str


def examples(page: str) -> list[Example]:
    block = r"```(bash|python)\n(.*?)```(?:\n```json\n(.*?)```)?"
    return [Example(*found) for found in re.findall(block, (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)]


@pytest.fixture
def environment(server: Server, acme_key: str) -> dict[str, str]:
    api = f"http://127.0.0.1:{server.port}/api/v1"
    return {"PATH": os.environ["PATH"], "HINDSIGHT_URL": api, "HINDSIGHT_API_KEY": acme_key}


@pytest.fixture
def request_4821(acme: Org) -> InterviewRequest:
    """The interview request that the examples call 4821. It is older than the one they create."""
    contact = ContactFactory.create(org=acme, email="someone@example.com", notes='{"title": "CTO"}')
    return InterviewRequestFactory.create(org=acme, contact=contact, deal_id="deal_1001")


def run(example: Example, environment: dict[str, str]) -> str:
    interpreter = ["bash", "-euc"] if example.language == "bash" else [sys.executable, "-c"]
    done = subprocess.run([*interpreter, example.code], env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shape(value: Any) -> Any:
    """Replaces every scalar with `...`, and keeps only the first item of each array."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [shape(item) for item in value[:1]] if isinstance(value, list) else ...


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples need curl")
def test_the_examples_of_the_api_guide(environment: dict[str, str], request_4821: InterviewRequest) -> None:
    interview_type = InterviewTypeFactory.create(org=request_4821.org)
    for example in examples("docs/api.md"):
        code = example.code.replace("type_1", interview_type.public_id)
        code = code.replace("4821", str(request_4821.pk))
        output = run(example._replace(code=code), environment)
        if example.response:
            response, documented = json.loads(output), json.loads(example.response)
            assert "error" not in response, response
            assert shape(response) == shape(documented), example.code
    interview_requests = InterviewRequest.objects.for_org(request_4821.org_id).select_related("contact")
    created = interview_requests.get(contact__email="jane.smith@example.com")
    assert (created.contact.name, created.deal_id) == ("Jane Smith", "deal_1001")
    request_4821.refresh_from_db()
    assert request_4821.objective == "Which moment tipped the decision"
    assert json.loads(request_4821.contact.notes) == {
        "title": "CTO",
        "last_call": "Asked for a reference in healthcare",
    }


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples need curl")
def test_the_curl_command_of_the_readme(environment: dict[str, str], request_4821: InterviewRequest) -> None:
    (console,) = re.findall(r"```console\n\$ (.*?)\n(\{.*?)\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    command, documented = console
    api = environment["HINDSIGHT_URL"]
    command = command.replace("http://127.0.0.1:8000/api/v1/interviews/1", f"{api}/interviews/{request_4821.pk}")
    response = json.loads(run(Example("bash", command, documented), environment))
    assert shape(response) == shape(json.loads(documented))
    request_4821.refresh_from_db()
    assert request_4821.objective == "Focus on why pricing was a blocker vs. Competitor X"
