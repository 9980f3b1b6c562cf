"""Suggestions: who may be one person is kept for people to decide; nothing is joined by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from edino.customers.queries import suggestions as queries
from edino.customers.queries.suggestions import Likely
from edino.kernel import clock
from edino.kernel.transactions import retried


@dataclass(frozen=True, slots=True)
class Kept:
    """How many suggestions are new, were renewed, and were taken back because they are no longer likely."""

    opened: int
    renewed: int
    dropped: int


def keep_suggestions(*, found: Sequence[Likely]) -> Kept:
    """Make the open suggestions equal to these pairs, in a transaction of its own.

    A pair that people decided on, or whose sides they separated, is left as they left it.
    """

    def write() -> Kept:
        dropped = queries.drop_others(found)
        opened, renewed = queries.keep(found, clock.now())
        return Kept(opened, renewed, dropped)

    return retried(write)
