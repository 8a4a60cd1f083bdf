"""Tokens that a provider signs: whom they let in, and what each bad one is answered."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from onthedot.access.oidc.claims import ClaimRules
from onthedot.access.oidc.errors import NoRole
from onthedot.access.oidc.provider import Provider
from onthedot.access.roles import Role
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.access.issuer import CLIENT, Issuer, issuing
from tests.api.problem import problem
from tests.api.serving import serving

pytestmark = pytest.mark.anyio


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


@pytest.fixture
def provider(issuer: Issuer) -> Provider:
    return Provider(issuer.url)


@pytest.fixture
async def guarded(
    temporal: Temporal, settings: Settings, issuer: Issuer, provider: Provider
) -> AsyncIterator[httpx.AsyncClient]:
    configured = settings.model_copy(
        update={
            "oidc_issuer": issuer.url,
            "oidc_client_id": CLIENT,
            "oidc_roles": {"ops-team": Role.OPERATOR, "platform": Role.ADMIN},
        }
    )
    async with serving(configured, temporal, provider=provider) as client:
        yield client


async def _me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_signed_token_lets_in_with_its_role(
    guarded: httpx.AsyncClient, issuer: Issuer
) -> None:
    whole = (await _me(guarded, issuer.token())).json()
    assert whole == {"name": "ada@example.com", "role": "admin", "via": "oidc"}
    for changes, name, role in (
        ({"groups": ["ops-team", "platform", "x"]}, "ada@example.com", "admin"),
        ({"groups": "ops-team"}, "ada@example.com", "operator"),
        ({"email": None}, "user-1", "admin"),
        ({"email_verified": False}, "user-1", "admin"),
        ({"aud": ["account", CLIENT]}, "ada@example.com", "admin"),
        ({"header": {"typ": "at+jwt"}}, "ada@example.com", "admin"),
    ):
        told = (await _me(guarded, issuer.token(**changes))).json()
        assert (told["name"], told["role"]) == (name, role)
    assert (await guarded.get("/me")).status_code == 401


def test_a_role_by_address_needs_an_address_that_is_verified() -> None:
    rules = ClaimRules("email", {"ada@example.com": Role.ADMIN})
    ada = {"email": "ada@example.com", "sub": "1"}
    assert rules.identity(ada | {"email_verified": True}).role is Role.ADMIN
    with pytest.raises(NoRole):
        rules.identity(ada | {"email_verified": False})


def test_a_path_reaches_inside_a_claim() -> None:
    for claim, said in (
        ("realm_access.roles", {"realm_access": {"roles": ["ops"]}}),
        ("https://acme.example/roles", {"https://acme.example/roles": "ops"}),
    ):
        assert ClaimRules(claim, {"ops": Role.OPERATOR}).role(said) is Role.OPERATOR
        assert ClaimRules(claim, {"ops": Role.OPERATOR}).role({"realm_access": "ops"}) is None


async def test_clocks_may_be_a_minute_apart(guarded: httpx.AsyncClient, issuer: Issuer) -> None:
    now = int(time.time())
    cases: list[tuple[dict[str, Any], int]] = [
        ({"exp": now - 40}, 200),
        ({"exp": now - 80}, 401),
        ({"iat": now + 40, "nbf": now + 40}, 200),
        ({"nbf": now + 90}, 401),
        ({"iat": now + 90}, 401),
    ]
    for changes, status in cases:
        assert (await _me(guarded, issuer.token(**changes))).status_code == status, changes


@pytest.mark.parametrize("minutes", [None, 5])
async def test_an_old_token_counts_for_as_long_as_the_settings_say(
    temporal: Temporal, settings: Settings, issuer: Issuer, provider: Provider, minutes: int | None
) -> None:
    configured = settings.model_copy(
        update={
            "oidc_issuer": issuer.url,
            "oidc_client_id": CLIENT,
            "oidc_roles": {"platform": Role.ADMIN},
            "oidc_max_token_age": timedelta(minutes=minutes) if minutes else None,
        }
    )
    now = int(time.time())
    async with serving(configured, temporal, provider=provider) as client:
        for made, counts in ((now - 200, True), (now - 400, minutes is None), (None, not minutes)):
            answered = await _me(client, issuer.token(iat=made, exp=now + 3600))
            assert (answered.status_code == 200) is counts, made
            if not counts:
                assert "issued" in problem(answered, 401, "wrong-token")["detail"]


def _joined(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _unsigned(issuer: Issuer) -> str:
    return _joined({"alg": "none", "kid": issuer.keys[0].kid}, issuer.claims()) + "."


def _signed_with_the_public_key(issuer: Issuer) -> str:
    """The classic: the public key taken as a shared secret."""
    said = _joined({"alg": "HS256", "kid": issuer.keys[0].kid}, issuer.claims())
    made = hmac.digest(issuer.keys[0].as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _signed_by_another(issuer: Issuer) -> str:
    other = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": issuer.keys[0].kid}, issuer.claims(), other)


def _with_a_key_of_its_own(issuer: Issuer) -> str:
    own = RSAKey.generate_key(2048, auto_kid=True)
    header = {"alg": "RS256", "kid": own.kid, "jwk": own.as_dict(private=False)}
    return jwt.encode(header, issuer.claims(), own)


def _changed(issuer: Issuer) -> str:
    head, _, signature = issuer.token(groups=["ops-team"]).split(".")
    claims = json.dumps(issuer.claims()).encode()
    return f"{head}.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.{signature}"


def _no_claims(issuer: Issuer) -> str:
    return jws.serialize_compact(
        {"alg": "ES256", "kid": issuer.keys[0].kid}, b"[1, 2]", issuer.keys[0]
    )


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _deep_claims(issuer: Issuer) -> str:
    header = {"alg": "ES256", "kid": issuer.keys[0].kid}
    return jws.serialize_compact(header, b"[" * 9_000, issuer.keys[0])


def _critical(issuer: Issuer) -> str:
    header = {"alg": "ES256", "kid": issuer.keys[0].kid, "crit": ["x"], "x": 1}
    head, claims = (_encoded(json.dumps(part).encode()) for part in (header, issuer.claims()))
    return f"{head}.{claims}.{'A' * 86}"


BAD: dict[str, tuple[Callable[[Issuer], str], int, str]] = {
    "expired": (lambda i: i.token(exp=int(time.time()) - 600), 401, "It has expired"),
    "no expiry": (lambda i: i.token(exp=None), 401, "One of its claims is wrong"),
    "not yet": (lambda i: i.token(nbf=int(time.time()) + 600), 401, "does not count yet"),
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
    "claims are a list": (_no_claims, 401, "no token that can be read"),
    "three dots": (lambda i: "a.b.c", 401, "no token that can be read"),
    "empty parts": (lambda i: "..", 401, "no token that can be read"),
    "deep header": (lambda i: f"{_encoded(b'[' * 9_000)}.e30.AA", 401, "no token that can be read"),
    "deep claims": (_deep_claims, 401, "no token that can be read"),
    "key is an object": (
        lambda i: _joined({"alg": "ES256", "kid": {}}, {}) + ".AA",
        401,
        "no token that can be read",
    ),
    "unknown but critical": (_critical, 401, "no token that can be read"),
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
    answered = await _me(guarded, token)
    said = problem(answered, status, "forbidden" if status == 403 else "wrong-token")
    assert words in said["detail"]
    assert token not in answered.text
    if status == 401:
        assert 'error="invalid_token"' in answered.headers["www-authenticate"]


async def test_a_new_key_counts_at_once_and_made_up_ones_cost_nothing(
    guarded: httpx.AsyncClient, issuer: Issuer, provider: Provider
) -> None:
    old = issuer.token()
    assert (await _me(guarded, old)).status_code == 200
    assert issuer.asked == 1
    issuer.rotate()
    # As if the last look had been a while ago.
    provider._keys.fetched -= 15
    assert (await _me(guarded, issuer.token())).status_code == 200
    assert issuer.asked == 2
    assert (await _me(guarded, old)).status_code == 401
    for n in range(20):
        made_up = issuer.token(header={"kid": f"made-up-{n}"})
        assert (await _me(guarded, made_up)).status_code == 401
    assert issuer.asked == 2


async def test_what_cannot_be_judged_while_the_provider_is_away_is_503(
    guarded: httpx.AsyncClient, issuer: Issuer, provider: Provider
) -> None:
    issuer.away = True
    answered = await _me(guarded, issuer.token())
    problem(answered, 503, "sign-in-unavailable")
    assert answered.headers["retry-after"]
    issuer.away = False
    provider._keys.failed_at -= 5
    assert (await _me(guarded, issuer.token())).status_code == 200

    issuer.away = True
    provider._keys.fetched -= 1000
    assert (await _me(guarded, issuer.token())).status_code == 200, "its key is known"
    issuer.rotate()
    provider._keys.failed_at -= 15
    problem(await _me(guarded, issuer.token()), 503, "sign-in-unavailable")
