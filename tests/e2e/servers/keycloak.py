"""A real provider of single sign-on: Keycloak, cached after the first download."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.faults.part import Part, answers
from tests.ports import free_port
from tests.waiting import wait_until

_VERSION = "26.7.3"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "onthedot-tests"
_ADMIN = "admin"
CLIENT, SECRET = "onthedot", "the-clients-secret"
OTHER, OTHER_SECRET = "other", "another-secret"


class Realm:
    """People, groups and two clients, created over Keycloak's own REST."""

    def __init__(self, address: str) -> None:
        self.name = f"acme-{uuid4().hex[:6]}"
        self.address = address
        self._admin = httpx.Client(base_url=address, timeout=60, trust_env=False)
        self._ask("POST", "/admin/realms", _realm(self.name))
        self._users = {u["username"]: u["id"] for u in self._ask("GET", f"{self._path}/users")}
        self._groups = {g["name"]: g["id"] for g in self._ask("GET", f"{self._path}/groups")}

    @property
    def _path(self) -> str:
        return f"/admin/realms/{self.name}"

    def token(self, address: str, user: str, client: str, secret: str) -> dict[str, str]:
        """The token of a program that has someone's password, through `address`."""
        form = {
            "grant_type": "password",
            "client_id": client,
            "client_secret": secret,
            "username": user,
            "password": f"{user}-password",
            "scope": "openid",
        }
        url = f"{address}/realms/{self.name}/protocol/openid-connect/token"
        answered = httpx.post(url, data=form, timeout=60, trust_env=False)
        answered.raise_for_status()
        found: dict[str, str] = answered.json()
        return found

    def take_out(self, user: str, group: str) -> None:
        """Remove someone from a group."""
        path = f"{self._path}/users/{self._users[user]}/groups/{self._groups[group]}"
        self._ask("DELETE", path)

    def rotate_keys(self) -> None:
        """Sign with a new key, and withdraw the earlier ones."""
        kind = "org.keycloak.keys.KeyProvider"
        before = self._ask("GET", f"{self._path}/components?type={kind}")
        new = {
            "name": "new-rsa",
            "providerId": "rsa-generated",
            "providerType": kind,
            "config": {"priority": ["200"], "algorithm": ["RS256"], "keySize": ["2048"]},
        }
        self._ask("POST", f"{self._path}/components", new)
        for each in before:
            if each["providerId"] == "rsa-generated":
                self._ask("DELETE", f"{self._path}/components/{each['id']}")

    def close(self) -> None:
        self._ask("DELETE", self._path)
        self._admin.close()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": _ADMIN,
            "password": _ADMIN,
        }
        got = self._admin.post("/realms/master/protocol/openid-connect/token", data=form)
        headers = {"Authorization": f"Bearer {got.json()['access_token']}"}
        answered = self._admin.request(method, path, json=body, headers=headers)
        answered.raise_for_status()
        return answered.json() if answered.content else None


@contextmanager
def realm(directory: Path) -> Iterator[Realm]:
    """A separate realm while the block runs."""
    # The address of a Keycloak that is already running, with the user and password `admin`.
    if running := os.environ.get("ONTHEDOT_TEST_KEYCLOAK"):
        found = Realm(running)
        yield found
        found.close()
        return
    home, port = _prepared(), free_port()
    options = ["--optimized", "--http-enabled=true", "--hostname-strict=false"]
    listening = ["--http-host=127.0.0.1", f"--http-port={port}"]
    address = f"http://127.0.0.1:{port}"
    named = {"KC_BOOTSTRAP_ADMIN_USERNAME": _ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD": _ADMIN}
    part = Part(
        "keycloak",
        [str(home / "bin" / "kc.sh"), "start", *options, *listening],
        os.environ | named,
        directory / "keycloak.log",
        answers(f"{address}/realms/master"),
    )
    part.start()
    try:
        wait_until(answers(f"{address}/realms/master"), "Keycloak answers", 400)
        found = Realm(address)
        yield found
        found.close()
    finally:
        # The script starts Java beside itself.
        with suppress(ProcessLookupError):
            os.killpg(part.process_id, signal.SIGKILL)
        part.kill()


def _prepared() -> Path:
    """The directory of Keycloak, downloaded and built once."""
    home = _CACHE / f"keycloak-{_VERSION}"
    if (home / "built").exists():
        return home
    maven = shutil.which("mvn")
    if not maven or not shutil.which("java"):
        pytest.skip("NO PROVIDER: install Java and Maven to try single sign-on with Keycloak")
    _CACHE.mkdir(parents=True, exist_ok=True)
    coordinates = f"org.keycloak:keycloak-quarkus-dist:{_VERSION}:zip"
    copied = ["dependency:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={_CACHE}"]
    fetched = subprocess.run([maven, "-B", "-q", *copied], cwd=_CACHE, check=False, timeout=550)
    file = _CACHE / f"keycloak-quarkus-dist-{_VERSION}.zip"
    if fetched.returncode or not file.exists():
        pytest.skip("NO PROVIDER: Maven cannot fetch Keycloak here")
    with zipfile.ZipFile(file) as packed:
        packed.extractall(_CACHE)
    file.unlink()
    (home / "bin" / "kc.sh").chmod(0o755)
    build = [str(home / "bin" / "kc.sh"), "build", "--db=dev-mem", "--cache=local"]
    subprocess.run(build, check=True, timeout=550, stdout=subprocess.DEVNULL)
    (home / "built").touch()
    return home


def _realm(name: str) -> dict[str, Any]:
    mapper = {
        "name": "groups",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-group-membership-mapper",
        "config": {
            "claim.name": "groups",
            "full.path": "false",
            "id.token.claim": "true",
            "access.token.claim": "true",
            "userinfo.token.claim": "true",
        },
    }
    audience = {
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": {"included.client.audience": CLIENT, "access.token.claim": "true"},
    }
    return {
        "realm": name,
        "enabled": True,
        "sslRequired": "none",
        "groups": [{"name": "ops-team"}, {"name": "platform"}],
        "users": [_user("ada", "platform"), _user("bob", "ops-team"), _user("eve")],
        "clients": [
            _client(CLIENT, SECRET, [mapper, audience])
            | {
                "redirectUris": ["http://127.0.0.1:*"],
                "attributes": {
                    "pkce.code.challenge.method": "S256",
                    "post.logout.redirect.uris": "+",
                },
            },
            _client(OTHER, OTHER_SECRET, [mapper]) | {"standardFlowEnabled": False},
        ],
    }


def _client(name: str, secret: str, mappers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "clientId": name,
        "secret": secret,
        "publicClient": False,
        "directAccessGrantsEnabled": True,
        "protocolMappers": mappers,
    }


def _user(name: str, *groups: str) -> dict[str, Any]:
    return {
        "username": name,
        "enabled": True,
        "email": f"{name}@example.com",
        "emailVerified": True,
        "firstName": name.title(),
        "lastName": "Example",
        "groups": [f"/{group}" for group in groups],
        "credentials": [{"type": "password", "value": f"{name}-password"}],
    }
