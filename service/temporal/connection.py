"""Connects to Temporal, and prepares a namespace for tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from google.protobuf.duration_pb2 import Duration
from pydantic import AnyUrl
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client, Plugin
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from onthedot import naming
from onthedot.settings import Settings, SettingsError

DEFAULT_ADDRESS = "127.0.0.1:7233"

#: Temporal's servers reread namespaces and their search attributes at least once a minute.
_CACHED_SECONDS = 90


#: The response of Temporal, or a proxy, to invalid or missing credentials.
REFUSED = frozenset({RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED})


def is_refusal(error: RuntimeError | RPCError) -> bool:
    """Whether a call or a connection failed because of one of these."""
    if isinstance(error, RPCError):
        return error.status in REFUSED
    # For a failed connection, only the text of the SDK's error shows this.
    return any(f"code: {word}" in str(error) for word in ("Unauthenticated", "PermissionDenied"))


async def connect(
    settings: Settings,
    *,
    plugins: Sequence[Plugin] = (),
    runtime: Runtime | None = None,
    lazy: bool = False,
) -> Client:
    """A client for the Temporal that the `TEMPORAL_*` variables and profiles name.

    Args:
        lazy: connect at the first call, so that a server can start and return 503 while Temporal
            is unreachable.

    Raises:
        SettingsError: a variable, a profile or a file that it names is invalid.
        RuntimeError: not lazy, and Temporal is unreachable.
    """
    config = _connection_config()
    try:
        return await Client.connect(
            **config,
            plugins=list(plugins),
            runtime=runtime,
            lazy=lazy,
            retry_config=RetryConfig(max_elapsed_time_millis=1500, max_retries=5) if lazy else None,
        )
    except ValueError as error:
        raise _unusable(error) from None


def address() -> str:
    """Where Temporal is, for messages. Raises SettingsError."""
    return _connection_config()["target_host"]


def _connection_config() -> ClientConnectConfig:
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as error:
        raise _unusable(error) from None
    config.setdefault("target_host", DEFAULT_ADDRESS)
    # Otherwise a lazy client would fail only at the first call.
    try:
        AnyUrl(f"tcp://{config['target_host'].rpartition('://')[2]}")
    except ValueError:
        raise SettingsError(
            f"TEMPORAL_ADDRESS: {config['target_host']!r} is not an address: write HOST:PORT."
        ) from None
    return config


def _unusable(error: Exception) -> SettingsError:
    # The TOML parser's message contains the line, which may have an API key.
    said = [line.strip() for line in str(error).splitlines() if "|" not in line]
    reason = " ".join(line for line in said if line)
    return SettingsError(
        f"Temporal's own settings (TEMPORAL_… or its profile) are invalid: {reason}"
    )


async def check_namespace(client: Client) -> None:
    """Raise RPCError if the namespace is missing, or this process has no access to it."""
    await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )


async def prepare_namespace(client: Client, settings: Settings) -> None:
    """Give the namespace its search attributes and its retention. Safe to repeat.

    Raises:
        RPCError: the namespace is missing, or this process has no access to it.
        SettingsError: one of our search attributes has another type, or cannot be added.
    """
    described = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    await _once_namespace_is_known(lambda: _search_attributes(client))
    await _once_namespace_is_known(lambda: _known(client))
    retention = Duration()
    retention.FromTimedelta(settings.retention)
    if described.config.workflow_execution_retention_ttl != retention:
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(
                namespace=client.namespace,
                config=NamespaceConfig(workflow_execution_retention_ttl=retention),
            ),
            # Temporal may refuse it while another namespace is updated.
            retry=True,
        )


async def _once_namespace_is_known(call: Callable[[], Awaitable[None]]) -> None:
    """Repeat the call while one of Temporal's nodes has not read the new namespace yet."""
    for _ in range(_CACHED_SECONDS * 10):
        try:
            return await call()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            unknown = error
        await asyncio.sleep(0.1)
    raise unknown


async def _search_attributes(client: Client) -> None:
    wanted = {name: IndexedValueType.ValueType(int(kind)) for name, kind in _types().items()}
    for _ in range(50):
        have = await _custom_attributes(client)
        for name, kind in have.items():
            if wanted.get(name, kind) != kind:
                raise SettingsError(
                    f"The namespace {client.namespace!r} has a search attribute {name} of type "
                    f"{IndexedValueType.Name(kind)}, but {IndexedValueType.Name(wanted[name])} is "
                    f"needed. Remove it, or use another namespace (TEMPORAL_NAMESPACE)."
                )
        missing = {name: kind for name, kind in wanted.items() if name not in have}
        if not missing:
            return
        try:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing),
                retry=True,
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise
        await asyncio.sleep(0.1)
    raise SettingsError(f"The search attributes {', '.join(missing)} could not be added.")


async def _known(client: Client) -> None:
    """Wait until Temporal accepts the search attributes, which its frontend caches."""
    query = " AND ".join(["WorkflowId = ''", *(f"{name} IS NULL" for name in _types())])
    for _ in range(_CACHED_SECONDS * 10):
        try:
            await client.count_workflows(query)
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                raise
            await asyncio.sleep(0.1)
        else:
            return
    raise SettingsError(
        f"Temporal did not accept the search attributes within {_CACHED_SECONDS} seconds: "
        f"{', '.join(_types())}. Start again; if that does not help, see Temporal's log."
    )


async def _custom_attributes(client: Client) -> dict[str, IndexedValueType.ValueType]:
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return dict(listed.custom_attributes)


def _types() -> dict[str, int]:
    return {name: int(kind) for name, kind in naming.SEARCH_ATTRIBUTES.items()}
