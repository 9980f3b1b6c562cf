"""`edino export customers|identifiers|consents`: who everybody is, by what they are known, what they permit."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from edino.customers.api import reference
from edino.customers.queries import extracts as queries
from edino.customers.rules import survivorship
from edino.customers.types import Said
from edino.kernel.exports import Extract, Row, in_steps
from edino.staff import api as staff


def _customers() -> Iterator[Row]:
    """A row for each customer: what survives of each field, and the identifiers, oldest first."""
    staff.audit(actor=staff.COMMAND_LINE, operation="customers.export", subject=("extract", "customers"))
    after = 0
    while found := queries.customers(after):
        ids = [id_ for id_, _, _ in found]
        after = ids[-1]
        points: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
        for customer, kind, value in queries.identifiers_of(ids):
            points[customer].append({"kind": kind, "value": value})
        said: defaultdict[int, list[tuple[str, Said]]] = defaultdict(list)
        for customer, field, one in queries.traits_of(ids):
            said[customer].append((field, one))
        for id_, uid, since in found:
            views = survivorship.project(said[id_], reference.field_rules(), reference.trust())
            fields = {view.name: view.value for view in views}
            yield uid, since, survivorship.full_name(fields), fields, points[id_]


def _stepped(kind: str, step: Callable[[int], Sequence[Row]]) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        staff.audit(actor=staff.COMMAND_LINE, operation="customers.export", subject=("extract", kind))
        for _, *row in in_steps(step, first=0):
            yield row

    return rows


EXTRACTS: Final[dict[str, Extract]] = {
    "customers": Extract(
        "customers: what is known of each, and by what they are known",
        {"customer": "text", "since": "time", "name": "text", "fields": "json", "identifiers": "json"},
        _customers,
    ),
    "identifiers": Extract(
        "identifiers and whose they are",
        {
            "customer": "text",
            "kind": "text",
            "value": "text",
            "confirmed": "boolean",
            "shared": "boolean",
            "since": "time",
        },
        _stepped("identifiers", queries.identifiers),
    ),
    "consents": Extract(
        "every statement of permission, with its proof; `edino import consents` reads it",
        {
            "customer": "text",
            "kind": "text",
            "value": "text",
            "purpose": "text",
            "brand": "text",
            "state": "text",
            "at": "time",
            "verified": "boolean",
            "source": "text",
            "by": "text",
            "proof": "json",
            "recorded_at": "time",
        },
        _stepped("consents", queries.consents),
    ),
}
