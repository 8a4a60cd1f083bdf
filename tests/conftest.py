"""Fixtures of most tests: a real Temporal server, and a worker of this project."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import ExitStack
from functools import cache
from uuid import uuid4

import pytest
from execnet import XSpec
from hypothesis import settings as examples
from temporalio.client import Client
from temporalio.worker import Worker
from xdist.remote import Producer
from xdist.workermanage import WorkerController

from onthedot.processes.loading import loading
from onthedot.service.temporal.calls import Temporal
from onthedot.settings import Settings
from tests.running.distribution import Distribution
from tests.running.preloaded import preloaded
from tests.running.shared_temporal import shared_temporal
from tests.temporal_elsewhere import connected
from tests.waiting import patient
from tests.workers import EVERYTHING, polling

# The same examples each time: what is found by chance is no verdict on the change at hand. For
# others: --hypothesis-profile=default. No deadline: an example's time is the machine's business.
examples.register_profile("same", derandomize=True, deadline=None)
examples.load_profile("same")

# Temporal servers that tests start spend a fifth of their time on collecting garbage otherwise.
os.environ.setdefault("GOGC", "400")

_status: list[int] = []
_until_the_end = ExitStack()

#: What a process that runs tests is given: the address of their Temporal server.
_TEMPORAL = "temporal"

#: The mark that all tests of a folder have.
_MARKS = {"faults": "faults", "cluster": "cluster", "e2e": "browser"}


#: What tests start a Temporal of their own with, to kill it or to freeze it.
_OWN_TEMPORAL = ("PrivateTemporal", "temporal_process")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Freeze collected objects: they stay, and searching them for garbage takes a quarter of the
    time."""
    with loading():
        return (yield)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        # Not from its path, which takes ten times as long.
        _, folder, *_ = item.nodeid.partition("::")[0].split("/")
        if mark := _MARKS.get(folder):
            item.add_marker(mark)
    if os.environ.get("TEMPORAL_ADDRESS"):
        # They would not run on that one.
        elsewhere = [item for item in items if _has_its_own_temporal(item)]
        items[:] = [item for item in items if item not in elsewhere]
        config.hook.pytest_deselected(items=elsewhere)


def _has_its_own_temporal(item: pytest.Item) -> bool:
    module = getattr(item, "module", None)
    fixtures = getattr(item, "fixturenames", ())
    return "client" not in fixtures and any(hasattr(module, name) for name in _OWN_TEMPORAL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Distribution:
    return Distribution(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: list[XSpec]) -> None:
    python = _until_the_end.enter_context(preloaded(config.args))
    for spec in specs:
        spec.python = python


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    if "TEMPORAL_ADDRESS" not in os.environ:
        node.workerinput[_TEMPORAL] = _temporal()


@cache
def _temporal() -> str:
    return _until_the_end.enter_context(shared_temporal())


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # Ends the tests as Ctrl-C does, so that no process of theirs is left behind.
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    _status.append(int(exitstatus))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Exit immediately: the SDK may crash when the interpreter ends, after the last test."""
    _until_the_end.close()
    if _status and not hasattr(config, "workerinput"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status[-1])


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The event loop of the worker and the server."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
async def client(anyio_backend: object, pytestconfig: pytest.Config) -> Client:
    """A client of a Temporal server with the embedded server's settings, in a fresh namespace.

    With `TEMPORAL_ADDRESS`, of the server there: `make cluster-test` runs tests on a cluster.
    """
    if address := os.environ.get("TEMPORAL_ADDRESS"):
        return await connected(address, os.environ.get("TEMPORAL_NAMESPACE"))
    given = getattr(pytestconfig, "workerinput", {}).get(_TEMPORAL)
    return await connected(given or _temporal(), None)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(task_queue=f"tests-{uuid4().hex[:8]}", allow_commands=True)


@pytest.fixture(scope="session")
def temporal(client: Client, settings: Settings) -> Temporal:
    """The connection that the use cases take."""
    return patient(client, settings)


@pytest.fixture(scope="session")
async def worker(client: Client, settings: Settings) -> AsyncIterator[Worker]:
    """A worker that runs tasks, which may call loopback."""
    async with polling(client, settings.task_queue, EVERYTHING) as made:
        yield made
