"""Data of a later release, as an earlier one finds it in a rolling upgrade or a rollback.

Stored models refuse unknown fields: a worker that ignored one would run the task in the wrong way,
and lose the field with its next write. So a worker leaves such a task to workers of the later
release, and a server reports why it cannot show it.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)

from onthedot.scheduling.outages import LaterRelease

#: Errors for a field, a kind of action, trigger or calendar, or a choice unknown to this release.
_UNKNOWN = {"extra_forbidden", "union_tag_invalid", "enum", "literal_error"}


class StoredJson(PydanticJSONPlainPayloadConverter):
    """The SDK's JSON converter, with a separate error for data of a later release."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """The value.

        Raises:
            LaterRelease: only unknown fields, kinds or choices make it invalid.
        """
        try:
            return super().from_payload(payload, type_hint)
        except ValidationError as error:
            found = error.errors(include_input=False, include_context=False, include_url=False)
            if not is_ours(type_hint) or {each["type"] for each in found} - _UNKNOWN:
                raise
            unknown = sorted({".".join(map(str, each["loc"])) for each in found})
            raise LaterRelease(unknown) from None


class StoredPayloads(CompositePayloadConverter):
    """All kinds of payloads."""

    def __init__(self) -> None:
        super().__init__(
            *(
                each if not isinstance(each, JSONPlainPayloadConverter) else StoredJson()
                for each in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


#: The data converter of all this project's processes.
stored_data_converter = DataConverter(payload_converter_class=StoredPayloads)


def is_ours(model: object) -> bool:
    """Whether it is one of this project's models, not one of a user's own code."""
    return getattr(model, "__module__", "").startswith("onthedot.")
