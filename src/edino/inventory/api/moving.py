"""Everything that changes what lies where: one ledger, one number, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import md5
from typing import Final, Protocol
from uuid import UUID

from django.db import transaction

from edino.channels.types import Source
from edino.inventory import events
from edino.inventory.api.places import STOCK
from edino.inventory.queries import ledger, places
from edino.inventory.queries.ledger import Line
from edino.inventory.types import MOVEMENT_KINDS, Disposition, Movement, MoveReport, Rejection, Sale
from edino.kernel import clock, holds, ids, log
from edino.kernel.holds import Shortage, Want
from edino.staff.types import Actor, Person

_MOST: Final = 1_000_000_000
_CONDITIONS: Final = ("good", "damaged", "quarantine")
_LEAVES: Final = ("sold", "shipped", "transfer_out")
_AHEAD: Final = timedelta(days=1)
"""How far the clock of another system may be ahead. A movement of next year would count on top of every stock file."""
_CONFLICT: Final = "This key named another movement before."


class Promised(Protocol):
    """So many of a variant that were promised, as an allocation of a plan."""

    @property
    def variant_id(self) -> int: ...
    @property
    def capacity_id(self) -> int: ...
    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting did: keys that are new, and the cases it opened."""

    new: set[UUID]
    shortages: list[Shortage]
    cases: int


def key(*parts: str) -> UUID:
    """The key of a movement, from words that name it for ever; SQL makes the same with md5."""
    return UUID(md5("\x1f".join(parts).encode(), usedforsecurity=False).hexdigest())


