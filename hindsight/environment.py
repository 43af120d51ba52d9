"""Reads environment variables. An error has the name of the variable and an example, but not the value of a secret."""

import re
from collections.abc import Sequence
from contextlib import suppress
from email.utils import parseaddr
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from django.http.request import split_domain_port
from environs import Env, EnvError, ValidationError, validate
from marshmallow.fields import Boolean

from hindsight.db.configuration import database_of
from hindsight.http.proxies import Network, parse_networks

Default = TypeVar("Default")
Number = TypeVar("Number", int, float)

env = Env()
EXAMPLE_BASE_URL = "https://hindsight.example.com"
# Prefix lengths of the largest private networks. Clients of a larger network could forge their address.
LARGEST_PROXY_NETWORKS = {4: 8, 6: 7}


def items_of(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def comma_separated(name: str, default: Sequence[str] = (), *, choices: Sequence[str] | None = None) -> list[str]:
    found = items_of(env.str(name, ",".join(default)))
    if choices and not {*found} <= {*choices}:
        raise EnvError(f'Environment variable "{name}" invalid: Must be some of {",".join(choices)}')
    return found


env.add_parser("boolean", Boolean(error_messages={"invalid": "Must be true or false."}).deserialize)


def number(name: str, default: Default, least: Number, most: Number) -> Default | Number:
    """Of the type of `least`. An empty variable has the default."""
    text: str = env.str(name, "")
    if not text:
        return default
    with suppress(ValueError):
        if least <= (parsed := type(least)(text)) <= most:
            return parsed
    kind, example = "whole number" if isinstance(least, int) else "number", default or least
    raise EnvError(f'Environment variable "{name}" invalid: Must be a {kind} from {least} to {most}, such as {example}')


@env.parser_for("networks")
def networks(text: str) -> tuple[Network, ...]:
    try:
        parsed = parse_networks(items_of(text))
    except ValueError as error:
        raise ValidationError(f"{error}. Must be addresses or networks, such as 127.0.0.1,10.0.0.0/8.") from error
    for network in parsed:
        if network.prefixlen < LARGEST_PROXY_NETWORKS[network.version]:
            raise ValidationError(f"{network} contains clients. Name only the proxies, such as 127.0.0.1,10.0.0.0/8.")
    return parsed


@env.parser_for("public_hosts")
def public_hosts(text: str) -> list[str]:
    """Host names, or `.example.com` for a domain with its subdomains."""
    hosts = items_of(text)
    for host in hosts:
        if host.startswith(".") and "." not in host[1:].rstrip("."):
            raise ValidationError(f"{host} allows hosts of others. Name each host, such as hindsight.example.com.")
        if not re.fullmatch(r"[a-z0-9.-]+|\[[a-f0-9:.]+\]", host, re.IGNORECASE):
            raise ValidationError(f"{host} must be a host name without a port, such as hindsight.example.com.")
    return hosts


MAX_DAYS = 36_500  # 100 years
is_days_kept = validate.Range(min=1, max=MAX_DAYS)


@env.parser_for("days_by_field")
def days_by_field(text: str) -> dict[str, int]:
    pairs = [item.partition("=") for item in items_of(text)]
    try:
        return {field.strip(): is_days_kept(int(days)) for field, _, days in pairs}
    except ValueError as error:
        raise ValidationError("Must be fields with days from 1 to 36500, such as notes=365,name=90.") from error


@env.parser_for("mail_server")
def mail_server(text: str) -> dict[str, Any] | None:
    """The settings of Django, or for `anymail+NAME:?key=value` of django-anymail: `NAME_KEY`."""
    if not text:
        return None
    if text.startswith("anymail+"):
        return provider(text.removeprefix("anymail+"))
    try:
        url = urlsplit(text)
        port = url.port or {"smtp": 25, "submission": 587, "smtps": 465}[url.scheme]
    except (KeyError, ValueError):
        raise ValidationError("Must be a URL such as submission://user:password@mail.example.com.") from None
    return {
        "EMAIL_HOST": url.hostname or "localhost",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "submission",
        "EMAIL_USE_SSL": url.scheme == "smtps",
    }


def provider(text: str) -> dict[str, Any]:
    name, _, query = text.partition(":?")
    with suppress(ModuleNotFoundError):
        if name.isidentifier() and find_spec(f"anymail.backends.{name}"):
            options = {f"{name}_{key}".upper(): value for key, value in parse_qsl(query)}
            return {"EMAIL_BACKEND": f"anymail.backends.{name}.EmailBackend", "ANYMAIL": options}
    raise ValidationError(
        "Must name a provider of django-anymail, which requirements/mail.txt installs, such as "
        "anymail+postmark:?server_token=TOKEN."
    )


@env.parser_for("login")
def login(text: str) -> str:
    name, _, password = text.partition(":")
    if text and not (name and len(password) >= 20):
        raise ValidationError("Must be a name and at least 20 random characters, such as hindsight:RANDOM.")
    return text


@env.parser_for("sender")
def sender(text: str) -> str:
    if text and not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(text)[1]):
        raise ValidationError("Must be an email address, such as hindsight@example.com.")
    return text


