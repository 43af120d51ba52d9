"""Prepares the database, and serves Hindsight until Ctrl-C or SIGTERM. docs/operations.md lists the settings.

granian replaces a web process that has ended. If it dies again at once, the server ends, for systemd or the container
runtime to start it again.
"""

import gc
import multiprocessing
import os
import resource
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from ipaddress import ip_address
from multiprocessing import Process
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.conf import settings
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from hindsight.server.prepare import create_demo, explained_settings, migrate, run
from hindsight.server.shutdown import SHUTDOWN_SECONDS, WORKER_SHUTDOWN_SECONDS, end_children_once

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> None:
    # Whatever .env says: `make run` asks for development by name.
    os.environ.setdefault("HINDSIGHT_ENV", "production")
    load_settings()
    refuse_a_public_address()
    refuse_addresses_in_use()
    if settings.DEVELOPMENT and not (remembered := ROOT / ".env").exists():
        remembered.write_text("HINDSIGHT_ENV=development\n")  # for `manage.py` in this checkout
    if "--reload" in arguments:
        migrate()
        create_demo()
        reload_on_changes()
    serve(prepare=True, with_worker="--with-worker" in arguments)


def load_settings() -> None:
    """Without the applications."""
    os.chdir(ROOT)
    os.environ["PYTHONUNBUFFERED"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hindsight.settings")
    with explained_settings():
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])


def refuse_a_public_address() -> None:
    if settings.DEVELOPMENT or settings.TRUSTED_PROXIES or "public_host" in settings.HINDSIGHT_ALLOW:
        return
    try:
        is_loopback = settings.HOST == "localhost" or ip_address(settings.HOST).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        sys.exit(
            f"Refused to serve at {settings.HOST} in production: the server speaks plain HTTP. Name the reverse proxy "
            "in TRUSTED_PROXIES, or set HINDSIGHT_ALLOW=public_host."
        )


def refuse_addresses_in_use() -> None:
    """The kernel would divide connections between the servers: they bind with SO_REUSEPORT."""
    refuse_an_address_in_use(settings.HOST, settings.PORT)
    if settings.METRICS_ADDRESS:
        host, port = settings.METRICS_ADDRESS
        if port == settings.PORT:
            sys.exit("METRICS_ADDRESS needs another port than PORT.")
        refuse_an_address_in_use(host, port)


def refuse_an_address_in_use(host: str, port: int) -> None:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address[0], port))
    except OSError as error:
        sys.exit(f"Cannot serve at {host}, port {port}: {error}\nChoose another port: PORT=8001 make run")


def reload_on_changes() -> None:
    os.environ.setdefault("DEBUG", "true")
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    os.execv(sys.executable, [sys.executable, "manage.py", "runserver", f"{host}:{settings.PORT}"])  # noqa: S606


def serve(*, prepare: bool = False, with_worker: bool = False) -> None:
    load_settings()
    raise_file_limit()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until granian handles it: without a traceback
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork")  # the default until Python 3.13
    end_children_once()
    with shared_metrics():
        prepare_and_import() if prepare else import_application()
        with worker() if with_worker else nullcontext():
            run_granian()


def raise_file_limit() -> None:
    """Each connection is a file. The usual soft limit is 1,024."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def shared_metrics() -> Iterator[None]:
    if not settings.METRICS_ADDRESS:
        yield
        return
    with TemporaryDirectory(prefix="hindsight-metrics-", ignore_cleanup_errors=True) as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        yield


def prepare_and_import() -> None:
    """Migrates in a process of its own: the web processes do not inherit its memory, and it shares that of Django."""
    django.setup()
    migration = start(migrate)
    import_application()
    finish(migration)
    finish(start(create_demo))


def start(command: Callable[..., None], *arguments: str) -> Process:
    process = Process(target=command, args=arguments)
    process.start()
    return process


def finish(process: Process) -> None:
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


@contextmanager
def worker() -> Iterator[None]:
    process = start(run, "run_worker")
    try:
        yield
    finally:
        process.terminate()
        process.join(WORKER_SHUTDOWN_SECONDS)
        process.kill()


def import_application() -> None:
    """Before the web processes are forked, which share its memory (decision 4).

    Freezes the objects, because a garbage collector in a web process would copy their pages.
    """
    import_module("hindsight.wsgi")
    gc.collect()
    gc.freeze()
    gc.collect()  # otherwise a full collection waits until new objects are a quarter of the frozen ones


def run_granian() -> None:
    server = Granian(
        "hindsight.wsgi:create_gateway",
        factory=True,
        interface=Interfaces.RSGI,
        address=settings.HOST,
        port=settings.PORT,
        workers=settings.WEB_CONCURRENCY,
        respawn_failed_workers=True,
        workers_kill_timeout=SHUTDOWN_SECONDS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(),
        websockets=False,
        # Its log lines get the format of the others.
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    )
    # The terminal was closed. granian would reload.
    server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
    if hasattr(os, "sched_setaffinity"):
        pin_web_processes(settings.WEB_CONCURRENCY)
    server.serve()


def pin_web_processes(count: int) -> None:
    """Lets each web process run on one CPU only, if all CPUs get equally many of them.

    The interpreter lock lets one thread of a process run at a time. On one CPU, its data stay in the cache of that CPU.
    A process inherits its CPU when it is forked.
    """
    cpus = os.sched_getaffinity(0)
    if count % len(cpus):
        return

    def select_cpu() -> None:
        with suppress(OSError):  # in a sandbox, or for a process that has ended
            siblings = [os.sched_getaffinity(each.pid) for each in multiprocessing.active_children() if each.pid]
            taken = Counter(cpu for affinity in siblings for cpu in affinity)
            os.sched_setaffinity(0, {min(cpus, key=lambda cpu: (taken[cpu], cpu))})

    def select_all_cpus() -> None:
        with suppress(OSError):
            os.sched_setaffinity(0, cpus)

    os.register_at_fork(before=select_cpu, after_in_parent=select_all_cpus)


if __name__ == "__main__":
    main(sys.argv[1:])
