"""A store cannot fulfil what was sent to it: another place does, or a person decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from edino.inventory import api as inventory
from edino.inventory.types import Demand
from edino.kernel import clock, holds, log
from edino.orders import events
from edino.orders.api import acting, cancelling
from edino.orders.api.acting import By
from edino.orders.api.placing import allocation_row
from edino.orders.api.reading import order as read
from edino.orders.errors import NoSuchFulfilment, WrongState
from edino.orders.queries import book, fulfilment
from edino.orders.types import Fulfilment, Order

NO_ROUTE = "no_route"


def reject(*, uid: UUID, parcel: UUID, reason: str, by: By) -> Order:
    """A store says that it cannot fulfil a parcel, and why; its goods are planned anew without that store.

    What no other place has is parked for a person, with the fact `order.parked`; what has found another way is told
    by `order.rerouted`. Rejected already: nothing changes.
    """
    with transaction.atomic():
        order = acting.locked(uid)
        one = next((one for one in order.fulfilments if one.uid == parcel), None)
        if one is None:
            raise NoSuchFulfilment
        at = clock.now()
        if one.state == "rejected":
            return order
        if not fulfilment.move_fulfilment(one.id, "rejected", ["to_pick", "ready"], at, reason=reason):
            raise WrongState(state=one.state)
        parts = [part for part in order.allocations if part.fulfilment_id == one.id and part.promised]
        inventory.give_up(allocations=cancelling.free(parts))
        fulfilment.give_up([(part.id, part.promised, False) for part in parts])
        acting.noted(order, "rejected", at, by=by, why=reason, detail={"location": one.location})
        log.append([acting.fact(order, events.REJECTED, at, parcel=str(one.uid), location=one.location, reason=reason)])
        need: dict[int, int] = {}
        for part in parts:
            need[part.line_id] = need.get(part.line_id, 0) + part.promised
        return _plan(read(uid=uid), need, by=by, at=at, attempt=one.attempt + 1)


def replan(*, uid: UUID, by: By, exclude: Sequence[str] = ()) -> Order:
    """Look once more for places that have what a parked order waits for."""
    with transaction.atomic():
        order = acting.locked(uid)
        if not order.parked:
            return order
        need = {}
        for line in order.lines:
            there = sum(part.quantity - part.given_up for part in order.allocations if part.line_id == line.id)
            if line.quantity - line.cancelled > there:
                need[line.id] = line.quantity - line.cancelled - there
        attempt = max((one.attempt for one in order.fulfilments), default=0) + 1
        return _plan(order, need, by=by, at=clock.now(), attempt=attempt, refused=exclude)


def _plan(
    order: Order,
    need: Mapping[int, int],
    *,
    by: By,
    at: datetime,
    attempt: int,
    refused: Sequence[str] | None = None,
) -> Order:
    """Allocate what lines need (line → pieces) at other places, or park the order."""
    if refused is None:
        refused = sorted({one.location for one in order.fulfilments if one.state == "rejected"})
    planned, short = allocate(order, need, exclude=refused)
    if planned:
        fulfilment.add_allocations(planned)
        book.open_fulfilments(order.id, order.delivery, attempt, at)
    fulfilment.park(order.id, NO_ROUTE if short else "")
    done = read(uid=order.uid)
    fresh = [one for one in done.fulfilments if one.attempt == attempt and one.state == "to_pick"]
    if fresh:
        where = ", ".join(sorted({one.location for one in fresh}))
        acting.noted(done, "rerouted", at, by=by, detail={"to": where}, audited=False)
        log.append([acting.fact(done, events.REROUTED, at, to=[_way(one) for one in fresh])])
    if short:
        acting.noted(done, "parked", at, by=by, why=NO_ROUTE, detail={"pieces": sum(short.values())}, audited=False)
        log.append([acting.fact(done, events.PARKED, at, missing=sum(short.values()))])
    return done


def allocate(
    order: Order, need: Mapping[int, int], *, exclude: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """Plan and promise pieces of an order's lines: rows of allocations, and pieces of lines that no place has."""
    goods: dict[int, int] = {}
    lines = {line.id: line for line in order.lines}
    for line_id, count in need.items():
        variant = lines[line_id].variant_id
        if variant is not None:
            goods[variant] = goods.get(variant, 0) + count
    plan = inventory.plan(
        demand=[Demand(variant, count) for variant, count in sorted(goods.items())],
        method=order.delivery.method,
        pickup=order.delivery.location or None,
        city=order.delivery.city,
        channel=order.channel,
        exclude=tuple(exclude),
    )
    try:
        with transaction.atomic():
            holds.use([holds.Want(one.capacity_id, one.quantity) for one in plan.allocations])
    except holds.Short:
        return [], dict(need)
    left = [one.quantity for one in plan.allocations]
    rows: list[dict[str, Any]] = []
    short: dict[int, int] = {}
    for line_id, count in need.items():
        line, missing = lines[line_id], count
        for place, one in enumerate(plan.allocations):
            taken = min(left[place], missing)
            if one.variant_id == line.variant_id and taken:
                left[place] -= taken
                missing -= taken
                rows.append({**allocation_row(line.key, one, taken), "line_id": line_id})
        if missing and line.variant_id is not None:
            short[line_id] = missing
    return rows, short


def _way(one: Fulfilment) -> dict[str, str]:
    return {"parcel": str(one.uid), "kind": one.kind, "location": one.location}
