"""An OpenID Connect provider on the loopback interface, which logs in without asking: authorization code with PKCE."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tools.harness.receiver import LoopbackServer, QuietHandler

CLIENT_ID, CLIENT_SECRET = "hindsight", "a secret of the client, of 32 bytes"


@cache
def key_named(name: str) -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


class IdentityProvider(LoopbackServer):
    def __init__(self) -> None:
        super().__init__(Handler)
        self.claims: dict[str, Any] = {}  # of the next ID token, in place of the right ones
        self.left_out: set[str] = set()  # claims of the next ID token
        self.queries: dict[str, dict[str, str]] = {}  # of the authorization requests, by code
        self.key, self.published_keys = "a", ["a"]  # the key that signs, and those that are published
        self.token_response: dict[str, Any] | None = None  # in place of the right one
        self.more_configuration: dict[str, Any] = {}
        self.raw_responses: dict[str, bytes] = {}  # by path, in place of the right ones
        self.paths: list[str] = []  # that were requested
        self.answers = Event()  # unset: the provider hangs
        self.answers.set()

    def configuration(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        named = {name: f"{self.url}/{path}" for name, path in paths.items()}
        return {"issuer": self.url, **named, **self.more_configuration}

    def keys(self) -> dict[str, Any]:
        published = [json.loads(RSAAlgorithm.to_jwk(key_named(name).public_key())) for name in self.published_keys]
        named = zip(self.published_keys, published, strict=True)
        return {"keys": [{**key, "kid": name, "use": "sig", "alg": "RS256"} for name, key in named]}

    def authorize(self, query: dict[str, str]) -> str:
        """Returns the URL to which the browser is redirected."""
        code = f"code-{len(self.queries)}"
        self.queries[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.queries.pop(form["code"], {})
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked.get("code_challenge") != challenge or form["client_secret"] != CLIENT_SECRET:
            return None
        return self.token_response or self.response_with(self.signed(self.claims_for(asked)))

    def claims_for(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        right = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": asked.get("nonce")}
        return {name: value for name, value in {**right, **self.claims}.items() if name not in self.left_out}

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, key_named(self.key), "RS256", headers={"kid": self.key})

    def response_with(self, id_token: Any) -> dict[str, Any]:
        return {"access_token": "x", "token_type": "Bearer", "id_token": id_token}


class Handler(QuietHandler):
    server: IdentityProvider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.paths.append(url.path)
        self.server.answers.wait(60)
        if url.path in self.server.raw_responses:
            self.send_raw(self.server.raw_responses[url.path])
        elif url.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.server.authorize(one_each(url.query)))
            self.end_headers()
        else:
            self.send_json(self.server.keys() if url.path == "/keys" else self.server.configuration())

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        self.server.answers.wait(60)
        body = self.read_body().decode()
        if self.path in self.server.raw_responses:
            self.send_raw(self.server.raw_responses[self.path])
            return
        answer = self.server.token(one_each(body))
        self.send_json(answer or {"error": "invalid_grant"}, 200 if answer else 400)

    def send_raw(self, response: bytes) -> None:
        self.wfile.write(response)
        self.close_connection = True

    def send_json(self, data: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        with suppress(BrokenPipeError):  # a client that did not wait
            self.end_headers()
            self.wfile.write(body)


def one_each(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    with IdentityProvider().running() as provider:
        yield provider
        provider.answers.set()
