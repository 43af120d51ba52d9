"""The TypeScript samples of the guides pass the compiler in strict mode, and Node.js runs them with a server.

Not part of `make test`: `make test-typescript` installs Node.js and the compiler in .venv-client and runs this test.
"""

import os
import shutil
import subprocess
from pathlib import Path

from contacts.models import Contact
from orgs.models import Org
from tests.fakes.busy_proxy import busy_proxy
from tests.live.samples import ROOT, Guide, Sample, key_for_samples
from tools.harness.web import Server

COMPILER = ROOT / ".venv-client" / "node_modules" / "typescript" / "bin" / "tsc"
CONFIGURATION = Path(__file__).with_name("typescript")


def checked(samples: list[Sample], folder: Path) -> list[Path]:
    for name in ("tsconfig.json", "process.d.ts"):
        shutil.copy(CONFIGURATION / name, folder)
    for number, sample in enumerate(samples):
        (folder / f"{number}.mts").write_text(sample.code, encoding="utf-8")
    done = subprocess.run(["node", COMPILER, "--project", folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    return [folder / f"{number}.mts" for number in range(len(samples))]


def run(program: Path, port: int, key: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HINDSIGHT_URL": f"http://127.0.0.1:{port}/api/v1",
        "HINDSIGHT_API_KEY": key,
    }
    done = subprocess.run(["node", program], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_samples(server: Server, acme: Org, tmp_path: Path) -> None:
    """Each call is refused once, and repeated."""
    guide = Guide(acme)
    with busy_proxy(server.port) as proxy:
        for program in checked(guide.samples("typescript"), tmp_path):
            run(program, proxy.server_port, key_for_samples(acme))
    assert {method for method, _ in proxy.refused} == {"GET", "PATCH", "POST", "PUT"}
    guide.assert_stored("jane.smith@example.com", "omar.haddad@example.com")


def test_notes_that_are_no_object_are_kept(server: Server, acme: Org, tmp_path: Path) -> None:
    guide = Guide(acme)
    (program,) = checked([guide.sample("typescript", "addToNotes")], tmp_path)
    for notes in ("Met in May.", "[1]", "null"):
        Contact.objects.filter(pk=guide.request_4821.contact_id).update(notes=notes)
        for _ in range(2):
            run(program, server.port, key_for_samples(acme))
        guide.assert_line_added(notes)
