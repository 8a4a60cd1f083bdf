"""Settings: where they come from, what is refused, and that the docs list them all."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from onthedot.access.roles import Role
from onthedot.settings import (
    PREFIX,
    Settings,
    SettingsError,
    is_loopback,
    load,
    require_tokens_beyond_loopback,
    unknown_variables,
)
from tests import command_line
from tests.ports import free_port

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
TOKEN_HASH = hashlib.sha256(b"otd_example").hexdigest()


@pytest.fixture(autouse=True)
def _empty_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `.env`, and none of this machine's variables."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_an_option_goes_before_the_environment_before_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load().port == 8080
    (tmp_path / ".env").write_text("ONTHEDOT_PORT=1111\n")
    assert load().port == 1111
    monkeypatch.setenv("ONTHEDOT_PORT", "2222")
    assert load().port == 2222
    assert load({"port": "3333"}).port == 3333
    assert load({"port": None}).port == 2222


def test_an_empty_variable_is_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONTHEDOT_PORT", "")
    monkeypatch.setenv("ONTHEDOT_API_TOKENS", "")
    assert load().port == 8080
    assert load().api_tokens == ()


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONTHEDOT_MODULES", "mine.tasks, other ,")
    assert load().modules == ("mine.tasks", "other")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("P30D", timedelta(days=30)), ("PT36H", timedelta(hours=36)), ("86400", timedelta(days=1))],
)
def test_a_duration_is_iso_8601_or_seconds(text: str, meant: timedelta) -> None:
    assert load({"retention": text}).retention == meant


def test_a_session_key_is_long_and_never_shown() -> None:
    assert load({"session_key": f"{'a' * 32}, {'b' * 44}"}).session_key == ("a" * 32, "b" * 44)
    with pytest.raises(SettingsError) as refused:
        load({"session_key": "hunter2"})
    assert "32 characters" in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert "aaaa" not in repr(load({"session_key": "a" * 32}))


def test_single_sign_on_is_whole_and_over_tls() -> None:
    whole = {
        "oidc_issuer": "https://id.example.com/realms/acme",
        "oidc_client_id": "onthedot",
        "oidc_roles": '{"ops-team": "operator", "*": "viewer"}',
    }
    read = load(whole)
    assert read.guarded
    assert read.oidc_roles == {"ops-team": Role.OPERATOR, "*": Role.VIEWER}
    require_tokens_beyond_loopback(load(whole | {"host": "0.0.0.0"}))
    for wrong, said in (
        ({"oidc_issuer": "http://id.example.com"}, "https://"),
        ({"oidc_client_id": ""}, "ONTHEDOT_OIDC_CLIENT_ID"),
        ({"oidc_roles": "{}"}, "ONTHEDOT_OIDC_ROLES"),
        ({"oidc_roles": '{"ops-team": "owner"}'}, "viewer, operator, editor, admin"),
        ({"oidc_roles": "ops-team=operator"}, "JSON"),
    ):
        with pytest.raises(SettingsError, match=re.escape(said)):
            load(whole | wrong)


def test_a_client_secret_may_be_in_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("swordfish\n")
    for given in (
        {"oidc_client_secret_file": tmp_path / "secret"},
        {"oidc_client_secret": "swordfish"},
    ):
        settings = load(given)
        assert settings.client_secret() == "swordfish"
        assert "swordfish" not in repr(settings)


def test_a_token_has_a_role() -> None:
    given = [f"{role}-s:{role}:sha256:{TOKEN_HASH}" for role in Role]
    read = load({"api_tokens": ",".join([*given, f"bob:sha256:{TOKEN_HASH}"])})
    assert [token.role for token in read.api_tokens] == [*Role, Role.ADMIN]
    for wrong in ("owner", "Admin", "", "otd_the-token-itself"):
        with pytest.raises(SettingsError) as refused:
            load({"api_tokens": f"ann:{wrong}:sha256:{TOKEN_HASH}"})
        assert "viewer, operator, editor, admin" in str(refused.value)
        assert "otd_" not in str(refused.value)


def test_tokens_are_read() -> None:
    read = load({"api_tokens": f"ann:sha256:{TOKEN_HASH}, bob:sha256:{TOKEN_HASH.upper()}"})
    assert [token.name for token in read.api_tokens] == ["ann", "bob"]
    assert {token.sha256 for token in read.api_tokens} == {TOKEN_HASH}


@pytest.mark.parametrize(
    "text",
    [
        "otd_the-token-itself",
        "ann:otd_the-token-itself",
        "ann:sha256:otd_the-token-itself",
        f"ann:md5:{TOKEN_HASH}",
        f"an n:sha256:{TOKEN_HASH}",
    ],
)
def test_a_wrong_token_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"api_tokens": text})
    assert "name:role:sha256:" in str(refused.value)
    assert "the-token-itself" not in str(refused.value)
    assert TOKEN_HASH not in str(refused.value)


def test_a_token_name_that_comes_twice_is_refused() -> None:
    with pytest.raises(SettingsError, match="'ann' occurs twice"):
        load({"api_tokens": f"ann:sha256:{TOKEN_HASH},ann:sha256:{TOKEN_HASH}"})


def test_no_representation_shows_a_token_hash() -> None:
    settings = load({"api_tokens": f"ann:sha256:{TOKEN_HASH}"})
    for shown in (repr(settings), str(settings), repr(settings.api_tokens)):
        assert TOKEN_HASH not in shown


def test_a_wrong_value_names_what_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONTHEDOT_METRICS_PORT", "0")
    with pytest.raises(SettingsError) as refused:
        load({"port": "x"})
    assert "--port: " in str(refused.value)
    assert "ONTHEDOT_METRICS_PORT: " in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
def test_loopback_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    require_tokens_beyond_loopback(load({"host": host}))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.com", ""])
def test_a_wider_host_needs_a_token(host: str) -> None:
    with pytest.raises(SettingsError, match="without a token"):
        require_tokens_beyond_loopback(load({"host": host}))
    require_tokens_beyond_loopback(load({"host": host, "api_tokens": f"a:sha256:{TOKEN_HASH}"}))


def test_misspelt_variables_are_found_and_secrets_are_none() -> None:
    names = {"ONTHEDOT_PROT": "1", "ONTHEDOT_PORT": "1", "ONTHEDOT_SECRET_X": "1", "OTHER": "1"}
    assert unknown_variables(names) == ["ONTHEDOT_PROT"]


def test_every_setting_is_described_and_documented_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `(ONTHEDOT_[A-Z_]+)` \| ([^|]+) \|", DOCS.read_text(), re.MULTILINE)
    )
    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} has no description"
        row = rows[PREFIX + name.upper()].strip()
        assert row == _shown(field.default), f"{name}: the docs say {row}"


def _shown(default: object) -> str:
    if default in ("", (), None, {}):
        return "empty"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, timedelta):
        return {timedelta(days=30): "`P30D`", timedelta(seconds=30): "`PT30S`"}[default]
    return f"`{default}`"


@pytest.mark.parametrize(
    ("command", "variable", "value", "said"),
    [
        ("worker", "ONTHEDOT_ALLOW_HOSTS", "fine.example, not fine", "'not fine' is not a host"),
        ("worker", "ONTHEDOT_DENY_HOSTS", "[::1", "'[::1' is not a host"),
        ("worker", "ONTHEDOT_MAX_CACHED_WORKFLOWS", "9" * 30, "less than or equal"),
        ("worker", "ONTHEDOT_SECRET_HOSTS", "{", "it is not JSON"),
        ("worker", "ONTHEDOT_SECRET_HOSTS", '{"A": ["not fine"]}', "'not fine' is not a host"),
        ("worker", "ONTHEDOT_SECRET_HOSTS", '{"A": "a.example"}', "valid tuple"),
        ("worker", "TEMPORAL_ADDRESS", "a b:7233", "'a b:7233' is not an address"),
        ("server", "TEMPORAL_ADDRESS", "a b:7233", "'a b:7233' is not an address"),
        ("server", "ONTHEDOT_TEMPORAL_UI_URL", "javascript:alert(1)", "match pattern"),
        ("setup-namespace", "TEMPORAL_PROFILE", "absent", "'absent' not found"),
    ],
)
def test_no_setting_is_read_so_late_that_a_process_starts_with_a_wrong_one(
    tmp_path: Path, command: str, variable: str, value: str, said: str
) -> None:
    chosen = {"TEMPORAL_ADDRESS": "127.0.0.1:1", variable: value}
    ports = {"ONTHEDOT_PORT": str(free_port()), "ONTHEDOT_METRICS_PORT": str(free_port())}
    ended = command_line.run(command, cwd=tmp_path, **chosen, **ports)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert variable.partition("_")[0] in ended.stderr
    assert said in ended.stderr


def test_a_broken_profile_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "profile.toml").write_text('[profile.default]\napi_key = "k3y\n')
    chosen = {"TEMPORAL_CONFIG_FILE": "profile.toml", "ONTHEDOT_METRICS_PORT": str(free_port())}
    ended = command_line.run("worker", cwd=tmp_path, **chosen)
    assert ended.returncode == 2
    assert "TOML" in ended.stderr
    assert "k3y" not in ended.stderr
