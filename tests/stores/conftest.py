"""Fixtures: REST with a worker, on SQLite or on a cluster's PostgreSQL."""

from __future__ import annotations

from tests.api.conftest import api as api
