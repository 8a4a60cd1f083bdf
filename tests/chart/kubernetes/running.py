"""Kubernetes on this machine, without machines of its own: API server, controllers and scheduler
are the real ones; kwok plays two nodes, on which every pod runs and every job succeeds."""

from __future__ import annotations

import json
import os
import secrets
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.certificates import certify
from tests.chart.kubernetes.programs import Kubernetes
from tests.faults.part import Part, answers
from tests.ports import free_port

NODES = ("first", "second")


class RunningKubernetes:
    """Starts and stops it all; `environment` is that of `kubectl` and `helm`."""

    def __init__(self, programs: Kubernetes, directory: Path) -> None:
        self._programs = programs
        self._directory = directory
        self._certified = certify(directory)
        self._trust = ssl.create_default_context(cafile=str(self._certified.authority))
        self._token = secrets.token_hex(16)
        self._port, self._etcd_port = free_port(), free_port()
        self._parts: list[Part] = []
        self.environment = {
            "PATH": f"{programs.kubectl.parent}:{os.environ['PATH']}",
            "HOME": str(directory),
            "KUBECONFIG": str(self._kubeconfig()),
        }

    def start(self) -> None:
        """Returns once the nodes are ready."""
        self._start("etcd", self._etcd(), f"http://127.0.0.1:{self._etcd_port}/health")
        api = f"https://127.0.0.1:{self._port}"
        self._start("api-server", self._api_server(), f"{api}/readyz")
        for name, program in (
            ("controllers", self._programs.controllers),
            ("scheduler", self._programs.scheduler),
        ):
            port = free_port()
            self._start(name, self._controlling(program, port), f"https://127.0.0.1:{port}/healthz")
        self._start("kwok", self._kwok(port := free_port()), f"http://127.0.0.1:{port}/healthz")
        for node in NODES:
            self.apply(_node(node))
        self.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s")

    def stop(self) -> None:
        for part in reversed(self._parts):
            part.kill()

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """What a command printed. Fails the test where it fails, or where the API server warns."""
        told = self.try_kubectl(*arguments, given=given)
        assert told.returncode == 0, told.stderr
        assert "Warning:" not in told.stderr, told.stderr
        return told.stdout

    def try_kubectl(
        self, *arguments: str, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return self.run([str(self._programs.kubectl), *arguments], given)

    def run(
        self, command: Sequence[str], given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """One command, to its end, as this cluster's administrator."""
        return subprocess.run(
            command,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )

    def apply(self, *objects: dict[str, Any], namespace: str = "default", dry: bool = False) -> str:
        """Server-side apply; with `dry`, the API server only says what it would do."""
        options = ("--dry-run=server",) if dry else ()
        return self.kubectl(
            *("apply", "--server-side", "--namespace", namespace, *options, "--filename", "-"),
            given=yaml.safe_dump_all(objects),
        )

    def found(self, kind: str, namespace: str) -> dict[str, dict[str, Any]]:
        """All objects of a kind, by name."""
        told = self.kubectl("get", kind, "--namespace", namespace, "--output", "json")
        return {each["metadata"]["name"]: each for each in json.loads(told)["items"]}

    def begin(self, *arguments: str, log: Path, until: Callable[[str], bool]) -> Part:
        """A command of kubectl that goes on, once what it has said fulfils `until`."""
        command = [str(self._programs.kubectl), *arguments]
        part = Part(arguments[0], command, self.environment, log, lambda: until(log.read_text()))
        self._parts.append(part)
        part.start()
        part.wait_until_up()
        return part

    @contextmanager
    def watching(self, *what: str, path: str, log: Path) -> Iterator[Callable[[], list[str]]]:
        """Calls give a line for each state that an object has had since, the first included."""
        output = f'jsonpath={path}{{"\\n"}}'
        watch = self.begin("get", *what, "--watch", "--output", output, log=log, until=bool)
        try:
            yield lambda: log.read_text().splitlines()
        finally:
            watch.kill()

    def _start(self, name: str, command: Sequence[object], healthy: str) -> None:
        log = self._directory / f"{name}.log"
        words = [str(word) for word in command]
        part = Part(name, words, os.environ, log, answers(healthy, self._trust))
        self._parts.append(part)
        part.start()
        part.wait_until_up(120)

    def _etcd(self) -> list[object]:
        clients, peers = (f"http://127.0.0.1:{port}" for port in (self._etcd_port, free_port()))
        return [
            self._programs.etcd, "--data-dir", self._directory / "etcd", "--unsafe-no-fsync",
            "--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", f"default={peers}",
        ]  # fmt: skip

    def _api_server(self) -> list[object]:
        tokens = self._directory / "tokens.csv"
        tokens.write_text(f"{self._token},administrator,1,system:masters\n")
        return [
            self._programs.api_server,
            "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1",
            "--secure-port", self._port, "--endpoint-reconciler-type", "none",
            "--tls-cert-file", self._certified.certificate,
            "--tls-private-key-file", self._certified.key,
            "--etcd-servers", f"http://127.0.0.1:{self._etcd_port}",
            "--token-auth-file", tokens, "--authorization-mode", "RBAC",
            "--service-account-issuer", "https://kubernetes.default.svc",
            "--service-account-key-file", self._signing_key(),
            "--service-account-signing-key-file", self._signing_key(),
            "--service-cluster-ip-range", "10.96.0.0/16",
        ]  # fmt: skip

    def _controlling(self, program: Path, port: int) -> list[object]:
        more: list[object] = []
        if program == self._programs.controllers:
            more = ["--service-account-private-key-file", self._signing_key()]
        return [
            program, "--kubeconfig", self._kubeconfig(), "--leader-elect=false",
            "--bind-address", "127.0.0.1", "--secure-port", port,
            "--tls-cert-file", self._certified.certificate,
            "--tls-private-key-file", self._certified.key, *more,
        ]  # fmt: skip

    def _kwok(self, port: int) -> list[object]:
        return [
            self._programs.kwok, "--kubeconfig", self._kubeconfig(), "--manage-all-nodes",
            "--config", self._programs.stages, "--node-lease-duration-seconds", 40,
            "--server-address", f"127.0.0.1:{port}",
        ]  # fmt: skip

    def _kubeconfig(self) -> Path:
        file = self._directory / "kubeconfig"
        cluster = {
            "server": f"https://127.0.0.1:{self._port}",
            "certificate-authority": str(self._certified.authority),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "clusters": [{"name": "here", "cluster": cluster}],
            "users": [{"name": "here", "user": {"token": self._token}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
        }
        file.write_text(yaml.safe_dump(config))
        file.chmod(0o600)
        return file

    def _signing_key(self) -> Path:
        file = self._directory / "service-accounts.key"
        if not file.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            form = (Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
            file.write_bytes(key.private_bytes(*form))
        return file


def _node(name: str) -> dict[str, Any]:
    size = {"cpu": "32", "memory": "256Gi", "pods": "110"}
    labels = {"kubernetes.io/hostname": name}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"capacity": size, "allocatable": size},
    }
