"""A real server with a worker, for the tests that send."""

from tests.client.conftest import api

__all__ = ["api"]
