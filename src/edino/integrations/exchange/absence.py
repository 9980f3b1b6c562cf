"""What a whole full exchange did not name: it goes out of sale when the exchange is over, and never away."""

from collections.abc import Sequence
from typing import Final

from edino.integrations.exchange import products, queries
from edino.integrations.exchange.work import Work

MOST: Final = 1_000_000
FEW: Final = 20
"""A source with no more goods than this may drop more than half of them at once."""


def settle(work: Work, kinds: Sequence[str] = ("goods", "offer")) -> int:
    """Deactivate what is absent; how many. Not before goods and offers of a catalogue have both come in full."""
    runs = queries.runs_of_exchange(work.exchange.id)
    if any(run.state != "done" for run in runs):
        return 0
    full: dict[str, set[str]] = {}
    for run in runs:
        full.setdefault(run.catalog, set()).update(run.has_full)
    count = 0
    for catalog, parts in full.items():
        if "all" in parts or {"goods", "offers"} <= parts:
            count += sum(_absent(work, kind, catalog) for kind in kinds)
    queries.add_deactivated(work.exchange.id, count)
    if count:
        work.save()
    return count


def _absent(work: Work, kind: str, catalog: str) -> int:
    gone = queries.absent(work.source.id, kind, catalog, work.exchange.id, MOST)
    if not gone:
        return 0
    present = queries.present(work.source.id, kind, catalog)
    if len(gone) * 2 > present > FEW and not work.force:
        work.odd.note("absent_too_many", f"{len(gone)} / {present}", count=len(gone))
        work.save()
        return 0
    products.deactivated(work, gone)
    return len(gone)
