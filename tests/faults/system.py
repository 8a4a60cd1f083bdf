"""Talks to the system, however it was started: over REST and with Temporal's command."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import httpx

from onthedot import embedded
from tests.command_line import environment
from tests.waiting import wait_until


class System:
    """The REST at `url`, and the Temporal behind it at `temporal_address`."""

    def __init__(self, url: str, temporal_address: str) -> None:
        binary = embedded.find_binary()
        assert binary, "there is no `temporal` program here"
        self.binary = binary
        self.temporal_address = temporal_address
        self.client = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def is_ready(self) -> bool:
        """Whether tasks can be registered, and a worker was seen."""
        try:
            ready = self.client.get("/readyz")
        except httpx.HTTPError:
            return False
        return ready.status_code == 200 and bool(ready.json()["workers"])

    def wait_until_ready(self) -> None:
        wait_until(self.is_ready, "the system is ready")

    def get(self, path: str, **params: Any) -> httpx.Response:
        """A read, repeated if a busy machine returns 503 or the server is gone."""
        answers: list[httpx.Response] = []

        def not_busy() -> bool:
            try:
                answers.append(self.client.get(path, params=params))
            except httpx.TransportError:
                return False
            return answers[-1].status_code not in (502, 503)

        wait_until(not_busy, f"{path} is answered")
        return answers[-1]

    def listed_by_temporal(self, query: str) -> list[str]:
        """The workflow ids that Temporal's own command lists, one per execution."""
        command = ["workflow", "list", "--address", self.temporal_address, "--output", "json"]
        listed = subprocess.run(
            [self.binary, *command, "--limit", "100000", "--query", query],
            env=environment({}),
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        found: list[dict[str, Any]] = json.loads(listed.stdout or "[]") or []
        return [execution["execution"]["workflowId"] for execution in found]
