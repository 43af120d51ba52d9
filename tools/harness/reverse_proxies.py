"""nginx and Caddy in front of web servers, on free loopback ports. They have no wheels: the machine must have them."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from hindsight.server.serve import end_with_parent
from tools.harness.processes import ServerError, eventually, free_port

START_SECONDS = 15
STOP_SECONDS = 10

# As in docs/operations.md, without TLS.
NGINX = """\
daemon off;
{user}
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    {http}
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    upstream hindsight {{
        {servers}
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 8m;
        {server}
        location / {{
            proxy_pass http://hindsight;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host localhost;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""

CADDY = """\
{{
    {options}
    admin off
    auto_https off
}}
http://127.0.0.1:{port} {{
    reverse_proxy {servers} {{
        header_up Host localhost
    }}
}}
"""


class ProxyMissingError(RuntimeError):
    """nginx or Caddy is not installed."""


@contextmanager
def nginx(
    ports: Sequence[int],
    server_options: str = "max_fails=0",
    *,
    http: str = "",
    server: str = "",
    directory: Path | None = None,
) -> Iterator[int]:
    """Yields the port of nginx. Raises ProxyMissingError.

    `http`, `server`: more lines of these blocks. `directory`: where it writes; without it, a temporary one.
    """
    servers = "\n        ".join(f"server 127.0.0.1:{port} {server_options};" for port in ports)
    program = _program("nginx", "/usr/sbin/nginx")
    with _directory(directory, "hindsight-nginx-") as place:
        lines = {"servers": servers, "directory": str(place), "user": _user(), "http": http, "server": server}
        yield from _proxying(
            lambda config: [program, "-p", str(place), "-e", f"{place}/error.log", "-c", str(config)],
            NGINX,
            lines,
            place,
        )


@contextmanager
def caddy(ports: Sequence[int], *, options: str = "", directory: Path | None = None) -> Iterator[int]:
    """Yields the port of Caddy. Raises ProxyMissingError."""
    servers = " ".join(f"127.0.0.1:{port}" for port in ports)
    program = _program("caddy", "/usr/bin/caddy")
    with _directory(directory, "hindsight-caddy-") as place:
        yield from _proxying(
            lambda config: [program, "run", "--adapter", "caddyfile", "--config", str(config)],
            CADDY,
            {"servers": servers, "options": options},
            place,
        )


@contextmanager
def _directory(given: Path | None, prefix: str) -> Iterator[Path]:
    with nullcontext(str(given)) if given else tempfile.TemporaryDirectory(prefix=prefix) as directory:
        yield Path(directory)


def _user() -> str:
    # As root, nginx runs its workers as another user, who cannot write to the temporary directory.
    return "user root;" if os.geteuid() == 0 else ""


def _program(name: str, debian: str) -> str:
    found = shutil.which(name) or shutil.which(debian)
    if found is None:
        raise ProxyMissingError(f"Install {name} (Debian: {name}).")
    return found


def _proxying(
    command: Callable[[Path], list[str]], template: str, lines: dict[str, str], directory: Path
) -> Iterator[int]:
    port = free_port()
    config, log = directory / "config", directory / "log"
    config.write_text(template.format(port=port, **lines))
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(config),
            cwd=directory,
            env={"HOME": str(directory), "PATH": "/usr/sbin:/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
    try:
        if not eventually(lambda: process.poll() is not None or _responds(port), seconds=START_SECONDS):
            raise ServerError(f"The proxy did not start:\n{log.read_text(errors='replace')}")
        if process.poll() is not None:
            raise ServerError(f"The proxy has ended:\n{log.read_text(errors='replace')}")
        yield port
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _responds(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status in (200, 502)  # 502: its servers are unavailable
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
