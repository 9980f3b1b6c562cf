"""Goods on their way: picked, shipped, arrived, handed over."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from edino.inventory import api as inventory
from edino.kernel import clock, log
from edino.kernel.errors import Invalid
from edino.orders import events
from edino.orders.api import acting, cancelling, fiscal, paying
from edino.orders.api.acting import By
from edino.orders.api.reading import order as read
from edino.orders.errors import CodeLocked, NoSuchFulfilment, NotExact, NotPaid, TooManyPieces, WrongCode, WrongState
from edino.orders.queries import book, fulfilment
from edino.orders.rules import codes, facts, shares
from edino.orders.types import Allocated, Fulfilment, Line, Order, Paid
from edino.staff.types import Person

_WAITS = {
    "pickup": ("to_pick", "ready"),
    "carry_out": ("to_pick", "ready"),
    "transfer": ("arrived",),
    "delivery": (),
    "ship_from_store": (),
}
"""From which states goods of a kind may be handed over the counter."""
SENT = ("shipped", "coming_back")
"""States of a parcel that is somewhere between the house and the customer."""


def ready(*, uid: UUID, by: By, parcel: UUID | None = None, location: str = "") -> Order:
    """Goods are picked (all that wait at a location, or one parcel). Picked already: nothing changes."""
    with transaction.atomic():
        order = acting.locked(uid)
        at = clock.now()
        moved = [
            one
            for one in _chosen(order, parcel, location)
            if fulfilment.move_fulfilment(one.id, "ready", ["to_pick"], at)
        ]
        for one in moved:
            acting.noted(order, "ready", at, by=by, detail={"location": one.location})
            body = {"parcel": str(one.uid), "kind": one.kind, "location": one.location}
            log.append([acting.fact(order, events.READY, at, **body)])
        if not moved and not any(one.state == "ready" for one in _chosen(order, parcel, location)):
            raise WrongState(state=order.state)
        return read(uid=uid) if moved else order


def ship(
    *, uid: UUID, by: By, parcel: UUID | None = None, location: str = "", carrier: str = "", tracking: str = ""
) -> Order:
    """Goods leave for the customer, or for the place of pickup. Shipped already: nothing changes."""
    with transaction.atomic():
        order = acting.locked(uid)
        at = clock.now()
        chosen = [
            one
            for one in _chosen(order, parcel, location)
            if one.kind in {"delivery", "ship_from_store", "transfer"} and one.state not in {"rejected", "cancelled"}
        ]
        going = [one for one in chosen if one.state in {"to_pick", "ready"}]
        if not going:
            if chosen:
                return order
            raise WrongState(state=order.state)
        for one in going:
            fulfilment.move_fulfilment(one.id, "shipped", ["to_pick", "ready"], at, carrier=carrier, tracking=tracking)
            parts = [part for part in order.allocations if part.fulfilment_id == one.id and part.promised]
            leave(order, one, {part.id: part.promised for part in parts}, at, "shipped")
            if one.kind != "transfer":
                sent = _count(parts, {part.id: part.promised for part in parts})
                given = [(line, sent[line.id], _worth(line, sent[line.id])) for line in order.lines if line.id in sent]
                if order.outstanding <= 0:
                    fiscal.handed_out(order, given, {}, at, key=str(one.id))
            detail = {"location": one.location, "carrier": carrier, "tracking": tracking, "to": one.pickup_location}
            acting.noted(order, "shipped", at, by=by, detail=detail)
            log.append([acting.fact(order, events.SHIPPED, at, parcel=str(one.uid), kind=one.kind, **detail)])
        fulfilment.settle_order({order.id: 0}, at)
        return read(uid=uid)


def arrive(*, uid: UUID, by: By, parcel: UUID | None = None, location: str = "") -> Order:
    """Goods sent from another location are at the place of pickup, and wait there for the customer."""
    with transaction.atomic():
        order = acting.locked(uid)
        at = clock.now()
        chosen = [one for one in _chosen(order, parcel, "") if one.kind == "transfer"]
        chosen = [one for one in chosen if not location or one.pickup_location == location]
        moved = [one for one in chosen if fulfilment.move_fulfilment(one.id, "arrived", ["shipped"], at)]
        if not moved and not any(one.state == "arrived" for one in chosen):
            raise WrongState(state=order.state)
        for one in moved:
            acting.noted(order, "arrived", at, by=by, detail={"location": one.pickup_location})
            log.append([acting.fact(order, events.ARRIVED, at, parcel=str(one.uid), location=one.pickup_location)])
        return read(uid=uid)


def check_code(*, uid: UUID, code: str) -> None:
    """Compare a pickup code in constant time; `WrongCode` is counted, and after five of them `CodeLocked`.

    In a transaction of its own, so that the count stays when the caller refuses.
    """
    with transaction.atomic():
        order = acting.locked(uid)
        tries = book.code_tries(order.id)
        right = hmac.compare_digest(order.pickup_code.encode(), codes.plain(code).encode())
        if tries < codes.TRIES and not right:
            book.wrong_code(order.id)
    if tries >= codes.TRIES:
        raise CodeLocked
    if not right:
        raise WrongCode


def hand_over(
    *,
    uid: UUID,
    by: By,
    code: str = "",
    location: str = "",
    parcel: UUID | None = None,
    lines: Mapping[str, int] | None = None,
    without_code: bool = False,
    tender: str = "",
    tenders: Sequence[Paid] = (),
) -> Order:
    """The customer takes the goods: `lines` (line key → pieces) when not all, and what is refused is cancelled.

    Needs the pickup code unless a person may do without (`without_code`). What is still to be paid is taken now by
    `tender`, or in parts by `tenders` that sum up to it exactly (`NotExact`); `NotPaid` when neither is said. Handed
    over already: nothing changes, but what is still to be paid is taken: a courier brings the money of a delivery, so
    that the goods are with the customer.
    """
    order = read(uid=uid)
    if order.pickup_code and not without_code:
        check_code(uid=uid, code=code)
    with transaction.atomic():
        order = acting.locked(uid)
        chosen = [
            one
            for one in _chosen(order, parcel, "")
            if one.state in _WAITS[one.kind] and location in {"", one.location, one.pickup_location}
        ]
        if not chosen:
            if order.state in {"closed", "fulfilled"} and lines is None:
                return brought(order, tender, tenders, by=by)
            raise WrongState(state=order.state)
        return _hand_over(order, chosen, lines, by=by, how=(tender, tenders), at=clock.now())


def brought(order: Order, tender: str, tenders: Sequence[Paid], *, by: By, parcel: UUID | None = None) -> Order:
    """What the courier was paid at the door of a locked order is taken, and what he carried (`parcel`) was received."""
    at = clock.now()
    paid = bool(tender or tenders) and order.outstanding > 0
    sent = [one for one in _chosen(order, parcel, "") if one.state in SENT and one.kind != "transfer"]
    if not sent and not paid:
        return order
    if paid or parcel is not None:
        _received(order, sent, by, at)
    if paid:
        order = read(uid=order.uid)
        amount = order.outstanding
        here = next((at_the_door(order, one) for one in order.fulfilments if one.uid == parcel), amount)
        if not tenders or sum(one.amount for one in tenders) != amount:
            amount = here
        if amount:
            paying.take(order, tenders or [Paid(tender, amount)], at, amount=amount, at_counter=False)
    return read(uid=order.uid)


def at_the_door(order: Order, one: Fulfilment) -> int:
    """What is to be paid for a parcel at the door: all that is still to be paid, but what other parcels will bring.

    So the first brings the price of the delivery with it, the last whatever is left, and together they bring all.
    """
    mine = {one.id, *(other.id for other in order.fulfilments if other.state in {"delivered", "handed_over"})}
    others = 0
    for line in order.lines:
        here = sum(
            part.quantity - part.given_up
            for part in order.allocations
            if part.line_id == line.id and part.fulfilment_id in mine
        )
        count = min(max(0, line.quantity - line.cancelled - here), line.standing)
        others += shares.part(line.net, line.less, line.standing, count) if count else 0
    return max(0, order.outstanding - others)


def _received(order: Order, sent: Sequence[Fulfilment], by: By, at: datetime) -> None:
    """The customer has what was sent."""
    given: list[tuple[Line, int, int]] = []
    for one in sent:
        fulfilment.move_fulfilment(one.id, "delivered", SENT, at)
        pieces = pieces_sent(order, one)
        acting.noted(order, "delivered", at, by=by, detail={"location": one.location, "pieces": sum(pieces.values())})
        log.append([acting.fact(order, events.BROUGHT, at, parcel=str(one.uid), location=one.location)])
        for line in order.lines:
            if count := pieces.get(line.id):
                before = line.cancelled + line.fulfilled - count
                given.append((line, count, shares.worth(line.net, line.quantity, before, count)))
    fulfilment.settle_order({order.id: 0}, at)
    if given:
        log.append([_delivered(order, given, at)])


def pieces_sent(order: Order, one: Fulfilment) -> dict[int, int]:
    """Pieces of lines (by id) that left in a parcel and are not back."""
    found: dict[int, int] = {}
    for part in order.allocations:
        if part.fulfilment_id == one.id and part.gone:
            found[part.line_id] = found.get(part.line_id, 0) + part.gone
    return found


def carry_out(order: Order, *, by: By, at: datetime) -> Order:
    """Goods that are carried out when they are bought."""
    chosen = [one for one in order.fulfilments if one.kind == "carry_out" and one.state == "to_pick"]
    return _give(order, chosen, by, at, paid_now=paying.captured_by_tender(order))


def _hand_over(
    order: Order,
    chosen: Sequence[Fulfilment],
    lines: Mapping[str, int] | None,
    *,
    by: By,
    how: tuple[str, Sequence[Paid]],
    at: datetime,
) -> Order:
    tender, tenders = how
    if lines is not None:
        order = _refused(order, chosen, lines, by)
    if order.outstanding > 0:
        if not tender and not tenders:
            raise NotPaid
        before = paying.captured_by_tender(order)
        paying.take_rest(order, tenders or [Paid(tender, order.outstanding)], at)
        order = read(uid=order.uid)
        after = paying.captured_by_tender(order)
        now = {one: amount - before.get(one, 0) for one, amount in after.items()}
        return _give(order, chosen, by, at, paid_now=now)
    if tenders:
        raise NotExact
    return _give(order, chosen, by, at, paid_now={})


def _refused(order: Order, chosen: Sequence[Fulfilment], lines: Mapping[str, int], by: By) -> Order:
    """Cancel what the customer does not take of these parcels."""
    here = _pieces(order, chosen)
    if unknown := set(lines) - {line.key for line in order.lines if line.id in here}:
        raise Invalid.field(f"lines.{min(unknown)}", "unknown", "There is no such line in what waits here.")
    left: dict[str, int] = {}
    for line in order.lines:
        count = here.get(line.id, 0)
        taken = lines.get(line.key, 0)
        if not 0 <= taken <= count:
            raise TooManyPieces
        if count > taken:
            left[line.key] = count - taken
    if not left:
        return order
    return cancelling.take_out(order, left, by=by, reason="refused", at=clock.now(), within={one.id for one in chosen})


def _give(order: Order, chosen: Sequence[Fulfilment], by: By, at: datetime, *, paid_now: Mapping[str, int]) -> Order:
    given: list[tuple[Line, int]] = []
    for one in chosen:
        parts = [part for part in order.allocations if part.fulfilment_id == one.id]
        pieces = {part.id: part.gone if one.kind == "transfer" else part.promised for part in parts}
        if not fulfilment.move_fulfilment(one.id, "handed_over", ["to_pick", "ready", "arrived"], at):
            continue
        if one.kind != "transfer":
            leave(order, one, pieces, at, "sold")
        for id_, count in _count(parts, pieces).items():
            given += [(line, count) for line in order.lines if line.id == id_]
        where = one.pickup_location or one.location
        place = one.location_id if one.kind != "transfer" else None
        fulfilment.add_credit(
            order_id=order.id,
            role="handed",
            location_id=place,
            staff_id=by.id if isinstance(by, Person) else None,
            name=acting.name(by),
            amount=sum(_worth(*one) for one in given),
            at=at,
        )
        acting.noted(order, "handed_over", at, by=by, detail={"location": where, "pieces": sum(pieces.values())})
        log.append([acting.fact(order, events.HANDED_OVER, at, parcel=str(one.uid), location=where)])
    fulfilment.settle_order({order.id: 0}, at)
    done = read(uid=order.uid)
    if given:
        log.append([_delivered(done, [(*one, _worth(*one)) for one in given], at)])
        key = "+".join(str(one.id) for one in chosen)
        fiscal.handed_out(order, [(*one, _worth(*one)) for one in given], paid_now, at, key=key)
    return done


def leave(order: Order, one: Fulfilment, pieces: Mapping[int, int], at: datetime, kind: str) -> None:
    """Goods of allocations leave their location: in the stock's ledger and on the allocation."""
    goods: dict[int, int] = {}
    for part in order.allocations:
        if pieces.get(part.id):
            goods[part.variant_id] = goods.get(part.variant_id, 0) + pieces[part.id]
    if not goods:
        return
    inventory.leave(
        order_uid=order.uid,
        location_id=one.location_id,
        lines=sorted(goods.items()),
        at=at,
        key=str(one.uid),
        kind=kind,
    )
    fulfilment.goods_left({id_: count for id_, count in pieces.items() if count})


