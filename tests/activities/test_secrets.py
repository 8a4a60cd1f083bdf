"""Secrets: found at the attempt, and in nothing that is kept."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web

from onthedot.activities.attempts.failed import AttemptFailed
from onthedot.activities.command.activity import CommandActivities
from onthedot.activities.http.activity import HttpActivities
from onthedot.activities.http.addresses import AddressRules
from onthedot.activities.http.host_gate import HostGate
from onthedot.activities.secrets.hosts import SecretHosts
from onthedot.activities.secrets.redaction import Redactor
from onthedot.activities.secrets.store import Secrets
from onthedot.scheduling.action import SecretRef
from onthedot.scheduling.stored.attempt import MAX_OUTPUT
from tests.activities.attempts import command_attempt, fail, http_attempt, succeed
from tests.activities.conftest import SECRETS
from tests.activities.receiver import Receiver

pytestmark = pytest.mark.anyio

AUTHORIZED = {"Authorization": {"secret": "TOKEN"}}
VALUE = "s3cr3t-v4lue"


def test_variable_first_then_file(tmp_path: Path) -> None:
    (tmp_path / "BOTH").write_text("from the file\n")
    (tmp_path / "MOUNTED").write_text("from the file\r\n")
    secrets = Secrets(tmp_path, {"ONTHEDOT_SECRET_BOTH": "from the variable"})
    values: dict[str, str | SecretRef] = {
        "a": SecretRef(secret="BOTH"),
        "b": SecretRef(secret="MOUNTED"),
        "c": "literal",
    }
    filled, _ = secrets.fill_in(values)
    assert filled == {"a": "from the variable", "b": "from the file", "c": "literal"}


def test_a_changed_file_counts_from_the_next_attempt(tmp_path: Path) -> None:
    secrets, values = Secrets(tmp_path, {}), {"a": SecretRef(secret="KEY")}
    with pytest.raises(AttemptFailed, match="has no secret KEY"):
        secrets.fill_in(values)
    (tmp_path / "KEY").write_text("new")
    assert secrets.fill_in(values)[0] == {"a": "new"}


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 9000, b"a\0b"])
def test_unusable_files_are_refused_without_their_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "KEY").write_bytes(content)
    with pytest.raises(AttemptFailed) as caught:
        Secrets(tmp_path, {}).fill_in({"a": SecretRef(secret="KEY")})
    assert "KEY" in caught.value.message
    assert "xxx" not in caught.value.message
    assert not caught.value.final


async def test_a_missing_one_is_tried_again_later(http: HttpActivities, receiver: Receiver) -> None:
    attempt = http_attempt(receiver.url("/echo"), headers={"X-Key": {"secret": "ABSENT"}})
    failure = await fail(http.http, attempt)
    assert (failure.type, failure.final) == ("SecretMissing", False)
    assert "ONTHEDOT_SECRET_ABSENT" in failure.message
    assert failure.retry_after is not None
    assert receiver.requests == []


async def test_one_that_would_end_the_header_is_refused(
    http: HttpActivities, receiver: Receiver
) -> None:
    attempt = http_attempt(receiver.url("/echo"), headers={"X-Key": {"secret": "BROKEN"}})
    failure = await fail(http.http, attempt)
    assert failure.type == "SecretInvalid"
    assert "B: c" not in failure.everything
    assert receiver.requests == []


async def test_what_a_receiver_echoes_is_not_kept(http: HttpActivities, receiver: Receiver) -> None:
    output = await succeed(http.http, http_attempt(receiver.url("/echo"), headers=AUTHORIZED))
    assert receiver.requests[0].headers["Authorization"] == f"Bearer {VALUE}"
    assert VALUE not in json.dumps(output)
    assert output["body"]["headers"]["Authorization"] == "[secret TOKEN]"


@pytest.mark.parametrize("size", [MAX_OUTPUT - 5, MAX_OUTPUT - len(VALUE) - 1, MAX_OUTPUT + 20_000])
async def test_the_cut_does_not_leave_half_of_one(
    http: HttpActivities, receiver: Receiver, size: int
) -> None:
    text = "." * size + VALUE + "." * 50_000
    receiver.plan = [web.Response(text=text)]
    output = await succeed(http.http, http_attempt(receiver.url("/planned"), headers=AUTHORIZED))
    assert VALUE[:4] not in output["body"]


async def test_failures_hold_none(http: HttpActivities, receiver: Receiver) -> None:
    headers = {"Location": f"/{VALUE}", "X-Request-Id": VALUE}
    receiver.plan = [
        web.Response(status=401, text=f"bad token {VALUE}", headers=headers),
        web.Response(status=302, headers={"Location": f"http://no-such.invalid/{VALUE}"}),
    ]
    attempt = http_attempt(receiver.url("/planned"), headers=AUTHORIZED)
    for _ in range(2):
        failure = await fail(http.http, attempt)
        assert VALUE not in failure.everything


def test_redaction_knows_the_forms_of_a_value() -> None:
    redactor = Redactor({"A": 'Bearer p"q/r+s', "SHORT": "abc"})
    for text in ('Bearer p"q/r+s', 'p"q/r+s', 'p\\"q/r+s', "p%22q%2Fr%2Bs"):
        assert redactor.text(f"<{text}>") == "<[secret A]>"
    assert redactor.text("abc") == "abc"
    assert redactor.json({'p"q/r+s': ['p"q/r+s', 1]}) == {"[secret A]": ["[secret A]", 1]}


def limited(receiver: Receiver, *hosts: str, directory: Path | None = None) -> HttpActivities:
    """Where TOKEN may go to `hosts` only."""
    entries = {"TOKEN": hosts} if hosts else {}
    secrets = Secrets(directory, SECRETS, SecretHosts(entries, directory))
    return HttpActivities(AddressRules(allow=["localhost"]), secrets, HostGate())


@pytest.mark.parametrize("hosts", [[], ["a.example"], ["127.0.0.1:1"], ["command"], ["127.0.0.2"]])
async def test_a_secret_is_not_sent_to_a_host_that_is_not_named(
    receiver: Receiver, hosts: list[str]
) -> None:
    http = limited(receiver, *hosts)
    failure = await fail(http.http, http_attempt(receiver.url("/echo"), headers=AUTHORIZED))
    assert (failure.type, failure.final) == ("SecretRefused", True)
    assert "ONTHEDOT_SECRET_HOSTS" in failure.message
    assert VALUE not in failure.everything
    assert receiver.requests == []
    await http.close()


@pytest.mark.parametrize("hosts", ["127.0.0.1", "127.0.0.0/8", "a.example, 127.0.0.1", "*"])
async def test_a_secret_is_sent_to_a_host_that_is_named(
    receiver: Receiver, tmp_path: Path, hosts: str
) -> None:
    (tmp_path / "TOKEN.hosts").write_text(f"{hosts}\n")
    http = limited(receiver, directory=tmp_path)
    await succeed(http.http, http_attempt(receiver.url("/echo"), headers=AUTHORIZED))
    assert receiver.requests[0].headers["Authorization"] == f"Bearer {VALUE}"
    (tmp_path / "TOKEN.hosts").write_text("a.example\n")
    failure = await fail(http.http, http_attempt(receiver.url("/echo"), headers=AUTHORIZED))
    assert failure.type == "SecretRefused"
    (tmp_path / "TOKEN.hosts").write_text("a b/c\n/")
    failure = await fail(http.http, http_attempt(receiver.url("/echo"), headers=AUTHORIZED))
    assert (failure.type, failure.final) == ("SecretInvalid", False)
    await http.close()


async def test_hosts_are_judged_after_a_redirect_too(
    receiver: Receiver, other_receiver: Receiver
) -> None:
    http = limited(receiver, receiver.base.removeprefix("http://"))
    away = quote(other_receiver.url("/echo"), safe="")
    url = receiver.url(f"/redirect?status=307&to={away}")
    await succeed(http.http, http_attempt(url, headers=AUTHORIZED))
    assert "Authorization" in receiver.requests[0].headers
    assert "Authorization" not in other_receiver.requests[0].headers
    await http.close()


async def test_a_command_gets_no_secret_that_is_for_hosts() -> None:
    for hosts, refused in ((["a.example"], True), (["a.example", "command"], False)):
        secrets = Secrets(None, SECRETS, SecretHosts({"TOKEN": hosts}))
        commands = CommandActivities(secrets, allowed=True)
        attempt = command_attempt("true", env={"KEY": {"secret": "TOKEN"}})
        if refused:
            assert (await fail(commands.command, attempt)).type == "SecretRefused"
        else:
            await succeed(commands.command, attempt)


async def test_the_hosts_themselves_are_no_secret(receiver: Receiver) -> None:
    hosts = SecretHosts(anywhere=True)
    secrets = Secrets(None, {"ONTHEDOT_SECRET_HOSTS": "{}"}, hosts)
    with pytest.raises(AttemptFailed, match="has no secret HOSTS"):
        secrets.fill_in({"a": SecretRef(secret="HOSTS")})
