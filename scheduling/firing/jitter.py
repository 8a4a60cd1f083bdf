"""By how much jitter moves an instant: Temporal's own arithmetic, so that a preview is true.

Temporal's scheduler draws from a hash of the nominal instant and a seed that it makes from the
namespace's and the schedule's id. The hash is FarmHash's Fingerprint32, a public algorithm whose
results never change.
"""

from __future__ import annotations

import struct
from datetime import datetime, timedelta

#: Seconds from the year 1, at which Go counts, to 1970.
_GO_EPOCH = 62_135_596_800
_MASK = 0xFFFFFFFF
_C1 = 0xCC9E2D51
_C2 = 0x1B873593
_MILLISECOND = timedelta(milliseconds=1)


def jitter_seed(namespace_id: str, schedule_id: str) -> str:
    """The seed that Temporal uses for a schedule."""
    return f"{namespace_id}-{schedule_id}"


def jittered(
    nominal: datetime, following: datetime | None, jitter: timedelta, seed: str
) -> datetime:
    """When Temporal starts the run of a nominal instant, to the millisecond.

    `following` is the next nominal instant, excluded ones counted: jitter never reaches past it.
    """
    if following is not None:
        jitter = min(jitter, following - nominal)
    width = min(jitter // _MILLISECOND, _MASK)
    seconds = int(nominal.timestamp()) + _GO_EPOCH
    drawn = fingerprint32(struct.pack(">BqiH", 1, seconds, 0, 0xFFFF) + seed.encode())
    return nominal + (drawn * width >> 32) * _MILLISECOND


def fingerprint32(data: bytes) -> int:
    """FarmHash Fingerprint32 of more than 24 bytes. Raises ValueError for fewer."""
    size = len(data)
    if size <= 24:
        raise ValueError("Fingerprint32 is needed for more than 24 bytes only")
    tail = [_scramble(_word(data, size - at)) for at in (4, 8, 16, 12, 20)]
    h = _step(_step(size ^ tail[0]) ^ tail[2])
    g = _C1 * size & _MASK
    f = (_rotate((g + tail[4]) & _MASK, 19) + 113) & _MASK
    g = _step(_step(g ^ tail[1]) ^ tail[3])
    for at in range(0, 20 * ((size - 1) // 20), 20):
        a, b, c, d, e = struct.unpack_from("<5I", data, at)
        h, g, f = (h + a) & _MASK, (g + b) & _MASK, (f + c) & _MASK
        h = (_mix(d, h) + e) & _MASK
        g = (_mix(c, g) + a) & _MASK
        f = (_mix((b + e * _C1) & _MASK, f) + d) & _MASK
        f = (f + g) & _MASK
        g = (g + f) & _MASK
    g = _rotate(_rotate(g, 11) * _C1 & _MASK, 17) * _C1 & _MASK
    f = _rotate(_rotate(f, 11) * _C1 & _MASK, 17) * _C1 & _MASK
    h = _rotate(_step((h + g) & _MASK), 17) * _C1 & _MASK
    return _rotate(_step((h + f) & _MASK), 17) * _C1 & _MASK


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _rotate(value: int, by: int) -> int:
    return (value >> by | value << (32 - by)) & _MASK


def _scramble(value: int) -> int:
    return _rotate(value * _C1 & _MASK, 17) * _C2 & _MASK


def _step(value: int) -> int:
    return (_rotate(value, 19) * 5 + 0xE6546B64) & _MASK


def _mix(value: int, into: int) -> int:
    return _step(into ^ _scramble(value))
