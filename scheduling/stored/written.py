"""The output of a run, piece by piece, and its stored form.

The packed form is a chain of gzip members with a line of JSON for each piece, so chains can be
concatenated, and members can be left out. Fields are only ever added.
"""

from __future__ import annotations

import binascii
import gzip
import json
import zlib
from base64 import b64decode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field
from pydantic_core import to_jsonable_python

from onthedot.scheduling.values import Instant, Passed, format_instant

#: How much of a run's output is kept, in bytes.
MOST_KEPT = 1024 * 1024

#: How much of a packed output is unpacked: more than our own outputs need.
_MOST_UNPACKED = 8 * MOST_KEPT


class Stream(StrEnum):
    """The stream of a piece."""

    STDOUT = "stdout"
    STDERR = "stderr"
    #: The details of an activity's heartbeat, as JSON.
    DETAILS = "details"


class WrittenPiece(Passed):
    """Text that an attempt wrote at once."""

    attempt: int = Field(description="The attempt that wrote it, from 1.")
    stream: Stream = Field(
        description="`stdout` or `stderr` of a command; `details` are an activity's heartbeat "
        "details, as JSON."
    )
    at: Instant = Field(description="When the worker read it.")
    offset: int = Field(
        description="Bytes of UTF-8 that the run had written before. If a piece begins after the "
        "end of the one before it, the bytes between were discarded."
    )
    text: str

    @property
    def size(self) -> int:
        """Bytes in UTF-8."""
        return len(self.text.encode(errors="replace"))

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.offset + self.size

    def past(self, offset: int) -> WrittenPiece:
        """The part that begins at `offset`."""
        if offset <= self.offset:
            return self
        data = self.text.encode(errors="replace")[offset - self.offset :]
        return self.model_copy(update={"offset": offset, "text": data.decode(errors="ignore")})


def pack(pieces: Iterable[WrittenPiece]) -> bytes:
    """The pieces as one member of a chain."""
    lines = (
        json.dumps([p.attempt, p.stream.value, format_instant(p.at), p.offset, p.text])
        for p in pieces
    )
    return gzip.compress("\n".join(lines).encode() + b"\n", compresslevel=3, mtime=0)


def unpack(data: bytes) -> list[WrittenPiece]:
    """The packed pieces, oldest first.

    Raises:
        ValueError: the data was not packed by `pack`.
    """
    text = bytearray()
    try:
        while data and len(text) < _MOST_UNPACKED:
            member = zlib.decompressobj(wbits=31)
            text += member.decompress(data, _MOST_UNPACKED - len(text))
            data = member.unused_data
    except zlib.error as error:
        raise ValueError(str(error)) from None
    return [_piece(json.loads(line)) for line in text.decode().splitlines() if line]


def unpacked(kept: str) -> list[WrittenPiece]:
    """Like `unpack`, for the base64 in an attempt's result; empty if it was not packed here."""
    try:
        return unpack(b64decode(kept, validate=True))
    except (ValueError, binascii.Error):
        return []


def joined(parts: Iterable[Sequence[WrittenPiece]]) -> list[WrittenPiece]:
    """The outputs of several activities of one run as one output, in that order."""
    found: list[WrittenPiece] = []
    for part in parts:
        base = found[-1].end if found else 0
        found += [p.model_copy(update={"offset": p.offset + base}) if base else p for p in part]
    return found


def details_piece(details: Sequence[Any], attempt: int, at: datetime) -> WrittenPiece:
    """The details of a heartbeat as a piece: a line of JSON, at offset 0."""
    value = details[0] if len(details) == 1 else list(details)
    plain = to_jsonable_python(value, fallback=str, inf_nan_mode="constants")
    text = json.dumps(plain, ensure_ascii=False, default=str) + "\n"
    return WrittenPiece(attempt=attempt, stream=Stream.DETAILS, at=at, offset=0, text=text)


def _piece(values: list[Any]) -> WrittenPiece:
    attempt, stream, at, offset, text = values[:5]
    # Not validated, since there may be many, and they are our own.
    return WrittenPiece.model_construct(
        attempt=attempt,
        stream=Stream(stream),
        at=datetime.fromisoformat(at).astimezone(UTC),
        offset=offset,
        text=text,
    )
