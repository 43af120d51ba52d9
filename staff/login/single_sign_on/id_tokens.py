"""The ID token: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation

OpenID Connect allows to skip the signature. It is verified, so that a proxy that reads TLS cannot forge a login.
"""

from dataclasses import dataclass

import jwt
from allauth.socialaccount import app_settings
from django.conf import settings
from django.utils.crypto import constant_time_compare

from hindsight.text import strict_json
from staff.login.single_sign_on.provider import FRESH_SECONDS, Configuration, Json, document
from staff.login.single_sign_on.refusals import NOT_VALID, Refusal

# Asymmetric ones only: with HS256, everybody who knows the client's secret could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")
LEEWAY_SECONDS = 60  # for clocks that differ
# Keys of this age are fetched again for a token that none of them has signed.
ROTATION_SECONDS = 10
MAX_TOKEN_LENGTH = 16_384
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


def verified_claims(token: object, configured: Configuration, nonce: str) -> Claims:
    """Raises Refusal if the ID token is not valid."""
    try:
        return _claims(_verified(token, configured, nonce))
    except Refusal:
        raise
    except Exception as error:  # whatever a token contains, nobody logs in with it, and nothing else happens
        raise Refusal(NOT_VALID, f"Single sign-on: the ID token is not valid: {type(error).__name__}.") from None


def _verified(token: object, configured: Configuration, nonce: str) -> Json:
    if not isinstance(token, str) or len(token) > MAX_TOKEN_LENGTH:
        raise InvalidClaim
    keys = document(configured.endpoint("jwks_uri"))
    try:
        claims = _decoded(token, keys.get(FRESH_SECONDS), configured.issuer)
    except (jwt.InvalidSignatureError, LookupError):  # the provider may have new keys
        claims = _decoded(token, keys.get(ROTATION_SECONDS), configured.issuer)
    _check_parties(claims)
    if not isinstance(claims["nonce"], str) or not constant_time_compare(claims["nonce"], nonce):
        raise InvalidClaim
    strict_json.check_value(claims)
    return claims


def _decoded(token: str, published: Json, issuer: str) -> Json:
    key = _key_for(jwt.get_unverified_header(token), published)
    return jwt.decode(
        token,
        key,
        algorithms=ALGORITHMS,
        options={"require": list(REQUIRED), "enforce_minimum_key_length": True},
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


def _check_parties(claims: Json) -> None:
    """`azp` says for whom a token with several audiences was issued."""
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if ("azp" in claims or is_for_several) and claims.get("azp") != settings.OIDC_CLIENT_ID:
        raise InvalidClaim


def _claims(claims: Json) -> Claims:
    return Claims(clean_subject(claims["sub"]), _verified_email(claims), _methods(claims.get("amr")))


def clean_subject(subject: object) -> str:
    """Accepts 1 to 191 printable ASCII characters. Raises ValueError."""
    is_text = isinstance(subject, str) and subject.isascii() and subject.isprintable()
    if not is_text or not 0 < len(subject) <= app_settings.UID_MAX_LENGTH:  # type: ignore[arg-type]
        raise InvalidClaim
    return str(subject)


def _verified_email(claims: Json) -> str:
    """`email_verified` has to be true itself: the text "false" would be true in Python."""
    email = claims.get("email")
    if email is None:
        return ""
    if not isinstance(email, str) or len(email) > MAX_EMAIL_LENGTH:
        raise InvalidClaim
    return email if claims.get("email_verified", settings.OIDC_TRUST_EMAIL) is True else ""


def _methods(methods: object) -> tuple[str, ...]:
    if methods is None:
        return ()
    if not isinstance(methods, list) or len(methods) > MAX_METHODS or not all(isinstance(m, str) for m in methods):
        raise InvalidClaim
    return tuple(methods)
