"""Brings the database up to date and serves Hindsight until Ctrl-C or SIGTERM; `make run` calls it.

HOST and PORT say where, WEB_CONCURRENCY how many worker processes, WEB_THREADS how many requests each of them works on
at once. In development it also prepares the demo data and prints how to use them.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def refuse_a_taken_address(host: str, port: str) -> None:
    """Exits with a line that says why when nothing can listen there.

    The server shares its port between its workers, and so would share it with a stranger: it never says "in use".
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address[0], int(port)))
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(f"Cannot serve at {host}, port {port}: {error}\nAnother place is chosen like this: PORT=8001 make run")


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)  # noqa: S603


def command(host: str, port: str) -> list[str]:
    """The command line of the server."""
    return [
        *(sys.executable, "-m", "scripts.workers"),
        *("scripts.serve:load_application", "--factory", "--interface", "wsgi"),
        *("--host", host, "--port", port, "--http", "1", "--no-ws", "--no-access-log"),
        *("--workers", os.environ.get("WEB_CONCURRENCY") or "2"),
        # Few: each thread keeps a database connection. Left alone, the server would start hundreds.
        *("--blocking-threads", os.environ.get("WEB_THREADS") or "4"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        # The server's own lines look like the application's.
        *(() if os.environ.get("HINDSIGHT_ENV") == "development" else ("--log-config", "scripts/logs.json")),
    ]


def remember_development() -> None:
    """Lets manage.py, called by hand later on, find the same settings."""
    file = ROOT / ".env"
    if not file.exists():
        file.write_text("HINDSIGHT_ENV=development\n")


def serve(host: str, port: str) -> int:
    """Runs the server to its end and returns its exit status.

    Its process group is its own: in ours a Ctrl-C would reach the workers twice, from the terminal and from their
    parent, and a worker that is told twice hangs. So the signal is taken here and passed on once, to the parent.
    """
    server = subprocess.Popen(  # noqa: S603
        command(host, port), cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=end_with_parent()
    )
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.terminate())
    return server.wait()


def end_with_parent() -> Callable[[], object] | None:
    """For the child to call: asks the kernel to stop it when we die, even of what we cannot catch. Linux only."""
    if sys.platform != "linux":
        return None
    prctl, set_parent_death_signal = ctypes.CDLL(None).prctl, 1
    return lambda: prctl(set_parent_death_signal, signal.SIGTERM)


def load_application() -> Any:
    """What each worker calls first.

    It still has its parent's way with signals then, and would forget one that tells it to stop. Until the server has
    set the worker's own, the system's default is right: nothing is under way yet.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return import_module("hindsight.wsgi").application


def main() -> int:
    os.environ.setdefault("HINDSIGHT_ENV", "development")
    os.environ["PYTHONUNBUFFERED"] = "1"
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    refuse_a_taken_address(host, port)
    try:
        manage("migrate", "--verbosity", "0", "--no-input")
        if os.environ["HINDSIGHT_ENV"] == "development":
            remember_development()
            manage("demo")
    except subprocess.CalledProcessError as error:
        return error.returncode  # the command has said why
    except KeyboardInterrupt:
        return 130
    return serve(host, port)


if __name__ == "__main__":
    sys.exit(main())
