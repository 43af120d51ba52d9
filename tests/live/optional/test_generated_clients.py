"""Clients that generators make from docs/openapi.yaml work with a running server.

Not part of `make test`: `make test-client` installs the generators in .venv-client and runs this test. Go, Ruby with
Typhoeus, and PHP with Guzzle are packages of Debian: see .ci/run.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from contacts.models import Contact
from interviews.models import InterviewRequest
from orgs.models import Org
from orgs.services import create_api_key
from tests.factories import InterviewTypeFactory, OrgFactory
from tools.harness.web import Server
from webhooks.signing import new_secret, signed_headers

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT / "docs" / "openapi.yaml"
SCRIPTS = Path(__file__).parent / "clients"
TOOLS = ROOT / ".venv-client"
MODULES = TOOLS / "node_modules"

# Imports every module of the package, those of the API and the models too.
IMPORTS = """
import importlib, openapi_client, pkgutil
for module in pkgutil.walk_packages(openapi_client.__path__, "openapi_client."):
    importlib.import_module(module.name)
"""

Build = Callable[[Path], list[str | Path]]


def run(*command: str | Path, folder: Path) -> str:
    environment = {
        "PATH": f"{TOOLS / 'bin'}:{MODULES / '.bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(folder),
        "GOCACHE": str(TOOLS / "go-build"),  # compiling the standard library takes half a minute
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "RUBYLIB": str(folder / "hindsight_client" / "lib"),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python_client(folder: Path) -> list[str | Path]:
    output = folder / "hindsight_client"
    run("openapi-python-client", "generate", "--fail-on-warning", "--meta", "none",
        "--path", SCHEMA, "--output-path", output, folder=folder)  # fmt: skip
    return [TOOLS / "bin" / "python", SCRIPTS / "python_client.py"]


def python_generator_client(folder: Path) -> list[str | Path]:
    client = generate("python", folder)
    python = TOOLS / "bin" / "python"
    run(python, "-m", "compileall", "-q", client, folder=folder)
    run(python, "-c", IMPORTS, folder=client)
    return ["env", f"PYTHONPATH={client}", python, SCRIPTS / "python_generator_client.py"]


def typescript_fetch(folder: Path) -> list[str | Path]:
    generate("typescript-fetch", folder)
    return ["node", compiled("typescript_fetch", folder)]


def openapi_fetch(folder: Path) -> list[str | Path]:
    run("openapi-typescript", SCHEMA, "--redocly", SCRIPTS / "redocly.yaml", "--output", "schema.d.ts", folder=folder)
    return ["node", compiled("openapi_fetch", folder)]


def go_client(folder: Path) -> list[str | Path]:
    client = generate("go", folder)
    (client / "main").mkdir()
    copy_script("go_client.go", client / "main")
    run("go", "-C", client, "vet", ".", "./main", folder=folder)
    run("go", "-C", client, "build", "-o", folder / "program", "./main", folder=folder)
    return [folder / "program"]


def ruby_client(folder: Path) -> list[str | Path]:
    generate("ruby", folder)
    return ["ruby", "-w", SCRIPTS / "ruby_client.rb"]


def php_client(folder: Path) -> list[str | Path]:
    generate("php", folder)
    return ["php", copy_script("php_client.php", folder)]


def generate(generator: str, folder: Path) -> Path:
    """With the default options of openapi-generator."""
    output = folder / "hindsight_client"
    run("openapi-generator-cli", "generate", "--generator-name", generator, "--input-spec", SCHEMA,
        "--output", output, folder=folder)  # fmt: skip
    return output


def copy_script(name: str, folder: Path) -> Path:
    return Path(shutil.copy(SCRIPTS / name, folder))


def compiled(script: str, folder: Path) -> Path:
    """Type-checks the script and every file of the generated client."""
    (folder / "node_modules").symlink_to(MODULES)
    source = copy_script(f"{script}.ts", folder)
    options = {"strict": True, "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "module": "commonjs"}
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": {**options, "types": ["node"]}}))
    run("tsc", "-p", ".", folder=folder)
    return source.with_suffix(".js")


@pytest.fixture
def limited_key() -> str:
    """Of an org that may send one request per minute."""
    return create_api_key(org=OrgFactory.create(own_rate_limit=1), name="CRM")[1]


def signed_webhook(file: Path) -> Path:
    secret, body = new_secret(), '{"type": "interview.completed", "data": {"interview_request_id": 1}}'
    headers = signed_headers(message_id="msg_1", body=body, signing_secrets=[secret], now=timezone.now())
    sent = {name.removeprefix("webhook-"): value for name, value in headers.items()}
    file.write_text(json.dumps({**sent, "secret": secret, "body": body}))
    return file


@pytest.mark.parametrize(
    "build",
    [python_client, python_generator_client, typescript_fetch, openapi_fetch, go_client, ruby_client, php_client],
)
def test_a_generated_client_does_what_the_guide_says(
    server: Server, acme: Org, acme_key: str, limited_key: str, tmp_path: Path, build: Build
) -> None:
    InterviewTypeFactory.create(org=acme)
    arguments = (f"http://127.0.0.1:{server.port}", acme_key, limited_key, signed_webhook(tmp_path / "webhook.json"))
    printed = run(*build(tmp_path), *arguments, folder=tmp_path)
    interview_request = InterviewRequest.objects.for_org(acme.pk).get()
    got: dict[str, Any] = json.loads(printed)
    assert got == {
        "interview_request_id": interview_request.pk,
        "notes": ['{\n  "title": "CTO"\n}', "Met at the fair"],
        "listed": [interview_request.pk],
        "read": ["created", "Why price mattered", None],
        "refused": ["contact_context"],
        "errors": [
            *("unauthorized", "not_found", "idempotency_conflict", "precondition_failed", "rate_limit_exceeded"),
        ],
        "genuine": [True, False],
    }
    assert interview_request.objective == "Why price mattered"
    contact = Contact.objects.get(org=acme)
    assert (contact.email, contact.notes) == ("jane.smith@example.com", "Met at the fair")