def levels(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """The level and capacity of each pair of variant and location, made where missing."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    found = ledger.levels(wanted)
    missing = [pair for pair in wanted if pair not in found]
    if missing:
        made = ledger.new_levels(len(missing))
        capacities = holds.open_capacities(STOCK, [(id_, 0, 0) for id_ in made])
        ledger.add_levels(
            [(id_, *pair, capacity) for id_, pair, capacity in zip(made, missing, capacities, strict=True)]
        )
        found |= ledger.levels(missing)
    return found


def post(
    lines: Sequence[Line], *, source_id: int | None = None, by: str = "", happened: bool = True, settle: bool = False
) -> Posted:
    """Write movements and change the numbers they change. A line whose key is known has no effect a second time.

    `happened`: true whatever was promised (`over` and a case), otherwise `holds.Short`. `settle`: the goods had been
    promised, so the promise goes with them.
    """
    if not lines:
        return Posted(set(), [], 0)
    now = clock.now()
    new = ledger.write(lines, source_id=source_id, by=by, now=now)
    fresh = [line for line in lines if line.key in new]
    good = [(line.capacity_id, line.quantity) for line in fresh if line.condition == "good"]
    shortages: list[Shortage] = []
    if settle:
        holds.settle([Want(capacity, -quantity) for capacity, quantity in good])
    else:
        shortages = holds.change_totals(good, happened=happened)
    _set_aside([line for line in fresh if line.condition != "good"])
    causes = {line.capacity_id: (line.cause_kind, line.cause_id) for line in fresh}
    cases = open_cases(shortages, causes, now)
    return Posted(new, shortages, cases)


def open_cases(shortages: Sequence[Shortage], causes: dict[int, tuple[str, str]], now: datetime) -> int:
    """Open a case for each level that is promised beyond what lies there; how many."""
    if not shortages:
        return 0
    rows = [(ids.uuid7(), one.capacity_id, *causes.get(one.capacity_id, ("", ""))) for one in shortages]
    opened = ledger.open_cases(rows, now)
    words = ledger.level_words([case.level_id for case in opened])
    log.append(
        log.Fact(
            type=events.OVERCOMMITTED,
            klass="fact",
            occurred_at=now,
            body={
                "case": str(case.uid),
                "sku": words[case.level_id][0],
                "location": words[case.level_id][1],
                "missing": case.missing,
                "cause_kind": case.cause_kind,
                "cause_id": case.cause_id,
            },
        )
        for case in opened
    )
    return len(opened)


def tell_waiting(variants: Iterable[int] | None = None) -> int:
    """Say on the log that what somebody waits for can be had: of these variants, or of all. How many were told."""
    now = clock.now()
    told = ledger.tell_waiting(None if variants is None else sorted(set(variants)), now)
    if not told:
        return 0
    words = ledger.skus([one.variant_id for one in told])
    codes = ledger.codes([one.location_id for one in told if one.location_id is not None])
    return log.append(
        log.Fact(
            type=events.BACK,
            klass="fact",
            occurred_at=now,
            profile_id=one.profile_id,
            body={
                "subscription": str(one.uid),
                "variant": one.variant_id,
                "sku": words.get(one.variant_id, ""),
                "kind": one.kind,
                "location": codes.get(one.location_id or 0, ""),
                "free": one.quantity,
            },
        )
        for one in told
    )


def move(
    *, movements: Sequence[Movement], source: Source | None = None, by: Person | Actor | None = None
) -> MoveReport:
    """Record movements that a source or a person reports; one transaction, each key once for ever.

    They have happened, so they are never refused for want of stock: what was promised beyond it becomes a case. A row
    is refused for an unknown SKU or location, for a key that named another movement, or when `expected_from` is not
    what lies there.
    """
    with transaction.atomic():
        reading = _Reading(movements, f"source:{source.id}" if source else f"staff:{by.name if by else ''}")
        lines = reading.lines()
        report = post(
            list(lines.values()), source_id=source.id if source else None, by=by.name if by else "", happened=True
        )
        reading.taken_meanwhile(lines, report.new)
        if any(line.quantity > 0 for line in lines.values()):
            tell_waiting(reading.variants)
    written = len(report.new)
    known = len(movements) - written - len(reading.rejected)
    return MoveReport(written, known, tuple(sorted(reading.rejected, key=lambda one: one.index)), report.cases)


def leave(
    *,
    order_uid: UUID,
    location_id: int,
    lines: Sequence[tuple[int, int]],
    at: datetime,
    key: str,
    kind: str = "sold",
) -> None:
    """Goods that had been promised left the location: the promise is kept, the ledger says so. Once per order and key.

    `lines` are (variant, quantity); `kind` is sold (over the counter) or shipped. `holds.NotPromised` when they were
    not promised.
    """
    _post_lines(
        lines, location_id, kind=kind, sign=-1, words=("order", str(order_uid), key), cause=("order", str(order_uid)),
        at=at, settle=True,
    )  # fmt: skip


def sell_now(
    *, key: str, location_id: int, lines: Sequence[tuple[int, int]], at: datetime, happened: bool = True
) -> list[Shortage]:
    """Goods are sold over the counter without having been promised. Once per key.

    `happened`: the till has sold already; what others were promised of it is returned and becomes a case. Otherwise
    `holds.Short`, and nothing.
    """
    posted = _post_lines(
        lines, location_id, kind="sold", sign=-1, words=("sell", key), cause=("receipt", key), at=at, happened=happened
    )
    return posted.shortages


def sell_many(*, sales: Sequence[Sale], source: Source | None = None) -> MoveReport:
    """Record what tills have sold, a batch at a time (a few thousand lines each). Each key counts once for ever.

    A negative quantity came back and can be sold again. Those that took what others were promised open cases.
    """
    with transaction.atomic():
        found = levels((sale.variant_id, sale.location_id) for sale in sales)
        told: dict[UUID, Line] = {}
        for sale in sales:
            level, capacity = found[sale.variant_id, sale.location_id]
            mark = key("sell", sale.key)
            kind = "sold" if sale.quantity >= 0 else "returned"
            if sale.quantity:
                told[mark] = Line(
                    level, capacity, kind, "good", -sale.quantity, sale.cause_kind, sale.cause_id, mark, sale.at
                )
        posted = post(list(told.values()), source_id=source.id if source else None)
        if any(line.quantity > 0 for line in told.values()):
            tell_waiting([sale.variant_id for sale in sales if sale.quantity < 0])
    return MoveReport(len(posted.new), len(sales) - len(posted.new), (), posted.cases)


def put_back(
    *, key: str, location_id: int, lines: Sequence[tuple[int, int]], disposition: Disposition, at: datetime
) -> None:
    """Goods came back: to be sold again, or set aside as damaged or for inspection. Once per key."""
    condition = "good" if disposition == "resell" else disposition
    _post_lines(
        lines, location_id, kind="returned", sign=1, words=("back", key), cause=("return", key), at=at,
        condition=condition,
    )  # fmt: skip
    if condition == "good":
        tell_waiting(variant for variant, _ in lines)


def give_up(*, allocations: Sequence[Promised]) -> None:
    """What was promised is not needed any more, and free again. As allocations of a plan."""
    holds.unuse([Want(one.capacity_id, one.quantity) for one in allocations])
    tell_waiting(one.variant_id for one in allocations)


def _post_lines(
    lines: Sequence[tuple[int, int]],
    location_id: int,
    *,
    kind: str,
    sign: int,
    words: tuple[str, ...],
    cause: tuple[str, str],
    at: datetime,
    condition: str = "good",
    happened: bool = True,
    settle: bool = False,
) -> Posted:
    sums: dict[int, int] = {}
    for variant, quantity in lines:
        sums[variant] = sums.get(variant, 0) + quantity
    sums = {variant: quantity for variant, quantity in sums.items() if quantity}
    with transaction.atomic():
        found = levels((variant, location_id) for variant in sums)
        told = [
            Line(
                *found[variant, location_id],
                kind,
                condition,
                sign * quantity,
                *cause,
                key(*words, str(location_id), str(variant)),
                at,
            )
            for variant, quantity in sorted(sums.items())
        ]
        return post(told, happened=happened, settle=settle)


def _set_aside(lines: Sequence[Line]) -> None:
    sums: dict[int, list[int]] = {}
    for line in lines:
        one = sums.setdefault(line.level_id, [0, 0])
        one[0 if line.condition == "damaged" else 1] += line.quantity
    if sums:
        ledger.set_aside([(level, damaged, quarantine) for level, (damaged, quarantine) in sorted(sums.items())])


class _Reading:
    """Movements that are being checked against what is known."""

    def __init__(self, movements: Sequence[Movement], scope: str) -> None:
        self.movements = movements
        self.scope = scope
        self.rejected: list[Rejection] = []
        self.variants: list[int] = []

    def lines(self) -> dict[UUID, Line]:
        """The lines to be written, by key; what is known is among them, what is wrong is not."""
        places_ = places.location_ids(sorted({one.location for one in self.movements}))
        variants = ledger.variant_ids(sorted({one.sku for one in self.movements}))
        told = [
            (place, one)
            for place, one in enumerate(self.movements)
            if self._can_be(place, one, one.sku in variants, one.location in places_)
        ]
        self.variants = [variants[one.sku] for _, one in told]
        found = levels((variants[one.sku], places_[one.location]) for _, one in told)
        marks = {place: key(self.scope, one.key) for place, one in told}
        known = ledger.known_movements(sorted(set(marks.values())))
        totals = self._totals([found[variants[one.sku], places_[one.location]][1] for _, one in told if one.expected_from is not None])  # noqa: E501  # fmt: skip
        lines: dict[UUID, Line] = {}
        for place, one in told:
            level, capacity = found[variants[one.sku], places_[one.location]]
            mark = marks[place]
            line = Line(
                level,
                capacity,
                one.kind,
                one.condition,
                one.quantity,
                one.cause_kind,
                one.cause_id,
                mark,
                one.occurred_at,
            )
            before = known.get(mark) or (_told(lines[mark]) if mark in lines else None)
            if before is not None:
                if before != _told(line):
                    self._reject(place, "key", "conflict", _CONFLICT)
                continue
            if one.expected_from is not None and totals[capacity] != one.expected_from:
                text = f"There are {totals[capacity]}, not {one.expected_from}."
                self._reject(place, "expected_from", "changed", text)
                continue
            if capacity in totals and one.condition == "good":
                totals[capacity] += one.quantity
            lines[mark] = line
        return lines

    def taken_meanwhile(self, lines: dict[UUID, Line], new: set[UUID]) -> None:
        """Refuse what another connection recorded otherwise under the same key, after it was looked for here."""
        late = sorted(set(lines) - new)
        known = ledger.known_movements(late) if late else {}
        for place, one in enumerate(self.movements):
            mark = key(self.scope, one.key)
            if mark in known and known[mark] != _told(lines[mark]):
                self._reject(place, "key", "conflict", _CONFLICT)

    def _totals(self, capacities: list[int]) -> dict[int, int]:
        return ledger.lock_totals(sorted(set(capacities))) if capacities else {}

    def _can_be(self, place: int, one: Movement, sku: bool, location: bool) -> bool:
        checks = (
            ("kind", "unknown", one.kind in MOVEMENT_KINDS, "There is no such kind of movement."),
            ("condition", "unknown", one.condition in _CONDITIONS, "Goods are good, damaged or in quarantine."),
            ("sku", "unknown", sku, "There is no such SKU."),
            ("location", "unknown", location, "There is no such location."),
            (
                "quantity",
                "range",
                0 < abs(one.quantity) <= _MOST,
                "A quantity is not 0, and at most a thousand million.",
            ),
            (
                "quantity",
                "sign",
                one.kind not in _LEAVES or one.quantity < 0,
                "What leaves has a quantity below zero.",
            ),
            (
                "occurred_at",
                "future",
                one.occurred_at <= clock.now() + _AHEAD,
                "This is said to happen more than a day from now.",
            ),
            ("key", "required", 0 < len(one.key) <= 200, "Say the key, in at most 200 letters."),
        )
        wrong = [(field, code, message) for field, code, right, message in checks if not right]
        for field, code, message in wrong[:1]:
            self._reject(place, field, code, message)
        return not wrong

    def _reject(self, place: int, field: str, code: str, message: str) -> None:
        self.rejected.append(Rejection(place, field, code, message))


def _told(line: Line) -> tuple[int, str, int, str]:
    return line.level_id, line.kind, line.quantity, line.condition
