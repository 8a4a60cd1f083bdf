"""What a later release stored, as an earlier one meets it during a rolling upgrade or a rollback.

Stored models refuse fields that they do not know, because a worker that overlooked one would run a
task otherwise than it was meant, and lose the field when it writes the task anew. So a worker
leaves such a task to one of the later release, and a server says why it cannot show it.
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

#: A field, a kind of action, trigger or calendar, and a choice that this release does not know.
_UNKNOWN = {"extra_forbidden", "union_tag_invalid", "enum", "literal_error"}


class StoredJson(PydanticJSONPlainPayloadConverter):
    """Reads what the SDK's own reads, and says so where a later release wrote it."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """The value.

        Raises:
            LaterRelease: all that is wrong is that it has fields, kinds or choices which this
                release does not know.
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


#: What all processes of this project read and write payloads with.
stored_data_converter = DataConverter(payload_converter_class=StoredPayloads)


def is_ours(model: object) -> bool:
    """Whether it is a model of this project, rather than one of a user's own code."""
    return getattr(model, "__module__", "").startswith("onthedot.")
