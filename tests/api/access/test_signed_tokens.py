"""Tokens that a provider signs: who gets in, and the response to each bad one."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from onthedot.access.oidc.claims import ClaimRules
from onthedot.access.oidc.provider import NoRole, Provider
from onthedot.access.roles import Role
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.api.access.conftest import me
from tests.api.access.issuer import CLIENT, Issuer
from tests.api.problem import problem
from tests.api.serving import serving

pytestmark = pytest.mark.anyio


async def test_a_signed_token_lets_in_with_its_role(
    guarded: httpx.AsyncClient, issuer: Issuer
) -> None:
    whole = (await me(guarded, issuer.token())).json()
    assert whole == {"name": "ada@example.com", "role": "admin", "via": "oidc"}
    for changes, name, role in (
        ({"groups": ["ops-team", "platform", "x"]}, "ada@example.com", "admin"),
        ({"groups": "ops-team"}, "ada@example.com", "operator"),
        ({"email": None}, "user-1", "admin"),
        ({"email_verified": False}, "user-1", "admin"),
        ({"aud": ["account", CLIENT]}, "ada@example.com", "admin"),
        ({"header": {"typ": "at+jwt"}}, "ada@example.com", "admin"),
    ):
        told = (await me(guarded, issuer.token(**changes))).json()
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
        assert (await me(guarded, issuer.token(**changes))).status_code == status, changes


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
            answered = await me(client, issuer.token(iat=made, exp=now + 3600))
            assert (answered.status_code == 200) is counts, made
            if not counts:
                assert "issued" in problem(answered, 401, "wrong-token")["detail"]


async def test_a_new_key_counts_at_once_and_made_up_ones_cost_nothing(
    guarded: httpx.AsyncClient, issuer: Issuer, provider: Provider
) -> None:
    old = issuer.token()
    assert (await me(guarded, old)).status_code == 200
    assert issuer.asked == 1
    issuer.rotate()
    # As if the last look had been a while ago.
    provider._keys.fetched -= 15
    assert (await me(guarded, issuer.token())).status_code == 200
    assert issuer.asked == 2
    assert (await me(guarded, old)).status_code == 401
    for n in range(20):
        made_up = issuer.token(header={"kid": f"made-up-{n}"})
        assert (await me(guarded, made_up)).status_code == 401
    assert issuer.asked == 2


async def test_what_cannot_be_judged_while_the_provider_is_away_is_503(
    guarded: httpx.AsyncClient, issuer: Issuer, provider: Provider
) -> None:
    issuer.away = True
    answered = await me(guarded, issuer.token())
    problem(answered, 503, "sign-in-unavailable")
    assert answered.headers["retry-after"]
    issuer.away = False
    provider._keys.failed_at -= 5
    assert (await me(guarded, issuer.token())).status_code == 200

    issuer.away = True
    provider._keys.fetched -= 1000
    assert (await me(guarded, issuer.token())).status_code == 200, "its key is known"
    issuer.rotate()
    provider._keys.failed_at -= 15
    problem(await me(guarded, issuer.token()), 503, "sign-in-unavailable")
