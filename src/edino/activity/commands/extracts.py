"""`edino export events`: the log, in the order in which it was written, with whose each event is now."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from edino.activity import queries
from edino.kernel.exports import Extract, Row, in_steps
from edino.staff import api as staff

STEP: Final = 5_000


def _events() -> Iterator[Row]:
    staff.audit(actor=staff.COMMAND_LINE, operation="customers.export", subject=("extract", "events"))
    for _, *row in in_steps(partial(queries.events_after, size=STEP), first=(-1, "0", 0)):
        yield row


EVENTS: Final = Extract(
    "events of the log, in the order in which they were written",
    {
        "key": "text",
        "type": "text",
        "class": "text",
        "occurred_at": "time",
        "received_at": "time",
        "source": "text",
        "customer": "text",
        "body": "json",
    },
    _events,
)
