"""Keyset cursors: opaque to the client, tamper-evident by shape only (they hold no secret and grant nothing)."""

import base64
import binascii
import json
from typing import Any

from edino.kernel.errors import Invalid


def encode(*values: Any) -> str:
    """The cursor that stands after the row with these sort values (str, int, float, None)."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str | None, size: int) -> list[Any] | None:
    """The sort values of a cursor, or None at the start; a foreign cursor is refused by name of the field."""
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise Invalid.field("cursor", "cursor", "This cursor was not made by this list.") from error
    if not isinstance(values, list) or len(values) != size:
        raise Invalid.field("cursor", "cursor", "This cursor was not made by this list.")
    return values
