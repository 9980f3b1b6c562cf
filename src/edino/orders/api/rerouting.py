"""A store cannot fulfil what was sent to it: another place does, or a person decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from edino.inventory import api as inventory
from edino.inventory.api import correcting
from edino.inventory.types import Choice, Demand, Plan
from edino.kernel import clock, holds, ids, log
from edino.kernel.errors import Invalid
from edino.orders import events
from edino.orders.api import acting, cancelling
from edino.orders.api.acting import By
from edino.orders.api.placing import allocation_row
from edino.orders.api.reading import order as read
from edino.orders.errors import NoSuchFulfilment, TooManyPieces, WrongState
from edino.orders.queries import book, fulfilment
from edino.orders.types import Allocated, Fulfilment, Order
from edino.staff.types import Actor

NO_ROUTE = "no_route"
_TRIES = 3
_GONE = {"not_found": "missing", "sold": "missing", "damaged": "broken"}
"""Reasons of a store after which the pieces are no longer on its shelf, as corrections of stock name them."""


def reject(
    *,
    uid: UUID,
    parcel: UUID,
    reason: str,
    by: By,
    lines: Mapping[str, int] | None = None,
    key: str = "",
    cancel: bool = False,
) -> Order:
    """A store says that it cannot fulfil a parcel, or only these pieces of it (line key → pieces), and why.

    They are planned anew without that store; the rest of the parcel stays where it is. What no other place has is
    parked for a person, with the fact `order.parked`; what has found another way is told by `order.rerouted`.
    `cancel`: the customer would rather have the money than wait, so the missing pieces are cancelled instead, and
    exactly what they are worth goes back. The same again under its `key`, or of a parcel rejected already, changes
    nothing.
    """
    with transaction.atomic():
        order = acting.locked(uid)
        one = next((one for one in order.fulfilments if one.uid == parcel), None)
        if one is None:
            raise NoSuchFulfilment
        told = {"parcel": str(parcel), "lines": lines, "reason": reason, "cancel": cancel}
        if one.state == "rejected" or not acting.first_time(order, key, "reject", told):
            return order
        if one.state not in {"to_pick", "ready"}:
            raise WrongState(state=one.state)
        return _reject(order, one, _missing(order, one, lines), (reason, cancel), by=by, at=clock.now())


def _reject(
    order: Order, one: Fulfilment, missing: Mapping[int, int], how: tuple[str, bool], *, by: By, at: datetime
) -> Order:
    reason, cancel = how
    keys = {line.id: line.key for line in order.lines}
    pieces = {keys[id_]: count for id_, count in missing.items()}
    if missing == _here(order, one):
        fulfilment.move_fulfilment(one.id, "rejected", ["to_pick", "ready"], at, reason=reason)
    detail = {"location": one.location, "pieces": sum(missing.values()), "lines": pieces}
    acting.noted(order, "rejected", at, by=by, why=reason, detail=detail)
    body = {"parcel": str(one.uid), "location": one.location, "reason": reason, "lines": pieces}
    log.append([acting.fact(order, events.REJECTED, at, **body)])
    if cancel:
        done = cancelling.take_out(order, pieces, by=by, reason=reason, at=at, within={one.id})
        _write_off(order, one, missing, reason, by=by)
        return done
    given_up: list[tuple[Allocated, int]] = []
    left = dict(missing)
    for part in order.allocations:
        count = min(left.get(part.line_id, 0), part.promised) if part.fulfilment_id == one.id else 0
        if count:
            left[part.line_id] -= count
            given_up.append((part, count))
    inventory.give_up(allocations=cancelling.free(given_up))
    fulfilment.give_up([(part.id, count, False) for part, count in given_up])
    _write_off(order, one, missing, reason, by=by)
    return _plan(read(uid=order.uid), missing, by=by, at=at)


def _write_off(order: Order, one: Fulfilment, missing: Mapping[int, int], reason: str, *, by: By) -> None:
    """Correct the stock of the place by what is not there, so that nobody else is promised it; undone on its screen."""
    why = _GONE.get(reason)
    if why is None:
        return
    variants: dict[int, int] = {}
    for line in order.lines:
        if line.variant_id is not None and missing.get(line.id):
            variants[line.variant_id] = variants.get(line.variant_id, 0) + missing[line.id]
    for variant_id, count in variants.items():
        correcting.correct(
            uid=ids.uuid7(),
            variant_id=variant_id,
            location=one.location,
            quantity=-count,
            reason=why,
            by=by or Actor("orders"),
            note=order.number,
        )


def _missing(order: Order, one: Fulfilment, lines: Mapping[str, int] | None) -> dict[int, int]:
    """Pieces (by line id) that are not there: everything that is promised of the parcel, or what was said."""
    here = _here(order, one)
    if lines is None:
        return here
    known = {line.key: line.id for line in order.lines if line.id in here}
    missing: dict[int, int] = {}
    for line_key, count in lines.items():
        if line_key not in known:
            raise Invalid.field(f"lines.{line_key}", "unknown", "There is no such line in this parcel.")
        if not 0 <= count <= here[known[line_key]]:
            raise TooManyPieces
        if count:
            missing[known[line_key]] = count
    if not missing:
        raise Invalid.field("lines", "required", "Say what is not there.")
    return missing


def _here(order: Order, one: Fulfilment) -> dict[int, int]:
    """Pieces that a parcel still promises, by line id."""
    here: dict[int, int] = {}
    for part in order.allocations:
        if part.fulfilment_id == one.id and part.promised:
            here[part.line_id] = here.get(part.line_id, 0) + part.promised
    return here


def replan(*, uid: UUID, by: By, exclude: Sequence[str] = ()) -> Order:
    """Look once more for places that have what a parked order waits for."""
    with transaction.atomic():
        order = acting.locked(uid)
        if not order.parked:
            return order
        return _plan(order, _waits(order), by=by, at=clock.now(), again=exclude)


def _plan(order: Order, need: Mapping[int, int], *, by: By, at: datetime, again: Sequence[str] | None = None) -> Order:
    """Allocate what lines need (line → pieces) at other places, or park the order.

    `again`: it was looked for before, and these places are left out; that there is still none is not told once more.
    """
    attempt = max((one.attempt for one in order.fulfilments), default=0) + 1
    planned, short, why = _planned(order, need, _said_no(order) if again is None else again)
    if planned:
        fulfilment.add_allocations(planned)
        book.open_fulfilments(order.id, order.delivery, attempt, at)
    fulfilment.park(order.id, NO_ROUTE if sum(_waits(order).values()) > sum(row["quantity"] for row in planned) else "")
    done = read(uid=order.uid)
    keys = {line.id: line.key for line in order.lines}
    moved: dict[str, int] = {}
    for row in planned:
        moved[row["key"]] = moved.get(row["key"], 0) + row["quantity"]
    fresh = [one for one in done.fulfilments if one.attempt == attempt and one.state == "to_pick"]
    missing = {keys[id_]: count for id_, count in short.items()}
    if fresh:
        where = ", ".join(sorted({one.location for one in fresh}))
        detail = {"to": where, "pieces": sum(moved.values()), "lines": moved, "why": " ".join(one.text for one in why)}
        acting.noted(done, "rerouted", at, by=by, detail=detail, audited=False)
        rules = {one.location: one.rule for one in why}
        body = {"to": [_way(one) for one in fresh], "lines": moved, "rules": rules, "missing": sum(short.values())}
        log.append([acting.fact(done, events.REROUTED, at, **body)])
    if short and (again is None or moved):
        detail = {"pieces": sum(short.values()), "lines": missing}
        acting.noted(done, "parked", at, by=by, why=NO_ROUTE, detail=detail, audited=False)
        body = {"missing": sum(short.values()), "lines": missing, "elsewhere": sum(moved.values())}
        log.append([acting.fact(done, events.PARKED, at, **body)])
    return done


def _waits(order: Order) -> dict[int, int]:
    """Pieces of lines that no place has promised, by line id."""
    waits = {
        line.id: line.quantity
        - line.cancelled
        - sum(part.quantity - part.given_up for part in order.allocations if part.line_id == line.id)
        for line in order.lines
        if line.variant_id is not None
    }
    return {id_: count for id_, count in waits.items() if count > 0}


def _said_no(order: Order) -> list[str]:
    """Places that have said that something of this order is not there: not asked again, whatever the book says."""
    told = {str(one.detail.get("location", "")) for one in book.history(order.id) if one.what == "rejected"}
    return sorted(told | {one.location for one in order.fulfilments if one.state == "rejected"} - {""})


def allocate(
    order: Order, need: Mapping[int, int], *, exclude: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """Plan and promise pieces of an order's lines: rows of allocations, and pieces of lines that no place has."""
    rows, short, _why = _planned(order, need, exclude)
    return rows, short