@env.parser_for("secret")
def secret(text: str) -> str:
    if len(text) < 50:
        raise ValidationError("Must be at least 50 random characters, such as the output of `openssl rand -hex 32`.")
    return text


@env.parser_for("web_url")
def web_url(text: str, *, example: str, schemes: str = "http https", needs: tuple[str, ...] = ()) -> str:
    """`needs`: attributes of urllib's SplitResult."""
    try:
        parts = urlsplit(text)
        is_valid = parts.port != 0 and all([parts.scheme in schemes.split(), *(getattr(parts, name) for name in needs)])
    except ValueError:
        is_valid = False
    if text and not (is_valid and parts.hostname):
        raise ValidationError(f"Must be a URL such as {example}.")
    return text


@env.parser_for("base_url")
def base_url(text: str, *, schemes: str) -> str:
    valid: str = web_url(text, example=EXAMPLE_BASE_URL, schemes=schemes).rstrip("/")
    parts = urlsplit(valid)
    if valid != f"{parts.scheme}://{parts.netloc}" or not split_domain_port(parts.netloc)[0]:
        raise ValidationError(f"Must be a URL without a path, such as {EXAMPLE_BASE_URL}.")
    return valid


@env.parser_for("origins")
def origins(text: str) -> list[str]:
    return [base_url(item, schemes="http https") for item in items_of(text)]


@env.parser_for("redis_url")
def redis_url(text: str) -> str:
    if text:
        from redis import ConnectionPool  # takes 0.1 seconds of CPU

        try:
            ConnectionPool.from_url(text).make_connection()  # does not connect
        except (TypeError, ValueError):
            raise ValidationError("Must be a URL such as redis://:password@127.0.0.1:6379/0.") from None
    return text


@env.parser_for("metrics_address")
def metrics_address(text: str, *, may_be_public: bool) -> tuple[str, int] | None:
    """0.0.0.0 and :: count as public."""
    if not text:
        return None
    try:
        host, _, port = text.rpartition(":")
        address = ip_address(host.removeprefix("[").removesuffix("]"))
        port_number = validate.Range(min=1, max=65_535)(int(port if port.isdecimal() else ""))
    except (ValueError, ValidationError):
        raise ValidationError("Must be an IP address and a port, such as 127.0.0.1:9100.") from None
    if not may_be_public and (address.is_unspecified or not address.is_private):
        raise ValidationError(
            "Must be a loopback or private address, such as 127.0.0.1:9100: whoever reaches it can read the metrics. "
            "In a container, set HINDSIGHT_ALLOW=public_metrics too, and do not publish the port."
        )
    return str(address), port_number


@env.parser_for("database_url")
def database_url(text: str) -> str:
    try:
        database = database_of(text)
    except ValueError:
        database = {}
    if not (re.match("(postgres|postgresql|sqlite)://", text) and database.get("NAME")):
        # `from None`: the exception could contain a part of the password.
        raise ValidationError(
            "Must be a URL such as postgres://user:password@host:5432/name, or sqlite:////srv/hindsight.sqlite3. "
            "Write special characters of the password as %23, %2F, %40."
        ) from None
    return text
