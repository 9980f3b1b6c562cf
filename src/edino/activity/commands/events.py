"""`edino import events`: rows in the shape of the tracking spec, through the collector's own door."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec

from edino.activity import api
from edino.channels import api as channels
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written

IDENTIFIERS: Final = ("phone", "email", "loyalty_card", "crm", "push_token", "telegram", "vk")
CALLS: Final = frozenset({"track", "identify", "page", "screen", "alias", "group"})

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode


def _identifier(kind: str, *aliases: str) -> Field:
    return Field(kind, help=f"an identifier of the kind {kind}", aliases=aliases, length=200)


class Events:
    """Events of a site, an app, a till: what the collector takes, from a file."""

    help = "Events as the Segment tracking spec has them: who (an identifier), what, when."
    fields = (
        Field("type", help="track, identify, page, screen, alias or group; track when there is an event's name"),
        Field("event", help="the name of a track call", aliases=("event_name", "событие"), length=200),
        Field("timestamp", "datetime", required=True, help="when it happened", aliases=("occurred_at", "time", "date")),
        Field("messageId", help="the event's own id; made from the row when missing", aliases=("message_id",)),
        Field("userId", help="the log-in", aliases=("user_id",), length=200),
        Field("anonymousId", help="the device or browser", aliases=("anonymous_id", "device"), length=200),
        Field("previousId", help="of an alias call", aliases=("previous_id",), length=200),
        Field("groupId", help="of a group call", aliases=("group_id",), length=200),
        Field("name", help="of a page or screen"),
        *(_identifier(kind) for kind in IDENTIFIERS),
        Field("properties", "object", help="an object, or columns properties.something"),
        Field("traits", "object", help="an object, or columns traits.something"),
        Field("context", "object", help="an object, or columns context.something"),
        Field("properties.*", "any"),
        Field("traits.*", "text"),
        Field("context.*", "any"),
    )
    group = None
    batch = 1000
    version = 1

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Hand a batch to the collector; what it refuses is refused here, row by row."""
        source = channels.source_of_files(name=context.source)
        messages = [_encode(message(row.values)) for row in rows]
        intake = api.collect(source=source, messages=messages)
        refused = [
            Rejection(rows[problem.index].number, problem.field, problem.code, problem.reason)
            for problem in intake.rejected
        ]
        remarks = Counter(f"{problem.field}: {problem.code} (taken all the same)" for problem in intake.warnings)
        return Written(intake.duplicates, refused, remarks)


def message(values: Mapping[str, Any]) -> dict[str, Any]:
    """The message a row means. Without an id of its own it gets one that follows from what it says."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        outer, dot, inner = name.partition(".")
        if dot:
            made[outer] = {**_object(made.get(outer)), inner: _scalar(value)}
        elif name in {"properties", "traits", "context"}:
            made[name] = {**_object(value), **made.get(name, {})}
        elif name not in IDENTIFIERS:
            made[name] = value.isoformat() if isinstance(value, datetime) else value
    if "type" in made:
        made["type"] = str(made["type"]).lower()
    elif made.get("event"):
        made["type"] = "track"
    given = [{"type": kind, "id": values[kind]} for kind in IDENTIFIERS if values.get(kind)]
    if given:
        context = _object(made.get("context"))
        earlier = context.get("externalIds")
        made["context"] = {**context, "externalIds": [*(earlier if isinstance(earlier, list) else []), *given]}
    if not made.get("messageId"):
        made["messageId"] = f"row-{blake2b(_encode(made), digest_size=16).hexdigest()}"
    return made


def _object(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _scalar(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
