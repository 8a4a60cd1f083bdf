"""Looks up secrets at each attempt, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from onthedot.activities.attempts.failed import AttemptFailed, Fault
from onthedot.activities.secrets.hosts import SecretHosts
from onthedot.activities.secrets.redaction import MAX_SECRET, Redactor
from onthedot.scheduling.action import SecretRef

#: Precedes the name of a secret in the worker's environment.
VARIABLE_PREFIX = "ONTHEDOT_SECRET_"

#: What follows the prefix in the names of settings.
_NO_SECRETS = frozenset({"HOSTS"})

#: People fix a missing secret, and retries within seconds would use up the attempts.
_PAUSE = timedelta(seconds=30)


class Secrets:
    """The secrets of this worker: environment variables first, then files."""

    def __init__(
        self,
        directory: Path | None = None,
        environ: Mapping[str, str] = os.environ,
        hosts: SecretHosts | None = None,
    ) -> None:
        """`directory` holds one file per secret, named like it; a final line break is dropped.

        `hosts` says where each secret may be sent: by default to no host.
        """
        self._directory = directory
        self._environ = environ
        self._hosts = hosts or SecretHosts()

    def judge_host(self, names: Iterable[str], host: str, port: int) -> None:
        """Check secrets before a request; `host` is in lower case, without a trailing dot.

        Raises:
            AttemptFailed: one of the secrets may not be sent there.
        """
        for name in names:
            self._judge(name, partial(self._hosts.refused_to, name, host, port))

    def judge_command(self, values: Mapping[str, str | SecretRef]) -> None:
        """Check secrets before a command.

        Raises:
            AttemptFailed: commands may not have one of the secrets.
        """
        for value in values.values():
            if isinstance(value, SecretRef):
                name = value.secret
                self._judge(name, partial(self._hosts.refused_to_commands, name))

    @staticmethod
    def _judge(name: str, refusal: Callable[[], str]) -> None:
        try:
            why = refusal()
        except ValueError as error:
            raise AttemptFailed(
                Fault.SECRET_INVALID,
                f"The permitted hosts of the secret {name} cannot be read: {error}",
                retry_after=_PAUSE,
            ) from None
        if why:
            raise AttemptFailed(
                Fault.SECRET_REFUSED,
                f"{why} The worker's operator can name them in ONTHEDOT_SECRET_HOSTS or in a file "
                f"{name}.hosts.",
                final=True,
            )

    def fill_in(self, values: Mapping[str, str | SecretRef]) -> tuple[dict[str, str], Redactor]:
        """`values` with every reference replaced, and the redactor for the output.

        Raises:
            AttemptFailed: a secret is missing or unusable; the message contains its name, but
                never its value.
        """
        used = {
            value.secret: self._find(value.secret)
            for value in values.values()
            if isinstance(value, SecretRef)
        }
        filled = {
            name: used[value.secret] if isinstance(value, SecretRef) else value
            for name, value in values.items()
        }
        return filled, Redactor(used)

    def _find(self, name: str) -> str:
        value = None if name in _NO_SECRETS else self._environ.get(VARIABLE_PREFIX + name)
        if value is None:
            value = self._read(name)
        if not value:
            raise AttemptFailed(
                Fault.SECRET_MISSING,
                f"This worker has no secret {name}. Set {VARIABLE_PREFIX}{name}{self._or_file()} "
                f"and restart the worker, then try again.",
                retry_after=_PAUSE,
            )
        if len(value) > MAX_SECRET or "\0" in value:
            raise AttemptFailed(
                Fault.SECRET_INVALID,
                f"The secret {name} cannot be used: it is longer than {MAX_SECRET} characters or "
                f"contains a NUL character.",
                retry_after=_PAUSE,
            )
        return value

    def _read(self, name: str) -> str | None:
        if self._directory is None:
            return None
        try:
            with (self._directory / name).open(encoding="utf-8", newline="") as file:
                return file.read(MAX_SECRET + 3).removesuffix("\n").removesuffix("\r")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise AttemptFailed(
            Fault.SECRET_MISSING,
            f"The file of the secret {name} cannot be read: {reason}.",
            retry_after=_PAUSE,
        )

    def _or_file(self) -> str:
        return f" or put a file with this name into {self._directory}" if self._directory else ""
