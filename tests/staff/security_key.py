"""A software authenticator for WebAuthn, which answers the challenges that a browser would pass to it."""

import json
import os
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.auth.models import User
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialType,
)

HOST = "localhost"  # WebAuthn accepts plain HTTP only from there
ORIGIN = f"http://{HOST}"
PRESENT, VERIFIED, HAS_KEY = AuthenticatorData.FLAG.UP, AuthenticatorData.FLAG.UV, AuthenticatorData.FLAG.AT


class SecurityKey:
    """`verifies`: whether it asks for a PIN. A key that does not only needs to be touched."""

    def __init__(self, *, verifies: bool) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.flags = PRESENT | VERIFIED if verifies else PRESENT

    def registered(self, options: Any, *, is_resident: bool) -> str:
        """The credential for the options of a registration, as the form sends it."""
        key = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        public = AttestedCredentialData.create(bytes(16), self.id, key)
        data = AuthenticatorData.create(sha256(HOST.encode()), self.flags | HAS_KEY, 0, public)
        response = {
            "clientDataJSON": client_data(CollectedClientData.TYPE.CREATE, options),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
        }
        return self.credential(response, {"credProps": {"rk": is_resident}})

    def signed(self, options: Any, user: User) -> str:
        """The assertion for the options of an authentication, as the form sends it."""
        data = AuthenticatorData.create(sha256(HOST.encode()), self.flags, 1)
        client = client_data(CollectedClientData.TYPE.GET, options)
        signature = self.key.sign(bytes(data) + sha256(websafe_decode(client)), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": client,
            "authenticatorData": websafe_encode(bytes(data)),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(user_pk_to_url_str(user).encode()),
        }
        return self.credential(response, {})

    def credential(self, response: dict[str, str], extensions: dict[str, Any]) -> str:
        own = {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id)}
        kind = {"type": PublicKeyCredentialType.PUBLIC_KEY, "clientExtensionResults": extensions}
        return json.dumps({**own, **kind, "response": response})


def client_data(kind: str, options: Any) -> str:
    challenge = options["publicKey"]["challenge"]
    return websafe_encode(bytes(CollectedClientData.create(kind, challenge, ORIGIN)))
