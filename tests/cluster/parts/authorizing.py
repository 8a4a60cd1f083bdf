"""One node of Temporal with its own authoriser: TLS, and API keys that are signed tokens."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from google.protobuf.duration_pb2 import Duration
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import TLSConfig

from tests.certificates import Certified, certify
from tests.cluster.parts.bound_process import bound_to_parent
from tests.cluster.parts.node import STARTS_WITHIN_SECONDS, alone_at
from tests.cluster.programs import TemporalRelease
from tests.faults.part import Part
from tests.ports import free_port, is_taken

NAMESPACE = "tasks"
_SERVICES = ("frontend", "internal-frontend", "history", "matching", "worker")


@dataclass
class Authorizing:
    """Where it is, and keys for it."""

    port: int
    certified: Certified
    key: RSAKey

    def api_key(self, *permissions: str, expires_in: timedelta = timedelta(hours=1)) -> str:
        """One with permissions such as `tasks:admin`."""
        now = int(time.time())
        claims = {
            "sub": "onthedot",
            "permissions": list(permissions),
            "iat": now,
            "exp": now + int(expires_in.total_seconds()),
        }
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def environment(self, api_key: str) -> dict[str, str]:
        """Temporal's variables."""
        return {
            "TEMPORAL_ADDRESS": f"localhost:{self.port}",
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "TEMPORAL_TLS": "true",
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(self.certified.authority),
            "TEMPORAL_API_KEY": api_key,
        }

    async def register(self) -> None:
        """Make the namespace."""
        client = await Client.connect(
            f"localhost:{self.port}",
            api_key=self.api_key("temporal-system:admin"),
            tls=TLSConfig(server_root_ca_cert=self.certified.authority.read_bytes()),
        )
        retention = Duration()
        retention.FromTimedelta(timedelta(days=1))
        request = RegisterNamespaceRequest(
            namespace=NAMESPACE, workflow_execution_retention_period=retention
        )
        await client.workflow_service.register_namespace(request)


@contextmanager
def authorizing(release: TemporalRelease, directory: Path) -> Iterator[Authorizing]:
    """Such a node, as long as the block; its data and log are in `directory`."""
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    with _offered(key) as keys:
        ports = {service: free_port() for service in _SERVICES}
        made = Authorizing(ports["frontend"], certify(directory, "localhost"), key)
        config = directory / "temporal.yaml"
        config.write_text(yaml.safe_dump(_configuration(directory, made.certified, ports, keys)))
        services = [f"--service={service}" for service in _SERVICES]
        node = Part(
            "temporal",
            bound_to_parent([str(release.server), f"--config-file={config}", "start", *services]),
            os.environ,
            directory / "temporal.log",
            lambda: is_taken(made.port),
        )
        node.start()
        try:
            node.wait_until_up(STARTS_WITHIN_SECONDS)
            yield made
        finally:
            node.kill()


@contextmanager
def _offered(key: RSAKey) -> Iterator[str]:
    """The address of the public key."""
    said = json.dumps(KeySet([key]).as_dict(private=False)).encode()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            """Not into the output of tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/keys"
        finally:
            server.shutdown()
            thread.join()


def _configuration(
    directory: Path, certified: Certified, ports: dict[str, int], keys: str
) -> dict[str, object]:
    tls = {
        "server": {"certFile": str(certified.certificate), "keyFile": str(certified.key)},
        "client": {"serverName": "localhost", "rootCaFiles": [str(certified.authority)]},
    }
    return {
        "log": {"stdout": True, "level": "warn"},
        "persistence": {
            "defaultStore": "default",
            "visibilityStore": "visibility",
            "numHistoryShards": 1,
            "datastores": {name: _sqlite(directory, name) for name in ("default", "visibility")},
        },
        "global": {
            "membership": {"maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1"},
            "tls": {"frontend": tls},
            "authorization": {
                "jwtKeyProvider": {"keySourceURIs": [keys], "refreshInterval": "1m"},
                "permissionsClaimName": "permissions",
                "authorizer": "default",
                "claimMapper": "default",
            },
        },
        "services": {
            service: {
                "rpc": {
                    "grpcPort": port,
                    "membershipPort": free_port(),
                    "bindOnLocalHost": True,
                }
            }
            for service, port in ports.items()
        },
        **alone_at(f"localhost:{ports['frontend']}"),
    }


def _sqlite(directory: Path, name: str) -> dict[str, object]:
    return {
        "sql": {
            "pluginName": "sqlite",
            "databaseName": str(directory / f"{name}.db"),
            "connectAddr": "localhost",
            "connectProtocol": "tcp",
            "connectAttributes": {"mode": "rwc", "cache": "private", "setup": "true"},
            "maxConns": 1,
            "maxIdleConns": 1,
        }
    }
