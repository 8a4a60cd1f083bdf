"""Connects to the Temporal server of the schedules, from Temporal's variables and profiles."""

from __future__ import annotations

from datetime import datetime

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from onthedot.importing.imported import ImportFailed
from onthedot.importing.temporal.fetch import fetch

_DEFAULT_ADDRESS = "127.0.0.1:7233"


class SourceAway(ImportFailed):
    """The Temporal server does not respond, or refuses."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(
            f"Temporal at {address} cannot be read: {reason}. TEMPORAL_ADDRESS and "
            f"TEMPORAL_NAMESPACE select the server."
        )


async def fetch_from_environment(at: datetime) -> str:
    """Every schedule of the namespace, in the form for `read`.

    Raises:
        SourceAway: the server does not respond, or its settings are invalid.
    """
    address = _DEFAULT_ADDRESS
    try:
        config = ClientConfig.load_client_connect_config()
        address = config.setdefault("target_host", _DEFAULT_ADDRESS)
        return await fetch(await Client.connect(**config), at=at)
    except RPCError as error:
        raise SourceAway(address, error.message) from None
    except (RuntimeError, ValueError, OSError) as error:
        # Later lines of the message may repeat settings, which may include a key.
        raise SourceAway(address, str(error).partition("\n")[0]) from None
