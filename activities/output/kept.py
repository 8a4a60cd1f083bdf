"""What is kept of a run's output: its head and its tail, `MOST_KEPT` bytes in all.

1. Pieces are gathered in blocks of 64 KiB.
2. The first blocks are the head and stay. Later blocks are the tail; the oldest is dropped.
3. A block is compressed on request, and a full block only once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from onthedot.scheduling.stored.written import MOST_KEPT, Stream, WrittenPiece, pack

_BLOCK = 64 * 1024
_HEAD_BLOCKS = MOST_KEPT // _BLOCK // 2
_TAIL_BLOCKS = MOST_KEPT // _BLOCK - _HEAD_BLOCKS

#: The longest piece; small against a block, so that blocks have about the same size.
_PIECE = 16 * 1024

#: Text that follows within this time on the same stream joins the same piece.
_SAME = timedelta(seconds=1)

#: The cost of a piece in addition to its text.
_OVERHEAD = 64

#: A block with less room is full.
_LEAST = _OVERHEAD + 256


@dataclass
class _Block:
    pieces: list[WrittenPiece] = field(default_factory=list)
    cost: int = 0
    data: bytes | None = None

    def add(self, piece: WrittenPiece, size: int) -> None:
        self.data = None
        last = self.pieces[-1] if self.pieces else None
        if last is not None and _goes_on(last, piece, size):
            self.pieces[-1] = last.model_copy(update={"text": last.text + piece.text})
            self.cost += size
        else:
            self.pieces.append(piece)
            self.cost += size + _OVERHEAD

    def packed(self) -> bytes:
        if self.data is None:
            self.data = pack(self.pieces)
        return self.data


class KeptOutput:
    """The output of one run, on its worker or on a server that reads it."""

    def __init__(self) -> None:
        self._head: list[_Block] = []
        self._tail: deque[_Block] = deque(maxlen=_TAIL_BLOCKS)
        self.size = 0
        """Bytes that the run has written, including those that are not kept."""

    def write(self, attempt: int, stream: Stream, text: str, at: datetime) -> None:
        """Add what was just written."""
        piece = WrittenPiece.model_construct(
            attempt=attempt, stream=stream, at=at, offset=self.size, text=text
        )
        self.add(piece)

    def skip(self, size: int) -> None:
        """Count bytes that were written but not kept."""
        self.size += size

    def add(self, piece: WrittenPiece) -> None:
        """Add a piece at its own offset, leaving out what is already known."""
        piece = piece.past(self.size)
        data, begin = piece.text.encode(errors="replace"), 0
        while begin < len(data):
            block = self._block()
            end = _cut(data, begin + min(_PIECE, _BLOCK - block.cost - _OVERHEAD))
            update = {"offset": piece.offset + begin, "text": data[begin:end].decode()}
            block.add(piece.model_copy(update=update), end - begin)
            begin = end
        self.size = max(self.size, piece.offset + len(data))

    def after(self, offset: int, *, most: int = 2 * MOST_KEPT) -> list[WrittenPiece]:
        """The pieces from `offset` on, for about `most` bytes."""
        found: list[WrittenPiece] = []
        size = 0
        for block in self._blocks():
            if not block.pieces or block.pieces[-1].end <= offset:
                continue
            for piece in block.pieces:
                if piece.end <= offset:
                    continue
                if size >= most:
                    return found
                found.append(piece.past(offset))
                size += _OVERHEAD + found[-1].size
        return found

    def packed(self) -> bytes:
        """All kept output, in the form stored in Temporal; empty if nothing was written."""
        return b"".join(block.packed() for block in self._blocks())

    def _blocks(self) -> Iterator[_Block]:
        return chain(self._head, self._tail)

    def _block(self) -> _Block:
        """A block with room."""
        last = self._tail[-1] if self._tail else self._head[-1] if self._head else None
        if last is not None and last.cost + _LEAST <= _BLOCK:
            return last
        made = _Block()
        if not self._tail and len(self._head) < _HEAD_BLOCKS:
            self._head.append(made)
        else:
            self._tail.append(made)
        return made


def _cut(data: bytes, at: int) -> int:
    """The last position up to `at` that does not divide a character."""
    if at >= len(data):
        return len(data)
    while data[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _goes_on(last: WrittenPiece, piece: WrittenPiece, size: int) -> bool:
    return (
        (last.attempt, last.stream) == (piece.attempt, piece.stream)
        and piece.at - last.at < _SAME
        and len(last.text) + size <= _PIECE
        and last.end == piece.offset
    )
