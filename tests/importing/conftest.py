"""Fixtures: a real Temporal server."""

from __future__ import annotations

from tests.scheduling.conftest import temporal_clock

__all__ = ["temporal_clock"]
