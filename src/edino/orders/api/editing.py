"""Changing an order that was placed: what was promised keeps its price, what is added is priced today."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from edino.kernel import clock, holds, log
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried
from edino.orders import events
from edino.orders.api import acting, cancelling, pricing, rerouting
from edino.orders.api.acting import By
from edino.orders.api.reading import order as read
from edino.orders.errors import NothingChanges, WrongState
from edino.orders.queries import book, fulfilment
from edino.orders.types import Order


def edit(
    *,
    uid: UUID,
    by: By,
    quantities: Mapping[str, int] | None = None,
    add: Sequence[tuple[str, int]] = (),
    reason: str = "",
    key: str = "",
) -> Order:
    """Change the pieces of lines (line key → pieces, at most what it has) and add (SKU, pieces).

    Frozen promotions stay: fewer pieces are worth their share of the line, whatever the rest would earn today. Added
    goods are lines of their own at today's prices and promotions; `Short` when no place has them. What is too much
    goes back, what is missing is asked for. The history says what the order came to before and after.
    """
    return retried(lambda: _edit(uid, dict(quantities or {}), add, (by, reason, key)))


def _edit(uid: UUID, quantities: Mapping[str, int], add: Sequence[tuple[str, int]], who: tuple[By, str, str]) -> Order:
    by, reason, key = who
    order = acting.locked(uid)
    if not acting.first_time(order, key, "edit", {"quantities": quantities, "add": add, "reason": reason}):
        return order
    if order.state not in {"placed", "part_fulfilled"}:
        raise WrongState(state=order.state)
    before = order.due
    known = {line.key: line for line in order.lines}
    out: dict[str, int] = {}
    for line_key, count in quantities.items():
        line = known.get(line_key)
        if line is None:
            raise Invalid.field(f"quantities.{line_key}", "unknown", "There is no such line in this order.")
        has = line.quantity - line.cancelled
        if not 0 <= count <= has:
            raise Invalid.field(f"quantities.{line_key}", "range", "More pieces are added as a line of their own.")
        if count < has:
            out[line_key] = has - count
    if not out and not add:
        raise NothingChanges
    at = clock.now()
    if add:
        _add(order, add)
        order = read(uid=uid)
    if out:
        order = cancelling.take_out(order, out, by=None, reason=reason, at=at, what="lines taken out")
    fulfilment.settle_order({order.id: 0}, at)
    done = read(uid=uid)
    detail = {"before": before, "after": done.due, "difference": done.due - before}
    acting.noted(done, "edited", at, by=by, why=reason, detail=detail)
    log.append([acting.fact(done, events.EDITED, at, **detail)])
    return done


def _add(order: Order, add: Sequence[tuple[str, int]]) -> None:
    if any(count <= 0 for _, count in add):
        raise Invalid.field("add", "range", "The quantity is above zero.")
    fresh = pricing.lines(order, add, field="add")
    ids = fulfilment.add_lines(order.id, fresh)
    gross, discount = sum(line.gross for line in fresh), sum(line.discount for line in fresh)
    fulfilment.grow(order.id, gross=gross, discount=discount, net=gross - discount)
    grown = read(uid=order.uid)
    need = {ids[line.key]: line.quantity for line in fresh}
    rows, short = rerouting.allocate(grown, need)
    if short:
        raise holds.Short([])
    fulfilment.add_allocations(rows)
    attempt = max((one.attempt for one in order.fulfilments), default=0) + 1
    book.open_fulfilments(order.id, order.delivery, attempt, clock.now())
