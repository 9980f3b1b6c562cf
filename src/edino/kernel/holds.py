"""The hold engine: one way to keep, promise and spend anything scarce. See docs/algorithms/holds.md.

A *capacity* is a number of units of something (a shelf's stock, a coupon's uses, a gift card's kopecks, a slot's
places). An owner *holds* some of it until a moment, then *converts* the hold into a promise (`used`), and later the
units leave (`settle`) or come back (`unuse`). `used + held <= total + slack + over` is a CHECK of the database; only
facts that have already happened raise `over`, and no promise is made out of it. Every call works on all of its
capacities at once, in the caller's transaction, locking them in the order of their ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from edino.kernel import clock, sql
from edino.kernel.errors import Conflict

_SQL = sql.statements("edino.kernel", "holds.sql")
REMEMBERED: Final = timedelta(days=7)
"""How long a lapsed hold is kept for an owner who comes back."""


class Want(NamedTuple):
    """So many units of a capacity, above zero."""

    capacity_id: int
    quantity: int


class Owner(NamedTuple):
    """Who holds: a cart, an order, a till's lease."""

    kind: str
    uid: UUID


@dataclass(frozen=True, slots=True)
class Shortage:
    """A capacity that has less than was wanted: `free` units for `wanted`."""

    capacity_id: int
    wanted: int
    free: int


class Short(Conflict):
    """There is not enough left."""

    code = "short"

    def __init__(self, shortages: Sequence[Shortage]) -> None:
        super().__init__()
        self.shortages = tuple(shortages)


class NotPromised(Conflict):
    """More would be given back than was ever promised."""

    code = "not_promised"


def open_capacities(kind: str, rows: Sequence[tuple[int, int, int]]) -> list[int]:
    """The capacities for these (ref, total, slack), made where missing; existing ones are kept as they are.

    `ref` is the id, within its kind, of whatever the capacity stands for. Ids come in the order of `rows`.
    """
    if not rows:
        return []
    refs = [ref for ref, _, _ in rows]
    given = {"kind": kind, "refs": refs, "totals": [row[1] for row in rows], "slacks": [row[2] for row in rows]}
    sql.execute(_SQL["open_capacities"], given)
    found = dict(sql.tuples(_SQL["capacities_of"], {"kind": kind, "refs": refs}))
    return [found[ref] for ref in refs]


def reserve_ids(count: int) -> list[int]:
    """So many ids in rising order for capacities that the caller opens with `open_reserved`; unused ones are lost."""
    return [row[0] for row in sql.tuples(_SQL["reserve_ids"], {"count": count})]


def open_reserved(kind: str, rows: Sequence[tuple[int, int, int]]) -> None:
    """Open capacities of these (id, ref, total) in one statement, where many things are made at once.

    The ids come from `reserve_ids`; what they stand for was made in this transaction and has no capacity yet.
    """
    if rows:
        ids, refs, totals = (list(column) for column in zip(*rows, strict=True))
        sql.execute(_SQL["open_reserved"], {"kind": kind, "ids": ids, "refs": refs, "totals": totals})


def hold(owner: Owner, wants: Sequence[Want], *, until: datetime) -> None:
    """Let the owner's holds become exactly these, all or none; `Short` names every capacity that has too little.

    What the owner held already counts towards it, what is no longer wanted becomes free. Holds of others that are due
    stop counting where they stand in the way.
    """
    ids, quantities = _summed(wants)
    given = {"kind": owner.kind, "owner": owner.uid, "ids": ids, "quantities": quantities}
    short = sql.tuples(_SQL["take"], {**given, "until": until, "at": clock.now()})
    if short:
        raise Short([Shortage(*one) for one in short])


def held(owner: Owner) -> list[Want]:
    """What the owner holds now, by capacity."""
    given = {"kind": owner.kind, "owner": owner.uid, "at": clock.now()}
    return [Want(*row) for row in sql.tuples(_SQL["held"], given)]


def extend(owner: Owner, *, until: datetime) -> int:
    """Let the owner's holds last until another moment; how many there are. What has lapsed stays so."""
    return sql.execute(_SQL["extend"], {"kind": owner.kind, "owner": owner.uid, "until": until})


def release(owner: Owner) -> int:
    """Give everything the owner holds back; how many holds that were."""
    return int(sql.scalar(_SQL["release"], {"kind": owner.kind, "owner": owner.uid}))


