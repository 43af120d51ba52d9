"""Schemathesis finds nothing when it sends requests that docs/openapi.yaml allows, and some that it does not.

Not part of `make test`: `make fuzz` installs Schemathesis in .venv-fuzz and runs this test on both databases.
"""

import json
import os
import subprocess
from pathlib import Path

from interviews.models import InterviewRequest
from orgs.models import Org, Scopes
from orgs.services import create_api_key
from tests.factories import InterviewTypeFactory
from tools.harness.web import Server

ROOT = Path(__file__).parents[3]
SCHEMATHESIS = ROOT / ".venv-fuzz" / "bin" / "schemathesis"
CONFIGURATION = Path(__file__).parent / "fuzzer"
REQUESTS = 5_000


def test_schemathesis_finds_nothing(server: Server, acme: Org, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CONFIGURATION),
        "SCHEMATHESIS_HOOKS": "hooks",
        "HINDSIGHT_URL": f"http://127.0.0.1:{server.port}",
        "HINDSIGHT_API_KEY": create_api_key(org=acme, name="Fuzz", scopes=Scopes.ALL)[1],
        "INTERVIEW_TYPE_ID": InterviewTypeFactory.create(org=acme).public_id,
    }
    report = tmp_path / "report.json"
    done = subprocess.run(
        [SCHEMATHESIS, "--config-file", CONFIGURATION / "schemathesis.toml", "run", ROOT / "docs" / "openapi.yaml",
         "--no-color", "--report-json-path", report],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(report.read_text(encoding="utf-8"))["test_cases"]["generated"] >= REQUESTS, done.stdout
    assert "Traceback" not in server.log
    assert InterviewRequest.objects.for_org(acme.pk).exclude(objective="").exists()
