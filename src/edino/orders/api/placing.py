"""An order comes into being: drafted by the checkout, placed or dropped."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from edino.kernel import clock, log
from edino.orders import events
from edino.orders.api import acting, fiscal, leaving, paying
from edino.orders.api.acting import By
from edino.orders.api.reading import order as read
from edino.orders.errors import WrongState, WrongSums
from edino.orders.queries import book
from edino.orders.rules import codes, facts
from edino.orders.types import Fresh, Line, LineInput, Order, OrderInput


def draft(*, order: OrderInput) -> UUID:
    """Write an order that is not promised to anybody yet: its uid, or that of its cart's order that was not dropped.

    In the caller's transaction. `WrongSums` names the line whose numbers do not add up.
    """
    if book.draft(order, allocated(order), sums_of(order), clock.now()):
        return order.uid
    known = book.uid_of_cart(order.cart_uid) if order.cart_uid else None
    return read(uid=known or order.uid).uid


def place(*, uid: UUID, at: datetime | None = None, by: By = None) -> Order:
    """Promise a drafted order: its fulfilments, its pickup code, its facts. Placed already: as it is.

    The caller has converted the order's holds in this transaction. Goods carried out at once leave at once.
    """
    now = at or clock.now()
    found = book.place(uid, now, codes.new())
    if found is None:
        known = read(uid=uid)
        if known.state in {"draft", "dropped"}:
            raise WrongState(state=known.state)
        return known
    order_id, delivery = found
    book.open_fulfilments(order_id, delivery, 1, now)
    placed = read(uid=uid)
    book.add_history(order_id, now, "placed", by=acting.name(by), detail={"total": placed.total})
    log.append([acting.fact(placed, events.PLACED, now, method=placed.delivery.method), completed(placed, now)])
    if any(one.kind == "carry_out" for one in placed.fulfilments):
        return leaving.carry_out(placed, by=by, at=now)
    fiscal.prepaid(placed, paying.captured_by_tender(placed), now, key="placed")
    return placed


def drop_draft(*, uid: UUID, reason: str = "") -> None:
    """Give a draft up: nothing was promised. Dropped already: nothing; placed: `WrongState`."""
    now = clock.now()
    order_id = book.drop(uid, now)
    if order_id is None:
        state = read(uid=uid).state
        if state != "dropped":
            raise WrongState(state=state)
        return
    book.add_history(order_id, now, "dropped", why=reason)


def sums_of(order: OrderInput) -> Mapping[str, int]:
    """The sums of an order; `WrongSums` names the line whose numbers do not add up."""
    if not order.lines:
        raise WrongSums.field("lines", "required", "An order has at least one line.")
    for place_, line in enumerate(order.lines):
        shares = sum(one.amount for one in line.shares)
        right = line.gross == line.unit * line.quantity and line.net == line.gross - line.discount
        if not right or line.net < 0 or line.quantity <= 0 or (line.shares and shares != line.discount):
            raise WrongSums.field(f"lines[{place_}]", "sums", "The sums of the lines do not add up.")
    subtotal = sum(line.gross for line in order.lines)
    discount = sum(line.discount for line in order.lines)
    delivery_net = order.delivery.amount - order.delivery.discount
    if delivery_net < 0:
        raise WrongSums.field("delivery.discount", "sums", "The sums of the lines do not add up.")
    total = subtotal - discount + delivery_net
    return {"subtotal": subtotal, "discount": discount, "delivery_net": delivery_net, "total": total}


def allocated(order: OrderInput) -> Sequence[Mapping[str, Any]]:
    """Allocations by line: a plan knows goods, a line takes from it what it needs, in order."""
    left = [one.quantity for one in order.allocations]
    rows = []
    for line in order.lines:
        need = line.quantity
        for place_, one in enumerate(order.allocations):
            taken = min(left[place_], need)
            if one.variant_id == line.variant_id and taken:
                left[place_] -= taken
                need -= taken
                rows.append(allocation_row(line.key, one, taken))
    if any(left):
        raise WrongSums.field("allocations", "too_many", "More goods were allocated than were ordered.")
    return rows


def allocation_row(key: str, one: Any, quantity: int) -> dict[str, Any]:
    """An allocation of the plan as a row of a line."""
    return {
        "key": key,
        "variant_id": one.variant_id,
        "location_id": one.location_id,
        "capacity_id": one.capacity_id,
        "quantity": quantity,
        "fulfilled_from": one.fulfilled_from,
    }


def products(lines: Sequence[Line | LineInput]) -> list[facts.Product]:
    """Lines as products of a commerce fact."""
    return [(place_, one.sku, one.name, one.quantity, one.net) for place_, one in enumerate(lines, 1)]


def completed(order: Order | Fresh, at: datetime) -> log.Fact:
    """The fact by which the timeline knows of an order."""
    body = facts.commerce(
        number=order.number,
        total=order.total,
        currency=order.currency,
        products=products(order.lines),
        location=order.delivery.location,
    )
    return log.Fact(events.COMPLETED, "fact", at, msgspec.Raw(body), order.contact.profile_id, order.source_id)
