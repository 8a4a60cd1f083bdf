"""A signer of tokens, good and bad ones: its discovery document and keys over real HTTP.

A real provider makes no bad tokens: tests/e2e/servers/test_single_sign_on.py has one that signs.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT = "onthedot"


class Issuer(ThreadingHTTPServer):
    """Listens on a free port. `asked` counts requests for the keys."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.keys: list[ECKey] = []
        self.asked = 0
        self.away = False
        self.rotate()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def rotate(self) -> None:
        """Sign with a new key; the old one is no longer offered."""
        self.keys = [ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)]

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good token, with changes; None leaves a claim out."""
        now = int(time.time())
        whole = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "user-1",
            "email": "ada@example.com",
            "email_verified": True,
            "groups": ["platform"],
            "iat": now,
            "exp": now + 300,
        }
        return {name: value for name, value in (whole | changes).items() if value is not None}

    def token(self, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A signed token."""
        said = {"alg": "ES256", "kid": self.keys[0].kid} | (header or {})
        return jwt.encode(said, self.claims(**changes), self.keys[0])


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        issuer = self.server
        assert isinstance(issuer, Issuer)
        if issuer.away:
            self.send_error(503)
            return
        if self.path == "/keys":
            issuer.asked += 1
            said: Any = KeySet(list(issuer.keys)).as_dict(private=False)
            # Of a kind that nobody knows yet.
            said["keys"].append({"kty": "XYZ", "kid": "from-the-future", "use": "sig"})
        else:
            said = {
                "issuer": issuer.url,
                "authorization_endpoint": f"{issuer.url}/authorize",
                "token_endpoint": f"{issuer.url}/token",
                "jwks_uri": f"{issuer.url}/keys",
            }
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer as long as the block."""
    with Issuer() as issuer:
        thread = threading.Thread(target=issuer.serve_forever, daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            issuer.shutdown()
            thread.join()
