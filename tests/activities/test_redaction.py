"""Redaction: no form of a secret stays in what is kept."""

from __future__ import annotations

import html
import json
import time
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthedot.activities.secrets.redaction import Redactor

VALUE = 's3cr3t/v"4 l\u00fc\U0001f600&e%41\\n'

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "quote": quote,
    "quote all": lambda v: quote(v, safe=""),
    "quote lower": lambda v: quote(v, safe="").replace("%2F", "%2f").replace("%C3", "%c3"),
    "quote plus": quote_plus,
    "quote twice": lambda v: quote(quote(v, safe=""), safe=""),
    "json": lambda v: json.dumps(v)[1:-1],
    "json with slashes": lambda v: json.dumps(v).replace("/", "\\/")[1:-1],
    "json in json": lambda v: json.dumps(json.dumps(v))[3:-3],
    "json in a URL": lambda v: quote(json.dumps(v)[1:-1]),
    "html": html.escape,
    "html numbers": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "html hex": lambda v: "".join(f"&#X{ord(c):x};" for c in v),
    "javascript": lambda v: "".join(f"\\x{b:02X}" for b in v.encode()),
    "javascript braces": lambda v: "".join(f"\\u{{{ord(c):x}}}" for c in v),
    "hex": lambda v: v.encode().hex(),
    "hex upper": lambda v: v.encode().hex().upper(),
    "hex colons": lambda v: v.encode().hex(":"),
    "hex spaces": lambda v: v.encode().hex(" ").upper(),
    "base64": lambda v: b64encode(v.encode()).decode(),
    "base64 unpadded": lambda v: b64encode(v.encode()).decode().rstrip("="),
    "base64 for URLs": lambda v: urlsafe_b64encode(v.encode()).decode(),
    "base64 in a URL": lambda v: quote(b64encode(v.encode()).decode(), safe=""),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_recognised_whole(form: str) -> None:
    assert Redactor({"A": VALUE}).text(f"<{FORMS[form](VALUE)}>") == "<[secret A]>"


@pytest.mark.parametrize("before", ["", "u", "us", "us:"])
@pytest.mark.parametrize("after", ["", "x", "xy", "xyz"])
def test_it_is_found_inside_longer_base64(before: str, after: str) -> None:
    kept = Redactor({"A": VALUE}).text(b64encode(f"{before}{VALUE}{after}".encode()).decode())
    assert "[secret A]" in kept
    assert len(kept) <= len("[secret A]") + 10


def test_base64_in_lines() -> None:
    text = encodebytes(b"before " * 9 + VALUE.encode() + b" after" * 9).decode()
    assert Redactor({"A": VALUE}).text(text).strip("=\n") == "[secret A]"


def test_basic_credentials_hold_a_password() -> None:
    redactor = Redactor({"A": f"Basic {b64encode(b'me:p4ssw0rd').decode()}"})
    assert redactor.text("me:p4ssw0rd") == "[secret A]"
    assert redactor.text("<p4ssw0rd>") == "<[secret A]>"


_WRITTEN: tuple[Callable[[str], str], ...] = (
    str,
    lambda c: "".join(f"%{b:02x}" for b in c.encode()),
    lambda c: "".join(f"%{b:02X}" for b in c.encode()),
    lambda c: f"\\u{ord(c):04x}",
    lambda c: f"&#{ord(c)};",
    html.escape,
    lambda c: json.dumps(c)[1:-1],
)
#: Beside escapes, what begins one is always written as one.
_PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="%&\\")


@given(st.lists(st.tuples(_PRINTABLE, st.sampled_from(_WRITTEN)), min_size=6))
def test_each_character_in_any_form(written: list[tuple[str, Callable[[str], str]]]) -> None:
    value = "".join(character for character, _ in written)
    text = "".join(form(character) for character, form in written)
    assert Redactor({"A": value}).text(f"< {text} >") == "< [secret A] >"


@pytest.mark.parametrize("form", ["as it is", "quote all", "json", "base64", "hex"])
def test_no_first_half_of_one_stays_where_a_text_was_cut(form: str) -> None:
    whole = FORMS[form](VALUE)
    redactor = Redactor({"A": VALUE})
    assert redactor.text(f"<{whole[:11]}", cut=True) == "<[secret A]"
    assert redactor.text(f"<{whole[:11]}") == f"<{whole[:11]}"


@pytest.mark.parametrize("text", ["plain", "100 % \\o/ &c; \ud800", "a%zz\\u12&#;", "", "ü" * 10])
def test_what_holds_none_stays_as_it_is(text: str) -> None:
    assert Redactor({"A": VALUE}).text(text, cut=True) == text
    assert Redactor({}).text(text) == text


@pytest.mark.parametrize(
    "unit",
    ["A", "A\n", "%41", "\\u0041", "&amp;", "41 ", "x1", "%25", "\\\\", "A" * 20 + "\n"],
)
def test_no_text_takes_long(unit: str) -> None:
    text = "\n" + unit * (100_000 // len(unit))
    began = time.process_time()
    Redactor({"A": VALUE, "LONG": "x1" * 4096}).text(text, cut=True)
    assert time.process_time() - began < 3
