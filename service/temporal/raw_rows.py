"""Reads many rows at once from Temporal's lists, and decodes payloads.

The SDK decodes every field of each row, most of them twice; this decodes only what is needed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client

from onthedot.service.temporal.calls import Temporal

M = TypeVar("M", bound=BaseModel)

#: Rows per page of a long walk: few enough for a busy Temporal to return in time.
_PAGE = 250

#: How long a page may take once the first page has shown that Temporal responds.
_LATER = timedelta(seconds=5)


@dataclass(frozen=True)
class RawRows:
    """One page of a list, not decoded yet."""

    rows: tuple[WorkflowExecutionInfo, ...]
    token: bytes


async def raw_rows(
    temporal: Temporal,
    query: str,
    *,
    limit: int,
    token: bytes = b"",
    within: timedelta | None = None,
) -> RawRows:
    """One page of a query's results."""
    request = ListWorkflowExecutionsRequest(
        namespace=temporal.client.namespace, query=query, page_size=limit, next_page_token=token
    )
    listing = temporal.client.workflow_service.list_workflow_executions(request, retry=True)
    answer = await temporal.ask(listing, within)
    return RawRows(tuple(answer.executions), answer.next_page_token)


async def raw_walk(
    temporal: Temporal, query: str, *, limit: int = _PAGE, patient: bool = True
) -> AsyncGenerator[tuple[WorkflowExecutionInfo, ...], None]:
    """Every page of a query's results. Temporal prepares the next page while one is read.

    If `patient`, a page after the first may take longer than other calls.
    """

    def fetch(token: bytes) -> asyncio.Task[RawRows]:
        within = _LATER if token and patient else None
        asked = raw_rows(temporal, query, limit=limit, token=token, within=within)
        return asyncio.create_task(asked, name="page of a long list")

    coming: asyncio.Task[RawRows] | None = fetch(b"")
    try:
        while coming is not None:
            page = await coming
            coming = fetch(page.token) if page.token else None
            # Send the request before this page is read, and let other calls proceed.
            await asyncio.sleep(0)
            yield page.rows
    finally:
        if coming is not None:
            coming.cancel()


def attribute(row: WorkflowExecutionInfo, name: str) -> Any:
    """The value of a search attribute; None where there is none."""
    return attribute_value(row.search_attributes.indexed_fields, name)


def attribute_value(attributes: Mapping[str, Payload], name: str) -> Any:
    """The same, from a row's attributes. They are never encrypted, and always JSON."""
    return json.loads(attributes[name].data) if name in attributes else None


async def decoded(client: Client, payloads: Sequence[Payload], model: type[M]) -> M:
    """The first of the payloads, as the model."""
    values: list[Any] = await client.data_converter.decode(payloads, [model])
    value: M = values[0]
    return value


async def decoded_text(client: Client, payload: Payload) -> str:
    """Text, such as that of a memo."""
    values: list[Any] = await client.data_converter.decode([payload], [str])
    return str(values[0])
