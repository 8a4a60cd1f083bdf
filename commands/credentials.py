"""`onthedot token` and `onthedot key`: secrets that are made here, and shown once."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys

import click

from onthedot.access.roles import Role


def token_command() -> click.Command:
    new = click.Command(
        "new",
        params=[
            click.Argument(["name"], default="admin"),
            click.Option(
                ["--role"],
                type=click.Choice([role.value for role in Role]),
                default=Role.ADMIN.value,
                show_default=True,
                help="what the caller may do; each role includes those before it",
            ),
        ],
        callback=_new_token,
        help="Make a token for the caller NAME (default admin): print it, and its hash for the "
        "server.",
    )
    return click.Group("token", commands=[new], help="Make a token for a caller of REST.")


def key_command() -> click.Command:
    new = click.Command(
        "new",
        params=[click.Argument(["id"])],
        callback=_new_key,
        help="Make a key with this id, such as the year and month, and print it.",
    )
    summary = "Make an encryption key for the data in Temporal."
    return click.Group("key", commands=[new], help=summary)


def _new_key(id: str) -> int:
    from onthedot.encryption.keys import Keyring

    entry = f"{id}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    try:
        Keyring.parse(entry)
    except ValueError as error:
        print(f"onthedot: {error}", file=sys.stderr)
        return 2
    print(f"ONTHEDOT_ENCRYPTION_KEYS={entry}")
    return 0


def _new_token(name: str, role: str) -> int:
    from onthedot.settings import SettingsError, load

    token = f"otd_{secrets.token_urlsafe(32)}"
    entry = f"{name}:{role}:sha256:{hashlib.sha256(token.encode()).hexdigest()}"
    try:
        load({"api_tokens": entry})
    except SettingsError:
        print(
            "onthedot: A token's name has 1 to 64 letters, digits, dots, dashes or underscores.",
            file=sys.stderr,
        )
        return 2
    print(f"For the caller, shown only now:\n  Authorization: Bearer {token}")
    print(f"For the server (separate several with commas):\n  ONTHEDOT_API_TOKENS={entry}")
    return 0
