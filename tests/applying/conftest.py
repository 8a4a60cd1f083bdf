"""A real server with a worker, for the tests that send."""

from tests.api.conftest import api

__all__ = ["api"]
