"""The n8n workflow of docs/hand-offs.md, in a small copy of what n8n does with its nodes: `make test-typescript`."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.erasure import erase_contact
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from tests.completed import complete
from tests.factories import InterviewRequestFactory
from tests.live.samples import samples_of
from tools.harness.web import Server

RUNNER = Path(__file__).parent / "typescript" / "n8n.mjs"
[WORKFLOW] = (sample.code for sample in samples_of("docs/hand-offs.md") if sample.language == "json")


@pytest.fixture
def run(server: Server, acme_key: str, tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    file = tmp_path / "workflow.json"
    file.write_text(WORKFLOW.replace("https://hindsight.example.com", f"http://127.0.0.1:{server.port}"))
    environment = {"PATH": os.environ["PATH"], "HINDSIGHT_API_KEY": acme_key}

    def run() -> list[dict[str, Any]]:
        command: list[str | Path] = ["node", RUNNER, file, tmp_path / "static.json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        items: list[dict[str, Any]] = json.loads(done.stdout)
        return items

    return run


def test_each_completed_interview_comes_when_it_changes(
    run: Callable[[], list[dict[str, Any]]], acme: Org, alice: Contact
) -> None:
    def completed(deal_id: str) -> None:
        row = InterviewRequestFactory.create(org=acme, contact=alice, deal_id=deal_id)
        complete(row, [("pricing", "Your quote was too high.")])

    assert run() == []
    completed("deal_1")
    completed("deal_2")
    InterviewRequestFactory.create(org=acme, contact=alice)
    items = run()
    assert [item["deal_id"] for item in items] == ["deal_1", "deal_2"]
    assert next(iter(items[0])) == "summary"
    assert items[0]["summary"].startswith("Against Acme: “Your quote was too high”.\nOf the objective, ")
    assert items[0]["summary"].endswith(" “Your quote was too high.”")
    assert items[0]["transcript"]["drivers"][0]["quote"] == "Your quote was too high."
    assert run() == []
    completed("deal_3")
    InterviewRequest.objects.filter(deal_id="deal_1").update()  # a new version: a model has added drivers
    assert [item["deal_id"] for item in run()] == ["deal_3", "deal_1"]
    erase_contact(org_id=acme.pk, contact_id=alice.pk, actor=Actor(ActorKind.STAFF, "sue"))
    assert [item["summary"] for item in run()] == ["", "", ""]
