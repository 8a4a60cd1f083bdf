"""What is kept of an output, and what may be shown of it while it is still being written."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthedot.activities.command.activity import CommandActivities
from onthedot.activities.output.attempt_output import AttemptOutput, RedactedStream
from onthedot.activities.output.kept import KeptOutput
from onthedot.activities.secrets.redaction import Redactor
from onthedot.activities.secrets.store import Secrets
from onthedot.scheduling.stored.written import MOST_KEPT, Stream, joined, unpack, unpacked
from tests.activities.attempts import command_attempt, environment

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
OUT = Stream.STDOUT
SECRET = "correct horse battery staple"


def shown(kept: KeptOutput) -> str:
    return "".join(piece.text for piece in kept.after(0))


def test_of_a_long_output_head_and_tail_are_kept() -> None:
    kept, lines = KeptOutput(), [f"{n:07} äöü\n" for n in range(300_000)]
    for start in range(0, len(lines), 1000):
        kept.write(1, OUT, "".join(lines[start : start + 1000]), AT + timedelta(seconds=start))
    pieces = unpack(kept.packed())
    text, whole = "".join(piece.text for piece in pieces), "".join(lines)
    assert kept.size == len(whole.encode())
    assert 0.92 * MOST_KEPT < len(text.encode()) <= MOST_KEPT
    gap = next(n for n, (a, b) in enumerate(zip(pieces, pieces[1:])) if a.end != b.offset)  # noqa: B905, RUF007
    assert whole.startswith("".join(piece.text for piece in pieces[: gap + 1]))
    assert whole.endswith("".join(piece.text for piece in pieces[gap + 1 :]))
    again = KeptOutput()
    for piece in pieces:
        again.add(piece)
    assert (shown(again), again.size) == (text, kept.size)
    assert len(kept.packed()) < 400_000


def test_it_can_be_read_from_anywhere() -> None:
    kept = KeptOutput()
    kept.write(1, OUT, "one ", AT)
    kept.write(1, OUT, "two ", AT)
    kept.write(1, Stream.STDERR, "three", AT)
    assert [piece.text for piece in kept.after(0)] == ["one two ", "three"]
    assert [piece.text for piece in kept.after(4)] == ["two ", "three"]
    assert [piece.text for piece in kept.after(13)] == []
    assert [piece.offset for piece in joined([kept.after(0), kept.after(8)])] == [0, 8, 21]


@pytest.mark.parametrize("kept", ["", "no base64!", b64encode(b"no gzip").decode()])
def test_what_is_none_of_ours_holds_nothing(kept: str) -> None:
    assert unpacked(kept) == []


FORMS = [
    SECRET,
    b64encode(SECRET.encode()).decode(),
    SECRET.encode().hex(),
    "".join(f"\\u{ord(c):04x}" for c in SECRET),
    SECRET.replace(" ", "%20"),
    "\n".join(b64encode((SECRET * 3).encode()).decode()[i : i + 20] for i in range(0, 112, 20)),
]


@given(
    st.lists(st.sampled_from([*FORMS, "plain\n", "corr", "ü", "%", "\n"]), max_size=6),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_a_secret_is_never_shown_however_it_is_cut(words: list[str], cuts: list[int]) -> None:
    data, stream = " ".join(words).encode(), RedactedStream(Redactor({"S": SECRET}))
    text, at, n = "", 0, 0
    while at < len(data):
        size = cuts[n % len(cuts)]
        text += stream.feed(data[at : at + size])
        at, n = at + size, n + 1
    text += stream.feed(b"", final=True)
    for form in FORMS:
        for piece in (form[:8], form[-8:]):
            assert piece not in text


def test_what_is_no_secret_is_shown_at_once() -> None:
    stream = RedactedStream(Redactor({"S": SECRET}))
    assert stream.feed(b"password? ") == "password? "
    assert stream.feed(b"it is c") == "it is "
    assert stream.feed(b"orr") == ""
    assert stream.feed(b"ect\n") == "correct\n"
    assert stream.feed(f"it is {SECRET}\n".encode()) == "it is [secret S]\n"
    assert stream.feed("ü".encode()[:1]) == ""
    assert stream.feed("ü".encode()[1:]) == "ü"


@pytest.mark.anyio
async def test_a_flood_is_bounded_and_counted() -> None:
    kept = KeptOutput()
    output = AttemptOutput(kept, 1, Redactor({"S": SECRET}))
    for _ in range(100):
        output.wrote(OUT, b"0123456789abcde\n" * 4096)
    output.close()
    assert 0.999 < kept.size / (100 * 64 * 1024) <= 1
    assert len(shown(kept)) <= 2 * 64 * 1024


@pytest.mark.anyio
async def test_a_command_that_writes_nothing_heartbeats_as_before() -> None:
    commands = CommandActivities(Secrets(environ={}), allowed=True)
    for script, wanted in (("sleep 2.5", 1), ("echo hi; sleep 2.5", 2)):
        beats: list[int] = []
        env = environment()
        env.on_heartbeat = lambda *details, beats=beats: beats.append(len(details))
        result = await env.run(commands.command, command_attempt("sh", "-c", script))
        assert beats == [wanted]
        assert bool(result.written) is (wanted == 2)
        await asyncio.sleep(0)