def _count(parts: Sequence[Allocated], pieces: Mapping[int, int]) -> dict[int, int]:
    """Count what was handed out on the lines; pieces by line."""
    by_line: dict[int, int] = {}
    for part in parts:
        if pieces.get(part.id):
            by_line[part.line_id] = by_line.get(part.line_id, 0) + pieces[part.id]
    if by_line:
        fulfilment.count_lines({id_: (0, count, 0, 0) for id_, count in by_line.items()})
    return by_line


def _pieces(order: Order, chosen: Sequence[Fulfilment]) -> dict[int, int]:
    """How many pieces of each line wait in these parcels."""
    kinds = {one.id: one.kind for one in chosen}
    found: dict[int, int] = {}
    for part in order.allocations:
        if part.fulfilment_id in kinds:
            count = part.gone if kinds[part.fulfilment_id] == "transfer" else part.promised
            found[part.line_id] = found.get(part.line_id, 0) + count
    return found


def _chosen(order: Order, parcel: UUID | None, location: str) -> list[Fulfilment]:
    chosen = [
        one
        for one in order.fulfilments
        if (parcel is None or one.uid == parcel) and (not location or one.location == location)
    ]
    if not chosen:
        raise NoSuchFulfilment
    return chosen


def _worth(line: Line, count: int) -> int:
    """What pieces are worth that are handed out after others were."""
    return shares.worth(line.net, line.quantity, line.cancelled + line.fulfilled, count)


def _delivered(order: Order, given: Sequence[tuple[Line, int, int]], at: datetime) -> log.Fact:
    products = [(place, line.sku, line.name, count, worth) for place, (line, count, worth) in enumerate(given, 1)]
    body = facts.commerce(
        number=order.number, total=sum(one[4] for one in products), currency=order.currency, products=products
    )
    return log.Fact(events.DELIVERED, "fact", at, msgspec.Raw(body), order.contact.profile_id, order.source_id)
