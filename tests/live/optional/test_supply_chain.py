"""`make sbom` without a network, and `make audit` against a local vulnerability service. See `make test-audit`."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.harness.processes import free_port
from tools.harness.receiver import LoopbackServer, QuietHandler

ROOT = Path(__file__).parents[3]
PINNED = re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)

# Every Python process imports sitecustomize at its start.
WITHOUT_A_NETWORK = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError(f"used the network: {arguments}")
sys.addaudithook(refuse)
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"]} | environment
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("offline")
    (folder / "sitecustomize.py").write_text(WITHOUT_A_NETWORK)
    written = run("make", "sbom", PYTHONPATH=str(folder))
    assert written.returncode == 0, written.stderr
    document: dict[str, Any] = json.loads((ROOT / "var" / "sbom.json").read_text(encoding="utf-8"))
    return document


def test_the_bill_has_every_pinned_package_with_its_hashes(bill: dict[str, Any]) -> None:
    components = bill["components"]
    assert [(component["name"], component["version"]) for component in components] == PINNED
    assert [component["purl"] for component in components] == [f"pkg:pypi/{name}@{version}" for name, version in PINNED]
    files = [file for component in components for file in component["externalReferences"]]
    hashes = {entry["content"] for file in files for entry in file["hashes"]}
    assert hashes == set(re.findall(r"--hash=sha256:(\w+)", (ROOT / "requirements.txt").read_text(encoding="utf-8")))


class Handler(QuietHandler):
    """Speaks OSV's protocol and knows one vulnerability, of Django."""

    def do_POST(self) -> None:
        package, version = (query := json.loads(self.read_body()))["package"], query["version"]
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}]
        affected = [{"package": package, "ranges": ranges, "versions": [version]}]
        known = {"id": "PYSEC-1", "aliases": ["CVE-1"], "published": "2026-01-01T00:00:00Z", "affected": affected}
        is_known = package["name"] == "django" and "/vulnerable" in self.path
        self.send_response(200)
        self.end_headers()
        answer = {"vulns": [known | {"summary": "s", "details": "d"}]} if is_known else {}
        self.wfile.write(json.dumps(answer).encode())


@pytest.fixture
def service() -> Iterator[str]:
    with LoopbackServer(Handler).running() as server:
        yield server.url


def audit(url: str) -> subprocess.CompletedProcess[str]:
    return run("make", "audit", f"ARGS=--osv-url {url}")


def test_an_audit_without_findings_succeeds(service: str) -> None:
    done = audit(f"{service}/clean")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "No known vulnerabilities found")
    pins = (ROOT / "var" / "audit.txt").read_text(encoding="utf-8").splitlines()
    assert pins == [f"{name}=={version}" for name, version in PINNED]


def test_an_audit_names_a_vulnerable_package(service: str) -> None:
    done = audit(f"{service}/vulnerable")
    assert re.search(rf"^django +{dict(PINNED)['django']} +PYSEC-1 +99\.0 *$", done.stdout, re.MULTILINE)
    assert done.returncode


def test_an_audit_without_its_service_is_not_a_success() -> None:
    assert audit(f"http://127.0.0.1:{free_port()}/").returncode
