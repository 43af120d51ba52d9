"""A client generated from docs/openapi.yaml by openapi-python-client works with a running server.

Not part of `make test`: `make test-client` installs the generator in .venv-client and runs this test.
"""

import os
import subprocess
from pathlib import Path

from contacts.models import Contact
from harness.web import Server
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.factories import InterviewTypeFactory

ROOT = Path(__file__).parents[3]
GENERATOR = ROOT / ".venv-client" / "bin"


def test_the_generated_client_creates_updates_and_reads(
    server: Server, acme: Org, acme_key: str, tmp_path: Path
) -> None:
    InterviewTypeFactory.create(org=acme)
    environment = {"PATH": f"{GENERATOR}:{os.environ['PATH']}", "PYTHONPATH": str(tmp_path)}
    subprocess.run(
        [GENERATOR / "openapi-python-client", "generate", "--fail-on-warning", "--meta", "none",
         "--path", ROOT / "docs" / "openapi.yaml", "--output-path", tmp_path / "hindsight_client"],
        env=environment, check=True,
    )  # fmt: skip
    completed = subprocess.run(
        [GENERATOR / "python", Path(__file__).with_name("use_client.py"), f"http://127.0.0.1:{server.port}", acme_key],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    interview_request = InterviewRequest.objects.get(pk=int(completed.stdout))
    assert (interview_request.org, interview_request.objective) == (acme, "Why price mattered")
    assert Contact.objects.get(org=acme).email == "jane.smith@example.com"
