"""Temporal's clock as seen from here.

A registration and a change carry the instant after which they do not count, so that one that was
answered 503 is not applied later. Temporal judges it by its own clock. Were ours behind, everything
would have expired on arrival; so the difference is measured, once a minute at most.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic

_LOG = logging.getLogger("onthedot.clock")
_MEASURE_EVERY_SECONDS = 60.0
_WORTH_SAYING = timedelta(seconds=2)


class TemporalClock:
    """How far Temporal's clock is ahead of ours; zero until it was measured."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._measured: float | None = None

    @property
    def stale(self) -> bool:
        """Whether it is time to measure."""
        return self._measured is None or monotonic() - self._measured > _MEASURE_EVERY_SECONDS

    def theirs(self, ours: datetime) -> datetime:
        """An instant of our clock on Temporal's."""
        return ours + self._ahead

    def learn(self, *, sent: datetime, answered: datetime, stamped: datetime) -> None:
        """Take a measure: Temporal stamped with `stamped` what happened between two of our times.

        Anything within that span is agreement.
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
