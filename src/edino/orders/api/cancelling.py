"""Cancelling an order or a part of it: goods, benefits and money go back."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec
from django.db import transaction

from edino.inventory import api as inventory
from edino.inventory.types import Allocation, Disposition, Way
from edino.kernel import clock, holds, log
from edino.kernel.errors import Invalid
from edino.orders import events
from edino.orders.api import acting, refunding
from edino.orders.api.acting import By
from edino.orders.api.reading import order as read
from edino.orders.errors import TooManyPieces, WrongState
from edino.orders.queries import book, fulfilment
from edino.orders.rules import facts, shares
from edino.orders.types import Allocated, Fulfilment, Line, Order
from edino.promotions import api as promotions

_BEFORE = {"to_pick": 0, "ready": 1, "arrived": 2}
"""Fulfilments from which goods can still be taken, those that were touched least first."""


def cancel(
    *, uid: UUID, by: By, lines: Mapping[str, int] | None = None, reason: str = "", key: str = "", to: str = "original"
) -> Order:
    """Cancel what has not left: everything, or `lines` (line key → pieces).

    Stock, slot, benefits and money go back (`to`: original or gift_card). The same again under its `key`, or of an
    order that is cancelled already, changes nothing. `WrongState` when nothing is left to cancel.
    """
    with transaction.atomic():
        order = acting.locked(uid)
        if order.state in {"draft", "dropped"}:
            raise WrongState(state=order.state)
        if not acting.first_time(order, key, "cancel", {"lines": lines, "reason": reason}):
            return order
        if lines is None:
            if order.state == "cancelled":
                return order
            lines = {line.key: line.open for line in order.lines if line.open}
            if not lines:
                raise WrongState(state=order.state)
        return take_out(order, lines, by=by, reason=reason, at=clock.now(), to=to)


def take_out(
    order: Order,
    lines: Mapping[str, int],
    *,
    by: By,
    reason: str,
    at: datetime,
    within: Collection[int] | None = None,
    to: str = "original",
    what: str = "cancelled",
    came: str = "",
) -> Order:
    """Take pieces out of a locked order (`within` some of its fulfilments), with all that hangs on them.

    `came`: they had been sent and came back, and this is what becomes of the goods. Their place in the day stays taken.
    """
    known = {line.key: line for line in order.lines}
    wanted: list[tuple[Line, int]] = []
    for line_key, count in lines.items():
        line = known.get(line_key)
        if line is None:
            raise Invalid.field(f"lines.{line_key}", "unknown", "There is no such line in this order.")
        if not 0 < count <= line.open:
            raise TooManyPieces
        wanted.append((line, count))
    _goods(order, wanted, within, at, came)
    pieces = [(line, n, shares.part(line.net, line.less, line.standing, n)) for line, n in wanted]
    value = sum(worth for _, _, worth in pieces)
    whole = sum(n for _, n in wanted) == sum(line.quantity - line.cancelled for line in order.lines)
    if whole:
        value += order.delivery.amount - order.delivery.discount
        places = [one for one in order.wants if one.kind in {"slot", "parcel"} and not came]
        holds.unuse([holds.Want(one.capacity_id, one.quantity) for one in places])
        promotions.unredeem(order_uid=order.uid)
    else:
        promotions.unredeem(order_uid=order.uid, lines={line.key: n for line, n in wanted})
    fulfilment.count_lines({line.id: (n, 0, 0, worth) for line, n, worth in pieces})
    fulfilment.cancel_empty(order.id, at)
    if whole:
        book.give_up_payments(order.id)
    number = len(book.history(order.id))
    back = shares.too_much(order.paid, order.due - value)
    refunding.give_back(
        order,
        amount=back,
        cause=("cancel", f"{order.uid}:{number}"),
        at=at,
        to="gift_card" if to == "gift_card" else "original",
        pieces=pieces,
        left=bool(came) and order.outstanding <= 0,
    )
    fulfilment.settle_order({order.id: value}, at)
    count = sum(n for _, n in wanted)
    acting.noted(order, what, at, by=by, why=reason, detail={"pieces": count, "amount": value})
    done = read(uid=order.uid)
    told = {"pieces": count, "amount": value, "whole": whole, "reason": reason, "back": back}
    log.append([acting.fact(done, events.CANCELLED, at, **told, lines={line.key: n for line, n in wanted})])
    log.append([_told(done, pieces, value, at, whole=whole)])
    return done


def _goods(
    order: Order, wanted: list[tuple[Line, int]], within: Collection[int] | None, at: datetime, came: str
) -> None:
    """Give up what is promised; take back into stock what had been sent to the place of pickup, or came back."""
    parcels = {one.id: one for one in order.fulfilments}
    given_up: list[tuple[int, int, bool]] = []
    promised: list[Allocation] = []
    back: dict[int, dict[int, int]] = {}
    for line, count in wanted:
        left = count
        for part, there in _takable(order, line, parcels, within):
            taken = min(left, part.gone if there else part.promised)
            if not taken:
                continue
            left -= taken
            given_up.append((part.id, taken, there))
            if there:
                goods = back.setdefault(part.fulfilment_id or 0, {})
                goods[part.variant_id] = goods.get(part.variant_id, 0) + taken
            else:
                promised.append(Allocation(part.variant_id, part.location_id, taken, part.capacity_id, _way(part)))
        allocated = any(part.line_id == line.id for part in order.allocations)
        if left and allocated and left > _unallocated(order, line):
            raise WrongState(state="shipped")
    if promised:
        inventory.give_up(allocations=promised)
    for id_, goods in back.items() if came != "write_off" else ():
        parcel = parcels[id_]
        place = inventory.location(code=parcel.pickup_location or parcel.location)
        inventory.put_back(
            key=f"{parcel.uid}:back:{len(book.history(order.id))}",
            location_id=place.id,
            lines=sorted(goods.items()),
            disposition=cast("Disposition", came or "resell"),
            at=at,
        )
    if given_up:
        fulfilment.give_up(given_up)


def free(parts: Collection[tuple[Allocated, int]]) -> list[Allocation]:
    """Pieces of allocations as the stock takes them back."""
    return [Allocation(part.variant_id, part.location_id, count, part.capacity_id, _way(part)) for part, count in parts]


def _way(part: Allocated) -> Way:
    return "carry" if part.fulfilled_from == "carry" else "transfer" if part.fulfilled_from == "transfer" else "ship"


def _takable(
    order: Order, line: Line, parcels: Mapping[int, Fulfilment], within: Collection[int] | None
) -> list[tuple[Allocated, bool]]:
    """Allocations of a line that may be given up, and whether their goods are at the place of pickup already."""
    found = []
    for part in order.allocations:
        parcel = parcels.get(part.fulfilment_id or 0)
        if part.line_id != line.id or (within is not None and part.fulfilment_id not in within):
            continue
        if parcel is None or parcel.state in _BEFORE:
            there = parcel is not None and parcel.state == "arrived"
            found.append((_BEFORE.get(parcel.state, 0) if parcel else 0, part, there))
        elif within is not None and parcel.state == "came_back":
            found.append((len(_BEFORE), part, True))
    return [(part, there) for _, part, there in sorted(found, key=lambda one: (one[0], one[1].id))]


def _unallocated(order: Order, line: Line) -> int:
    """Pieces of a line that wait for a place that has them (the order is parked)."""
    placed = sum(part.quantity - part.given_up for part in order.allocations if part.line_id == line.id)
    return line.quantity - line.cancelled - placed


def _told(order: Order, pieces: list[tuple[Line, int, int]], value: int, at: datetime, *, whole: bool) -> log.Fact:
    products = [(place, line.sku, line.name, n, worth) for place, (line, n, worth) in enumerate(pieces, 1)]
    body = facts.commerce(number=order.number, total=value, currency=order.currency, products=products)
    type_ = events.GIVEN_UP if whole else events.UPDATED
    return log.Fact(type_, "fact", at, msgspec.Raw(body), order.contact.profile_id, order.source_id)
