"""REST with a worker, on the store that this run is about: SQLite, or a cluster's PostgreSQL."""

from __future__ import annotations

from tests.api.conftest import api as api
