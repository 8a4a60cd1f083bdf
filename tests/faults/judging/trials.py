"""How often each fault is tried: once by default, five times by `make faults`."""

from __future__ import annotations

import pytest

#: The marks, not the numbers, decide which of them run.
TURNS = [1, *(pytest.param(turn, marks=pytest.mark.full) for turn in range(2, 6))]

five_times = pytest.mark.parametrize("turn", TURNS)

only_full = pytest.mark.full
