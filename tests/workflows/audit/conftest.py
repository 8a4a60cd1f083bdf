"""Fixtures: a separate namespace, because an audit covers all tasks of one, and other tests leave
thousands."""

from __future__ import annotations

# Here again: made once for all tests, they would otherwise be made of whichever client comes first.
from tests.conftest import temporal as temporal
from tests.conftest import worker as worker
from tests.temporal_elsewhere import own_namespace as client  # noqa: F401  # a fixture