def hand_over(from_: Owner, to: Owner, *, until: datetime) -> None:
    """Let everything one owner holds become another's, without a moment in which it is free."""
    given = {"kind": from_.kind, "owner": from_.uid, "to_kind": to.kind, "to_owner": to.uid, "until": until}
    sql.scalar(_SQL["hand_over"], given)


def convert(owner: Owner) -> list[Want]:
    """Promise for good what the owner holds; what that was. What had lapsed is taken anew, or `Short` and nothing."""
    rows = sql.tuples(_SQL["convert"], {"kind": owner.kind, "owner": owner.uid, "at": clock.now()})
    if rows and not rows[0][0]:
        raise Short([Shortage(id_, asked, room) for _, id_, asked, room in rows])
    return [Want(id_, quantity) for _, id_, quantity, _ in rows]


def use(wants: Sequence[Want], *, happened: bool = False) -> list[Shortage]:
    """Promise without a hold first; `Short` and nothing if there is too little.

    `happened`: it was used already and is not asked; `over` says by how much too much, and the shortage is returned.
    """
    ids, quantities = _summed(wants)
    return _change(ids, [0] * len(ids), quantities, happened=happened)


def unuse(wants: Sequence[Want]) -> None:
    """Take promises back: the units are free again."""
    ids, quantities = _summed(wants)
    _change(ids, [0] * len(ids), [-quantity for quantity in quantities])


def settle(wants: Sequence[Want]) -> None:
    """The promised units are gone: total and used fall together."""
    ids, quantities = _summed(wants)
    gone = [-quantity for quantity in quantities]
    _change(ids, gone, gone)


def change_totals(changes: Sequence[tuple[int, int]], *, happened: bool = False) -> list[Shortage]:
    """Change totals by (capacity, difference); `Short` and nothing where more is promised than would be left.

    `happened`: this has already happened and is not asked. Where more is promised than is left, `over` says by how
    much, and the shortage is returned, so that somebody looks into it. A total may then be negative.
    """
    ids, differences = _summed(changes)
    return _change(ids, differences, [0] * len(ids), happened=happened)


def set_slack(slacks: Sequence[tuple[int, int]]) -> None:
    """How far beyond the total a capacity may be promised; what is promised already stays so."""
    ids, amounts = [one for one, _ in slacks], [amount for _, amount in slacks]
    sql.execute(_SQL["set_slack"], {"ids": ids, "slacks": amounts})


def free(capacity_ids: Sequence[int]) -> dict[int, int]:
    """How much of each may still be promised now, never below zero."""
    return dict(sql.tuples(_SQL["free"], {"ids": list(capacity_ids), "at": clock.now()}))


def expire_due(limit: int = 1000) -> int:
    """Tidy up: holds that are due stop counting, those long lapsed are forgotten. How many lapsed.

    Nothing depends on it being run: whoever needs the room takes it from due holds himself.
    """
    now = clock.now()
    lapsed = int(sql.scalar(_SQL["lapse_due"], {"most": limit, "at": now}))
    sql.execute(_SQL["forget_lapsed"], {"before": now - REMEMBERED})
    return lapsed


def drift() -> list[tuple[int, int, int]]:
    """Capacities whose held amount is not the sum of their holds: (capacity, held, sum). Empty when all is well."""
    return sql.tuples(_SQL["drift"])


def _change(ids: list[int], totals: list[int], uses: list[int], *, happened: bool = False) -> list[Shortage]:
    if not ids:
        return []
    given = {"ids": ids, "totals": totals, "uses": uses, "happened": happened, "at": clock.now()}
    rows = sql.tuples(_SQL["change"], given)
    if rows and rows[0][0] == "unused":
        raise NotPromised
    short = [Shortage(id_, asked, room) for _, id_, asked, room in rows]
    if short and not happened:
        raise Short(short)
    return short


def _summed(wants: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Ids in order, each once, with the sum of what is said of it; what sums to nothing is left out."""
    sums: dict[int, int] = {}
    for id_, quantity in wants:
        sums[id_] = sums.get(id_, 0) + quantity
    ids = sorted(id_ for id_, quantity in sums.items() if quantity)
    return ids, [sums[id_] for id_ in ids]
