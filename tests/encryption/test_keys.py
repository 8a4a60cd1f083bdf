"""Keys as operators write them, and the encryption itself."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from onthedot.encryption.codec import ENCODING, SealingCodec
from onthedot.encryption.keys import NO_KEYS, Keyring, configured
from onthedot.scheduling.outages import KeyMissing, NotOurSeal
from onthedot.settings import Settings, SettingsError

pytestmark = pytest.mark.anyio

ONE = f"one:{base64.b64encode(b'1' * 32).decode()}"
TWO = f"two:{base64.b64encode(b'2' * 32).decode()}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("one", "entry 1 is not of the form"),
        (f"{ONE},sp ace:AAAA", "entry 2 is not of the form"),
        (f"{ONE},plain", "entry 2 is not of the form"),
        ("one:????", "'one' is not base64"),
        ("one:AAAA", "'one' has 3 bytes, not 32"),
        (f"{ONE},{ONE}", "the same id"),
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as refused:
        configured(Settings(encryption_keys=text))
    assert "ONTHEDOT_ENCRYPTION_KEYS" in str(refused.value)
    assert "MTExMTEx" not in str(refused.value)


def test_keys_come_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{TWO}\n{ONE}\n")
    keyring = configured(Settings(encryption_keys_file=file))
    assert [key.id for key in keyring.keys] == ["two", "one"]
    with pytest.raises(SettingsError, match="not both"):
        configured(Settings(encryption_keys=ONE, encryption_keys_file=file))
    with pytest.raises(SettingsError, match="cannot be read"):
        configured(Settings(encryption_keys_file=tmp_path / "none"))
    file.write_text("\n")
    with pytest.raises(SettingsError, match="is empty"):
        configured(Settings(encryption_keys_file=file))
    assert configured(Settings()) == NO_KEYS


def test_no_key_is_shown() -> None:
    assert "1111" not in repr(Keyring.parse(ONE))
    assert "MTEx" not in repr(Settings(encryption_keys=ONE))


@given(st.dictionaries(st.text(max_size=5), st.binary(max_size=9), max_size=3), st.binary())
async def test_what_is_sealed_opens_again(metadata: dict[str, bytes], data: bytes) -> None:
    plain = Payload(metadata=metadata, data=data)
    (sealed,) = await SealingCodec(Keyring.parse(ONE)).encode([plain])
    assert sealed.metadata["encoding"] == ENCODING
    rotated = SealingCodec(Keyring.parse(f"{TWO},{ONE}"))
    assert await rotated.decode([sealed]) == [plain]
    assert await SealingCodec(Keyring.parse(f"plain,{ONE}")).decode([sealed]) == [plain]


async def test_what_does_not_open_says_why() -> None:
    plain = Payload(data=b"hello")
    codec = SealingCodec(Keyring.parse(ONE))
    (sealed,) = await codec.encode([plain])
    with pytest.raises(KeyMissing, match="'one'"):
        await SealingCodec(Keyring.parse(TWO)).decode([sealed])
    altered = Payload(metadata=sealed.metadata, data=sealed.data[:-1] + b"\0")
    short = Payload(metadata=sealed.metadata, data=b"x")
    for broken in (altered, short):
        with pytest.raises(NotOurSeal):
            await codec.decode([broken])
    assert await codec.decode([plain]) == [plain]
    assert await SealingCodec(Keyring.parse(f"plain,{ONE}")).encode([plain]) == [plain]