def _planned(
    order: Order, need: Mapping[int, int], exclude: Sequence[str]
) -> tuple[list[dict[str, Any]], dict[int, int], list[Choice]]:
    """The same with the reasons of sourcing."""
    goods: dict[int, int] = {}
    lines = {line.id: line for line in order.lines}
    for line_id, count in need.items():
        variant = lines[line_id].variant_id
        if variant is not None:
            goods[variant] = goods.get(variant, 0) + count
    plan = _taken(order, goods, exclude)
    if plan is None:
        return [], dict(need), []
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
    why = [one for one in plan.why if one.location and one.rule != "exclude"]
    return rows, short, why


def _taken(order: Order, goods: Mapping[int, int], exclude: Sequence[str]) -> Plan | None:
    """A plan whose goods and parcels of the day are taken in one step; None when others were faster again and again."""
    for _ in range(_TRIES):
        plan = inventory.plan(
            demand=[Demand(variant, count) for variant, count in sorted(goods.items())],
            method=order.delivery.method,
            pickup=order.delivery.location or None,
            city=order.delivery.city,
            channel=order.channel,
            exclude=tuple(exclude),
        )
        wants = [holds.Want(one.capacity_id, one.quantity) for one in plan.allocations]
        try:
            with transaction.atomic():
                holds.use([*wants, *(holds.Want(day, 1) for day in plan.parcels)])
        except holds.Short:
            continue  # what was free is not any more: the next plan knows
        if plan.parcels:
            fulfilment.promise_more(order.id, [(day, 1, "parcel") for day in plan.parcels])
        return plan
    return None


def _way(one: Fulfilment) -> dict[str, str]:
    return {"parcel": str(one.uid), "kind": one.kind, "location": one.location}
