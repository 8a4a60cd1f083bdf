"""The keys that encrypt payloads: `id:base64,…`, 32 bytes each.

The first one encrypts, all decrypt. With the word `plain` in first place, nothing is encrypted, but
everything can be decrypted. This step before turning on encryption gives all processes the keys
before the first one uses them.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from onthedot.settings import PREFIX, Settings, SettingsError

PLAIN = "plain"

_KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Key:
    """One AES-256 key."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Keyring:
    """The keys of this process, beginning with the one that encrypts."""

    keys: tuple[Key, ...] = ()
    seals: bool = False

    @classmethod
    def parse(cls, text: str) -> Keyring:
        """Parse `id:base64,…`; line breaks also separate keys.

        Raises:
            ValueError: an entry is invalid; the message has its number, never its content.
        """
        entries = [entry for entry in re.split(r"[,\s]+", text) if entry]
        seals = bool(entries) and entries[0] != PLAIN
        keys = tuple(
            _key(number, entry) for number, entry in enumerate(entries, 1) if seals or number > 1
        )
        if len({key.id for key in keys}) != len(keys):
            raise ValueError("two keys have the same id.")
        return cls(keys, seals)


NO_KEYS = Keyring()


def configured(settings: Settings) -> Keyring:
    """The keys that the settings name.

    Raises:
        SettingsError: they cannot be read, or are invalid.
    """
    name, text = f"{PREFIX}ENCRYPTION_KEYS", settings.encryption_keys
    if (file := settings.encryption_keys_file) is not None:
        if text:
            raise SettingsError(f"Set {name} or {name}_FILE, not both.")
        name = f"{name}_FILE"
        try:
            text = file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{name}: {file} cannot be read ({type(error).__name__})."
            ) from None
        if not text.strip():
            raise SettingsError(f"{name}: {file} is empty.")
    try:
        return Keyring.parse(text)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from None


def _key(number: int, entry: str) -> Key:
    key_id, colon, encoded = entry.partition(":")
    if not colon or not _ID.fullmatch(key_id) or key_id == PLAIN:
        raise ValueError(
            f"entry {number} is not of the form id:base64; an id has letters, digits and `._-`, "
            f"and `{PLAIN}` may only come first, alone."
        )
    try:
        secret = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the key {key_id!r} is not base64.") from None
    if len(secret) != _KEY_BYTES:
        raise ValueError(
            f"the key {key_id!r} has {len(secret)} bytes, not {_KEY_BYTES}. "
            f"`onthedot key new ID` makes one."
        )
    return Key(key_id, secret)
