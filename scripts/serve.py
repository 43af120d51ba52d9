"""Migrates the database and serves Hindsight until Ctrl-C or SIGTERM. In development, it also creates the demo data.

HOST and PORT set the address, WEB_CONCURRENCY the number of worker processes, WEB_THREADS the threads per worker.
With --reload, it starts Django's development server with DEBUG, which reloads changed code.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def refuse_a_taken_address(host: str, port: str) -> None:
    """Exits with a message if the address cannot be bound.

    Granian binds with SO_REUSEPORT, so it would not detect another server on the same port.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address[0], int(port)))
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(f"Cannot serve at {host}, port {port}: {error}\nChoose another port: PORT=8001 make run")


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)  # noqa: S603


def command(host: str, port: str) -> list[str]:
    """The command line of granian."""
    return [
        *(sys.executable, "-m", "scripts.workers"),
        *("scripts.serve:load_application", "--factory", "--interface", "wsgi"),
        *("--host", host, "--port", port, "--http", "1", "--no-ws", "--no-access-log"),
        *("--workers", os.environ.get("WEB_CONCURRENCY") or "2"),
        # Each thread keeps a database connection. By default granian starts hundreds of threads.
        *("--blocking-threads", os.environ.get("WEB_THREADS") or "4"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        # In production, granian logs JSON like the application.
        *(() if os.environ.get("HINDSIGHT_ENV") == "development" else ("--log-config", "scripts/logs.json")),
    ]


def remember_development() -> None:
    """Writes .env, so that manage.py uses the development settings too."""
    file = ROOT / ".env"
    if not file.exists():
        file.write_text("HINDSIGHT_ENV=development\n")


def serve(host: str, port: str) -> int:
    """Runs granian and returns its exit status.

    Granian gets its own session and one SIGTERM from here. In the terminal's process group, its workers would get
    SIGINT twice, from the terminal and from granian, and hang.
    """
    server = subprocess.Popen(  # noqa: S603
        command(host, port),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.terminate())
    return server.wait()


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Returns a preexec_fn: Linux sends the signal to the child when its parent dies. None on other systems."""
    if sys.platform != "linux":
        return None
    prctl, set_parent_death_signal = ctypes.CDLL(None).prctl, 1  # loaded before the fork

    def request_signal() -> None:
        prctl(set_parent_death_signal, number)

    return request_signal


def load_application() -> Any:
    """The WSGI application factory, called by each worker.

    A forked worker inherits its parent's SIGTERM handler and would ignore SIGTERM until granian installs its own. The
    default is restored meanwhile.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return import_module("hindsight.wsgi").application


def reload_on_changes(host: str, port: str) -> None:
    """Replaces this process with Django's development server."""
    os.environ.setdefault("DEBUG", "true")
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "manage.py", "runserver", address])  # noqa: S606


def main(arguments: Sequence[str]) -> int:
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
        return error.returncode  # the command has printed the error
    except KeyboardInterrupt:
        return 130
    if "--reload" in arguments:
        reload_on_changes(host, port)
    return serve(host, port)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
