"""Computes jitter exactly as Temporal does, so that previews are exact.

Temporal's scheduler hashes the nominal instant with a seed made from the ids of the namespace and
the schedule. The hash is FarmHash's Fingerprint32, a public algorithm whose results never change.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

#: Seconds from the year 1, where Go's time begins, to 1970.
_GO_EPOCH = 62_135_596_800
_MASK = 0xFFFFFFFF
_C1 = 0xCC9E2D51
_C2 = 0x1B873593
_ADDED = 0xE6546B64
_BLOCK = 20
_INSTANT_BYTES = 15
_MILLISECOND = timedelta(milliseconds=1)


def jitter_seed(namespace_id: str, schedule_id: str) -> str:
    """The seed that Temporal uses for a schedule."""
    return f"{namespace_id}-{schedule_id}"


def jittered(
    nominal: datetime, following: datetime | None, jitter: timedelta, seed: str
) -> datetime:
    """When Temporal starts the run of a nominal instant, to the millisecond.

    `following` is the next nominal instant, including excluded ones: jitter never reaches past it.
    """
    if following is not None:
        jitter = min(jitter, following - nominal)
    width = min(jitter // _MILLISECOND, _MASK)
    seconds = int(nominal.timestamp()) + _GO_EPOCH
    drawn = _hashed(struct.pack(">BqiH", 1, seconds, 0, 0xFFFF), _seed_part(seed))
    return nominal + (drawn * width >> 32) * _MILLISECOND


@dataclass(frozen=True)
class _SeedPart:
    """The part of the hash that depends only on the seed, the same for a schedule's instants."""

    start: tuple[int, int, int]
    """The state of the hash before its first block, from the last 24 bytes."""
    first: bytes
    """The end of the first block, whose beginning is the instant."""
    blocks: tuple[tuple[int, ...], ...]


@lru_cache(maxsize=16_384)
def _seed_part(seed: str) -> _SeedPart:
    """Raises ValueError for a seed of fewer than 24 bytes.

    The hash treats the last 24 bytes specially. Here they always belong to the seed, which begins
    with the id of a namespace.
    """
    data = bytes(_INSTANT_BYTES) + seed.encode()
    size = len(data)
    if size < _INSTANT_BYTES + 24:
        raise ValueError("a seed of jitter has at least 24 bytes")
    tail = [_scramble(_word(data, size - at)) for at in (4, 8, 16, 12, 20)]
    h = _step(_step(size ^ tail[0]) ^ tail[2])
    g = _step(_step(_C1 * size & _MASK ^ tail[1]) ^ tail[3])
    f = (_rotate(((_C1 * size & _MASK) + tail[4]) & _MASK, 19) + 113) & _MASK
    starts = range(_BLOCK, _BLOCK * ((size - 1) // _BLOCK), _BLOCK)
    blocks = tuple(_block(data, at) for at in starts)
    return _SeedPart((h, g, f), data[_INSTANT_BYTES:_BLOCK], blocks)


def _block(data: bytes, at: int) -> tuple[int, ...]:
    a, b, c, d, e = struct.unpack_from("<5I", data, at)
    return a, b, c, d, e, _scramble(d), _scramble(c), _scramble((b + e * _C1) & _MASK)


def _hashed(at: bytes, seed: _SeedPart) -> int:
    """Fingerprint32 of an instant and a seed. Inlined: a forecast calls it 100,000 times."""
    h, g, f = seed.start
    for a, b, c, d, e, of_d, of_c, of_b in (_block(at + seed.first, 0), *seed.blocks):
        h = (h + a & _MASK) ^ of_d
        h = (((h >> 19 | h << 13) & _MASK) * 5 + _ADDED + e) & _MASK
        g = (g + b & _MASK) ^ of_c
        g = (((g >> 19 | g << 13) & _MASK) * 5 + _ADDED + a) & _MASK
        f = (f + c & _MASK) ^ of_b
        f = (((f >> 19 | f << 13) & _MASK) * 5 + _ADDED + d + g) & _MASK
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
    return (_rotate(value, 19) * 5 + _ADDED) & _MASK
