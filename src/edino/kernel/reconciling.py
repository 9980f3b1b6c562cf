"""Ledgers and balances must say the same: every domain that keeps both registers how its own are compared.

`edino reconcile` and `edino doctor` compare now, a job compares each night and keeps what it found for the overview.
Comparing only reads; what is wrong is mended by a person who knows why.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from edino.kernel import clock, holds, sql
from edino.kernel.doctor import Finding
from edino.kernel.registry import Registry

_SQL = sql.statements("edino.kernel", "reconciling.sql")
MOST: Final = 1000
"""So many differences of one ledger are named."""


class Difference(NamedTuple):
    """What it is about, the balance that is kept, and what the ledger says it should be."""

    what: str
    kept: int
    ledger: int

    @property
    def text(self) -> str:
        """As a person reads it."""
        return f"{self.what}: {self.kept} is kept, the ledger says {self.ledger}"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A ledger that did not agree when it was last looked at: in how many places, and one of them."""

    ledger: str
    checked_at: datetime
    count: int
    example: str


Compare = Callable[[], Sequence[Difference]]
ledgers: Registry[Compare] = Registry("ledger")


def reconcile() -> dict[str, Sequence[Difference]]:
    """Compare every ledger with its balances, and remember how they stood; the differences of each, by its name."""
    found = {name: compare() for name, compare in ledgers}
    values = {
        "ledgers": list(found),
        "wrong": [len(wrong) for wrong in found.values()],
        "examples": [wrong[0].text if wrong else "" for wrong in found.values()],
    }
    sql.execute(_SQL["note"], {**values, "at": clock.now()})
    return found


def wrong() -> list[Wrong]:
    """Ledgers that did not agree when they were last compared."""
    return [Wrong(*row) for row in sql.tuples(_SQL["wrong"])]


def looked_at() -> Iterator[Finding]:
    """What `edino doctor` says of the ledgers."""
    for name, found in reconcile().items():
        if found:
            text = f"{len(found)} times not what the ledger says; {found[0].text}"
            yield Finding(f"ledger of {name}", "broken", text, "edino reconcile names them all")
        else:
            yield Finding(f"ledger of {name}", "well", "agrees with what is kept")


def _holds() -> list[Difference]:
    return [Difference(f"capacity {id_}", kept, summed) for id_, kept, summed in holds.drift()]


ledgers.register("holds", _holds)
