"""The ID token: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation

allauth leaves out what OpenID Connect allows to leave out: the signature. It is verified here, so that a proxy that
reads TLS cannot forge a login.
"""

from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare

from hindsight.text import strict_json
from staff.login.single_sign_on import NOT_VALID, Refusal
from staff.login.single_sign_on.provider import FRESH_SECONDS, Json, document

# Asymmetric ones only: with HS256, everybody who knows the client's secret could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
LEEWAY_SECONDS = 60  # for clocks that differ
# Keys of this age are fetched again for a token that none of them has signed.
ROTATION_SECONDS = 10
MAX_TOKEN_LENGTH = 16_384
MAX_SUBJECT_LENGTH = 191  # of allauth's column
MAX_EMAIL_LENGTH = 254
MAX_METHODS = 20


class InvalidClaim(ValueError):
    pass


@dataclass(frozen=True)
class Claims:
    """`email`: empty unless it is verified. `methods`: how the provider has authenticated the person (RFC 8176)."""

    subject: str
    email: str
    methods: tuple[str, ...]


def verified_claims(token: object, configured: Json, nonce: str) -> Claims:
    """Raises Refusal if the ID token is not valid."""
    try:
        claims = _verified(token, configured)
        _require(isinstance(claims["nonce"], str) and constant_time_compare(claims["nonce"], nonce))
        # `azp` says for whom a token with several audiences was issued.
        is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        _require(claims.get("azp", None if is_for_several else settings.OIDC_CLIENT_ID) == settings.OIDC_CLIENT_ID)
        strict_json.check_value(claims)
        return Claims(clean_subject(claims["sub"]), _verified_email(claims), _methods(claims.get("amr") or []))
    except Refusal:
        raise
    except Exception as error:  # whatever a token contains, nobody logs in with it, and nothing else happens
        raise Refusal(NOT_VALID, f"Single sign-on: the ID token is not valid: {type(error).__name__}.") from None


def _require(is_met: bool) -> None:
    if not is_met:
        raise InvalidClaim


def _verified(token: object, configured: Json) -> Json:
    if not isinstance(token, str) or len(token) > MAX_TOKEN_LENGTH:
        raise InvalidClaim
    try:
        return _decoded(token, document(configured["jwks_uri"], FRESH_SECONDS), configured["issuer"])
    except (jwt.InvalidSignatureError, LookupError):  # the provider may have new keys
        return _decoded(token, document(configured["jwks_uri"], ROTATION_SECONDS), configured["issuer"])


def _decoded(token: str, published: Json, issuer: str) -> Json:
    return jwt.decode(
        token,
        _key_for(jwt.get_unverified_header(token), published),
        algorithms=ALGORITHMS,
        options={"require": REQUIRED, "enforce_minimum_key_length": True},
        audience=settings.OIDC_CLIENT_ID,
        issuer=issuer,
        leeway=LEEWAY_SECONDS,
    )


def _key_for(header: Json, published: Json) -> jwt.PyJWK:
    """A token without `kid` is signed by the only key. Raises LookupError."""
    keys = [key for key in published["keys"] if key.get("use", "sig") == "sig"]
    if "kid" in header:
        keys = [key for key in keys if key.get("kid") == header["kid"]]
    if len(keys) != 1:
        raise LookupError
    return jwt.PyJWK(keys[0], None if "alg" in keys[0] else header["alg"])


def clean_subject(subject: object) -> str:
    """Accepts 1 to 191 printable ASCII characters. Raises ValueError."""
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
        raise InvalidClaim
    _require(subject.isascii() and subject.isprintable())
    return subject


def _verified_email(claims: Json) -> str:
    """`email_verified` has to be true itself: the text "false" would be true in Python."""
    email = claims.get("email") or ""
    _require(isinstance(email, str) and len(email) <= MAX_EMAIL_LENGTH)
    return email if claims.get("email_verified", settings.OIDC_TRUST_EMAIL) is True else ""


def _methods(methods: Any) -> tuple[str, ...]:
    _require(isinstance(methods, list) and len(methods) <= MAX_METHODS and all(isinstance(m, str) for m in methods))
    return tuple(methods)
