"""Fixtures: a real server with a worker."""

from tests.api.conftest import api

__all__ = ["api"]
