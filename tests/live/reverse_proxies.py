"""nginx and Caddy in front of web servers, on free loopback ports. They have no wheels: the machine must have them."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from tools.harness.programs import Account, environment
from tools.harness.stores import StoreServer, running

# As in docs/operations.md, without TLS. As root, nginx would run its workers as another user, who cannot write to the
# directory.
NGINX = """\
daemon off;
{user}
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr notice;
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
    """Yields the port of nginx. Raises ProxyMissingError and ServerError.

    `http`, `server`: more lines of these blocks. `directory`: where it writes; without it, a temporary one.
    """
    servers = "\n        ".join(f"server 127.0.0.1:{port} {server_options};" for port in ports)
    user = "user root;" if os.geteuid() == 0 else ""
    with _directory(directory) as place:
        lines = {"servers": servers, "directory": place, "user": user, "http": http, "server": server}
        arguments = ["-p", str(place), "-e", "stderr", "-c"]
        yield from _proxying("nginx", arguments, NGINX, place, **lines)


@contextmanager
def caddy(ports: Sequence[int], *, options: str = "", directory: Path | None = None) -> Iterator[int]:
    """Yields the port of Caddy. Raises ProxyMissingError and ServerError."""
    servers = " ".join(f"127.0.0.1:{port}" for port in ports)
    with _directory(directory) as place:
        arguments = ["run", "--adapter", "caddyfile", "--config"]
        yield from _proxying("caddy", arguments, CADDY, place, servers=servers, options=options)


def _directory(own: Path | None) -> AbstractContextManager[Path]:
    return nullcontext(own) if own else Account().directory()


def _proxying(name: str, arguments: list[str], template: str, place: Path, /, **lines: object) -> Iterator[int]:
    program, config = shutil.which(name, path=environment()["PATH"]), place / "config"
    if program is None:
        raise ProxyMissingError(f"Install {name} (Debian: {name}).")

    def command(port: int) -> list[str]:
        config.write_text(template.format(port=port, **lines))
        return [program, *arguments, str(config)]

    with running(StoreServer(command, Account(), place / "log")) as server:
        yield int(server.url)
