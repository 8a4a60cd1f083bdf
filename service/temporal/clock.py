"""Estimates Temporal's clock.

Registrations and changes carry an expiry, so that one that was answered 503 is not applied later.
Temporal compares the expiry with its own clock. If ours were behind, everything would expire on
arrival; so the difference is measured, at most once a minute.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic

_LOG = logging.getLogger("onthedot.clock")
_MEASURE_EVERY_SECONDS = 60.0
_WORTH_SAYING = timedelta(seconds=2)


class TemporalClock:
    """How far Temporal's clock is ahead of ours; zero until measured."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._measured: float | None = None

    @property
    def stale(self) -> bool:
        """Whether it is time to measure."""
        return self._measured is None or monotonic() - self._measured > _MEASURE_EVERY_SECONDS

    def theirs(self, ours: datetime) -> datetime:
        """Convert an instant of our clock to Temporal's."""
        return ours + self._ahead

    def learn(self, *, sent: datetime, answered: datetime, stamped: datetime) -> None:
        """Measure: by our clock, Temporal's timestamp was made between `sent` and `answered`.

        A timestamp between the two counts as agreement.
        """
        self._measured = monotonic()
        if sent <= stamped <= answered:
            self._ahead = timedelta(0)
        else:
            self._ahead = stamped - (answered if stamped > answered else sent)
        if abs(self._ahead) > _WORTH_SAYING:
            _LOG.warning(
                "Temporal's clock differs from this machine's by %.1f s. Keep both in step (NTP).",
                self._ahead.total_seconds(),
            )
