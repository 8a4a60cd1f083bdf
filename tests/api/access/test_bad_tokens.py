"""The response to each kind of bad token."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from tests.api.access.conftest import me
from tests.api.access.issuer import CLIENT, Issuer
from tests.api.problem import problem

pytestmark = pytest.mark.anyio


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _joined(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))


def _unsigned(issuer: Issuer) -> str:
    return _joined({"alg": "none", "kid": issuer.keys[0].kid}, issuer.claims()) + "."


def _signed_with_the_public_key(issuer: Issuer) -> str:
    """The classic: the public key taken as a shared secret."""
    said = _joined({"alg": "HS256", "kid": issuer.keys[0].kid}, issuer.claims())
    made = hmac.digest(issuer.keys[0].as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{_encoded(made)}"


def _signed_by_another(issuer: Issuer) -> str:
    other = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": issuer.keys[0].kid}, issuer.claims(), other)


def _with_a_key_of_its_own(issuer: Issuer) -> str:
    own = RSAKey.generate_key(2048, auto_kid=True)
    header = {"alg": "RS256", "kid": own.kid, "jwk": own.as_dict(private=False)}
    return jwt.encode(header, issuer.claims(), own)


def _changed(issuer: Issuer) -> str:
    head, _, signature = issuer.token(groups=["ops-team"]).split(".")
    return f"{head}.{_encoded(json.dumps(issuer.claims()).encode())}.{signature}"


def _no_claims(issuer: Issuer) -> str:
    return jws.serialize_compact(
        {"alg": "ES256", "kid": issuer.keys[0].kid}, b"[1, 2]", issuer.keys[0]
    )


def _deep_claims(issuer: Issuer) -> str:
    header = {"alg": "ES256", "kid": issuer.keys[0].kid}
    return jws.serialize_compact(header, b"[" * 9_000, issuer.keys[0])


def _critical(issuer: Issuer) -> str:
    header = {"alg": "ES256", "kid": issuer.keys[0].kid, "crit": ["x"], "x": 1}
    return f"{_joined(header, issuer.claims())}.{'A' * 86}"


BAD: dict[str, tuple[Callable[[Issuer], str], int, str]] = {
    "expired": (lambda i: i.token(exp=int(time.time()) - 600), 401, "It has expired"),
    "no expiry": (lambda i: i.token(exp=None), 401, "One of its claims is wrong"),
    "not yet": (lambda i: i.token(nbf=int(time.time()) + 600), 401, "not valid yet"),
    "another issuer": (lambda i: i.token(iss="https://evil.example"), 401, "Another issuer"),
    "issuer with a slash": (lambda i: i.token(iss=f"{i.url}/"), 401, "Another issuer"),
    "no issuer": (lambda i: i.token(iss=None), 401, "Another issuer"),
    "another audience": (lambda i: i.token(aud="other"), 401, "another audience"),
    "no audience": (lambda i: i.token(aud=None), 401, "another audience"),
    "another client's": (lambda i: i.token(aud="other", azp=CLIENT), 401, "another audience"),
    "alg none": (_unsigned, 401, "not signed with a private key"),
    "public key as secret": (_signed_with_the_public_key, 401, "not signed with a private key"),
    "signed by another": (_signed_by_another, 401, "signature is wrong"),
    "changed": (_changed, 401, "signature is wrong"),
    "brings its own key": (_with_a_key_of_its_own, 401, "The token was rejected"),
    "made to sign out": (lambda i: i.token(header={"typ": "logout+jwt"}), 401, "another purpose"),
    "names nobody": (lambda i: i.token(sub=None, email=None), 401, "One of its claims is wrong"),
    "claims are a list": (_no_claims, 401, "not a readable token"),
    "three dots": (lambda i: "a.b.c", 401, "not a readable token"),
    "empty parts": (lambda i: "..", 401, "not a readable token"),
    "deep header": (lambda i: f"{_encoded(b'[' * 9_000)}.e30.AA", 401, "not a readable token"),
    "deep claims": (_deep_claims, 401, "not a readable token"),
    "key is an object": (
        lambda i: _joined({"alg": "ES256", "kid": {}}, {}) + ".AA",
        401,
        "not a readable token",
    ),
    "unknown but critical": (_critical, 401, "not a readable token"),
    "very long": (lambda i: f"{'a' * 20_000}.b.c", 401, "too long"),
    "no token at all": (lambda i: "otd_unknown", 401, "not configured here"),
    "no role": (lambda i: i.token(groups=["cooks"]), 403, "has no role here"),
    "groups are numbers": (lambda i: i.token(groups={"platform": 1}), 403, "has no role here"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_token_is_answered(
    guarded: httpx.AsyncClient, issuer: Issuer, name: str
) -> None:
    make, status, words = BAD[name]
    token = make(issuer)
    answered = await me(guarded, token)
    said = problem(answered, status, "forbidden" if status == 403 else "wrong-token")
    assert words in said["detail"]
    assert token not in answered.text
    if status == 401:
        assert 'error="invalid_token"' in answered.headers["www-authenticate"]
