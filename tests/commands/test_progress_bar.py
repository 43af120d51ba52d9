"""A long command at work: what it shows to whoever watches, and that it shows nothing to a program."""

import os
import subprocess
import sys
import termios
from pathlib import Path


def test_a_bar_on_a_terminal_and_none_in_a_pipe(tmp_path: Path) -> None:
    """In a process with a database of its own, and a pseudo-terminal or a pipe as its standard error."""
    environment = {**os.environ, "HINDSIGHT_ENV": "development", "DATABASE_URL": f"sqlite:///{tmp_path / 'db'}"}
    (tmp_path / "x.csv").write_text("email\nbob@example.com\n")
    manage = [sys.executable, str(Path(__file__).parents[2] / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
    subprocess.run([*manage, "create_org", "Acme", "--plan", "growth"], env=environment, check=True)
    command = [*manage, "import_contacts", str(tmp_path / "x.csv"), "--org", "acme"]

    tally, complaints = run(command, environment, *os.openpty())
    assert tally == b"created 1, updated 0, unchanged 0, rejected 0\n"
    assert b"100%" in complaints
    tally, complaints = run(command, environment, *os.pipe())
    assert tally == b"created 0, updated 0, unchanged 1, rejected 0\n"
    assert complaints == b""


def run(command: list[str], environment: dict[str, str], reader: int, writer: int) -> tuple[bytes, bytes]:
    """What it writes to standard output, and to standard error, which is `writer`."""
    if os.isatty(writer):
        termios.tcsetwinsize(writer, (24, 80))
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=writer, check=True)
    os.set_blocking(reader, False)
    try:
        complaints = os.read(reader, 10_000)
    except BlockingIOError:
        complaints = b""
    os.close(writer)
    os.close(reader)
    return done.stdout, complaints
