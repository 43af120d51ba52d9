"""Clients that generators make from docs/openapi.yaml work with a running server.

Not part of `make test`: `make test-client` installs the generators in .venv-client and runs this test.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.factories import InterviewTypeFactory
from tools.harness.web import Server

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT / "docs" / "openapi.yaml"
SCRIPTS = Path(__file__).parent / "clients"
TOOLS = ROOT / ".venv-client"
MODULES = TOOLS / "node_modules"

Build = Callable[[Path], list[str | Path]]


def run(*command: str | Path, folder: Path) -> str:
    environment = {
        "PATH": f"{TOOLS / 'bin'}:{MODULES / '.bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(folder),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python_client(folder: Path) -> list[str | Path]:
    output = folder / "hindsight_client"
    run("openapi-python-client", "generate", "--fail-on-warning", "--meta", "none",
        "--path", SCHEMA, "--output-path", output, folder=folder)  # fmt: skip
    return [TOOLS / "bin" / "python", SCRIPTS / "python_client.py"]


def typescript_fetch(folder: Path) -> list[str | Path]:
    run("openapi-generator-cli", "generate", "--generator-name", "typescript-fetch",
        "--input-spec", SCHEMA, "--output", folder / "hindsight_client", folder=folder)  # fmt: skip
    return ["node", compiled("typescript_fetch", folder)]


def openapi_fetch(folder: Path) -> list[str | Path]:
    run("openapi-typescript", SCHEMA, "--redocly", SCRIPTS / "redocly.yaml", "--output", "schema.d.ts", folder=folder)
    return ["node", compiled("openapi_fetch", folder)]


def compiled(script: str, folder: Path) -> Path:
    """Type-checks the script and the generated client."""
    (folder / "node_modules").symlink_to(MODULES)
    source = folder / f"{script}.ts"
    source.write_bytes((SCRIPTS / source.name).read_bytes())
    run("tsc", "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--module", "commonjs", "--types",
        "node", source, folder=folder)  # fmt: skip
    return source.with_suffix(".js")


@pytest.mark.parametrize("build", [python_client, typescript_fetch, openapi_fetch])
def test_a_generated_client_creates_updates_and_reads(
    server: Server, acme: Org, acme_key: str, tmp_path: Path, build: Build
) -> None:
    InterviewTypeFactory.create(org=acme)
    printed = run(*build(tmp_path), f"http://127.0.0.1:{server.port}", acme_key, folder=tmp_path)
    interview_request = InterviewRequest.objects.for_org(acme.pk).get()
    got: dict[str, Any] = json.loads(printed)
    assert got == {
        "interview_request_id": interview_request.pk,
        "notes": ['{\n  "title": "CTO"\n}', "Met at the fair"],
        "listed": [interview_request.pk],
        "read": ["created", "Why price mattered", None],
        "refused": ["contact_context"],
        "missing": "not_found",
    }
    assert interview_request.objective == "Why price mattered"
    contact = Contact.objects.get(org=acme)
    assert (contact.email, contact.notes) == ("jane.smith@example.com", "Met at the fair")
