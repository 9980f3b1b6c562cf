"""Settling returns: money back by tender, an exchange held and carried over, a coupon for the trouble."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from edino.catalogue import api as catalogue
from edino.inventory import api as inventory
from edino.inventory.types import Demand
from edino.kernel import clock, holds, ids, log
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried
from edino.orders import events
from edino.orders.api import acting, paying, placing, pricing, refunding, returning
from edino.orders.api.acting import By
from edino.orders.api.reading import order as read
from edino.orders.errors import NeedsCustomer, WrongState
from edino.orders.queries import book, fulfilment, receipts
from edino.orders.queries import returns as queries
from edino.orders.rules import facts, shares
from edino.orders.types import (
    AllocationInput,
    Contact,
    Credit,
    Delivery,
    ExchangeLine,
    Line,
    LineInput,
    Order,
    OrderInput,
    Return,
    Settlement,
    Want,
)
from edino.promotions import api as promotions
from edino.promotions.api.giftcards import gift_card_code
from edino.staff import api as staff
from edino.staff.types import Person

HELD: Final = timedelta(hours=72)
"""How long goods of an exchange wait for what is given back."""


def exchange(
    *,
    uid: UUID,
    lines: Sequence[ExchangeLine],
    by: By,
    method: str = "carry",
    location: str = "",
    contact: Contact | None = None,
    until: datetime | None = None,
) -> Order:
    """Choose what the customer takes instead: a drafted order, linked, whose goods are held at once.

    `location`: where he takes them, wherever they come from (`method` pickup lets another store send them). `Short`
    when no place has them. The same chosen already: that order, held again for the whole time if it still can be. Else
    what was chosen before is let go.
    """
    return retried(lambda: _exchange(uid, lines, by, (method, location, contact, until)))


def no_exchange(*, uid: UUID, by: By) -> Return:
    """The customer takes nothing instead after all: what was held for him is let go. Once settled: `WrongState`."""

    def work() -> Return:
        found = returning.locked(uid)
        if found.state not in returning.OPEN:
            raise WrongState(state=found.state)
        returning.let_go(found)
        return returning.get_return(uid=uid)

    return retried(work)


def settle(*, uid: UUID, by: By, to: refunding.To = "original") -> Return:
    """Give back what the returned goods are worth, once: by tender, or to a gift card.

    Chosen goods of an exchange are promised and their order is placed; the worth is carried over to it, and only the
    difference moves. The code of a gift card stands in `settlement["gift_card"]` of this answer alone.
    """
    return retried(lambda: _settle(uid, by, to))


def foreseen(*, back: Return, to: refunding.To = "original") -> Settlement:
    """What settling a return would give back as things are now; nothing is written. Once settled: `WrongState`."""
    if back.state not in returning.OPEN:
        raise WrongState(state=back.state)
    orders = _in_order(back)
    instead = read(uid=back.exchange_uid) if back.exchange_uid else None
    fresh = instead if instead is not None and instead.state == "draft" else None
    parts = _parts(back, orders, fresh.total if fresh else 0)
    tenders = Counter[str]()
    for one in parts:
        if one.order is None:
            tenders["gift_card"] += one.amount - one.over
        else:
            for part in refunding.planned(one.order, amount=one.amount, to=to, carried=one.over):
                tenders[part.tender] += part.amount
    tenders["exchange"] = 0
    carried = sum(one.over for one in parts)
    return Settlement(
        worth=sum(one.worth for one in parts),
        refunded=sum(one.amount for one in parts) - carried,
        carried=carried,
        to_pay=max(0, fresh.total - carried) if fresh else 0,
        tenders={tender: amount for tender, amount in sorted(tenders.items()) if amount},
    )


def gift_card_codes(*, back: Return) -> list[str]:
    """The codes of the gift cards that a settled return went to: made again, since they are stored nowhere."""
    seeds = [("return", str(back.uid), str(order.uid)) for order in _in_order(back)]
    known = [gift_card_code(seed=":".join(seed)) for seed in [*seeds, ("return", str(back.uid))]]
    endings = {str(one)[-4:] for one in back.settlement.get("gift_card", ())}
    return [code for code in known if code[-4:] in endings]


def compensate(*, uid: UUID, promotion: str, by: By, reason: str) -> str:
    """Give the customer of a return a coupon for the trouble, once, under the promotion's budget; its code."""
    return retried(lambda: _compensate(uid, promotion, by, reason))


def compensations(*, back: Return) -> list[tuple[str, str]]:
    """Promotions (code, name) out of which a coupon may be given for this return; none when one was given already."""
    if back.compensation or back.profile_id is None:
        return []
    known = [one for one in promotions.promotions() if one.state == "active"]
    return [(one.code, one.definition.name) for one in known if one.definition.issue_budget is not None]


def _exchange(
    uid: UUID,
    lines: Sequence[ExchangeLine],
    by: By,
    how: tuple[str, str, Contact | None, datetime | None],
) -> Order:
    method, location, contact, until = how
    found = returning.locked(uid)
    before = read(uid=found.exchange_uid) if found.exchange_uid is not None else None
    if before is not None and before.state not in {"draft", "dropped"}:
        return before
    if found.state not in returning.OPEN:
        raise WrongState(state=found.state)
    if before is not None and _held_again(before, lines, delivery=(method, location), until=until):
        return before
    returning.let_go(found)
    if not lines or any(one.quantity <= 0 for one in lines):
        raise Invalid.field("lines", "required", "Say what the customer takes instead.")
    first = _first_order(found)
    if first is None:
        raise Invalid.field("lines", "nothing_sold", "An exchange needs something that was sold.")
    base = first
    wanted = [(one.sku, one.quantity) for one in lines]
    made = _kept_prices(found, pricing.lines(base, wanted, field="lines"), base)
    delivery = Delivery(method="pickup" if method == "pickup" else "carry", location=location, city=base.delivery.city)
    plan = inventory.plan(
        demand=[Demand(line.variant_id or 0, line.quantity) for line in made],
        method=delivery.method,
        pickup=location or None,
        city=delivery.city,
        channel=base.channel,
    )
    if plan.short:
        raise holds.Short([])
    new = OrderInput(
        uid=ids.uuid7(),
        source_id=base.source_id or 0,
        channel=base.channel,
        currency=found.currency,
        lines=tuple(made),
        assortment=base.assortment,
        contact=contact or replace(base.contact, profile_id=found.profile_id),
        delivery=delivery,
        allocations=tuple(
            AllocationInput(one.variant_id, one.location_id, one.quantity, one.capacity_id, one.fulfilled_from)
            for one in plan.allocations
        ),
        wants=tuple(Want(one.capacity_id, one.quantity, "stock") for one in plan.allocations),
        credits=_served(found, by),
        location=location,
        exchange_of=found.uid,
    )
    wants = [holds.Want(one.capacity_id, one.quantity) for one in new.wants]
    holds.hold(holds.Owner("order", new.uid), wants, until=until or clock.now() + HELD)
    order = read(uid=placing.draft(order=new))
    # Who exchanges comes to where the goods lie, so that store expects what comes back, too.
    expected = inventory.location(code=location).id if location and found.location_id is None else None
    queries.move(found.id, found.state, clock.now(), exchange_uid=order.uid, location_id=expected)
    returning.note(found, "return exchange chosen", clock.now(), by)
    return order


def _held_again(
    before: Order, lines: Sequence[ExchangeLine], *, delivery: tuple[str, str], until: datetime | None
) -> bool:
    """Whether this was chosen before, and its goods are still to be had where they were."""
    wanted, chosen = Counter[str](), Counter[str]()
    for one in lines:
        wanted[one.sku] += one.quantity
    for line in before.lines:
        chosen[line.sku] += line.quantity
    if before.state != "draft" or wanted != chosen or (before.delivery.method, before.delivery.location) != delivery:
        return False
    wants = [holds.Want(one.capacity_id, one.quantity) for one in before.wants]
    try:
        holds.hold(holds.Owner("order", before.uid), wants, until=until or clock.now() + HELD)
    except holds.Short:
        return False
    return True


def _kept_prices(found: Return, made: Sequence[LineInput], base: Order) -> list[LineInput]:
    """Another size of the same goods at the same catalogue price keeps the net price of what is given back."""
    sold = fulfilment.lock_lines(sorted({line.sold_line_id for line in found.lines if line.sold_line_id}))
    language = base.contact.language or "en"
    back = [line for line in found.lines if line.sold_line_id in sold and line.variant_id is not None]
    skus = sorted({line.sku for line in back} | {line.sku for line in made})
    products = {sku: one.product_id for sku, one in catalogue.variants_by_sku(skus=skus, language=language).items()}
    pool = [(products.get(one.sku), sold[one.sold_line_id or 0].unit, one) for one in back]
    kept = []
    for line in made:
        same = next(
            (
                one
                for product, unit, one in pool
                if product is not None
                and product == products.get(line.sku)
                and unit == line.unit
                and one.quantity == line.quantity
            ),
            None,
        )
        if same is None:
            kept.append(line)
            continue
        pool = [entry for entry in pool if entry[2] is not same]
        net = min(same.amount, line.gross)
        kept.append(replace(line, net=net, discount=line.gross - net, shares=()))
    return kept


def _settle(uid: UUID, by: By, to: refunding.To) -> Return:
    found = returning.locked(uid)
    if found.state == "settled":
        return found
    if found.state != "inspected":
        raise WrongState(state=found.state)
    at = clock.now()
    cause = ("return", str(found.uid))
    orders = _orders(found)
    fresh = _held_exchange(found)
    parts = _parts(found, orders, fresh.total if fresh else 0)
    codes: list[str] = []
    for one in parts:
        if one.order is None:
            code = _pay_loose(found, one.amount - one.over, one.over, at)
        else:
            order = one.order
            code = refunding.give_back(
                order, amount=one.amount, cause=cause, at=at, to=to, carried=one.over, pieces=_pieces(order, found)
            )
            fulfilment.settle_order({order.id: one.worth}, at)
            promotions.unredeem(order_uid=order.uid, lines=_units(order, found))
            log.append([_told(order, found, at)])
        codes += [code] if code else []
    worth, carried = sum(one.worth for one in parts), sum(one.over for one in parts)
    refunded = sum(one.amount for one in parts) - carried
    to_pay = _place(fresh, carried, by, at) if fresh else 0
    settlement = {
        "worth": worth,
        "refunded": refunded,
        "carried": carried,
        "to_pay": to_pay,
        "tenders": _tenders(cause),
        "gift_card": [f"…{one[-4:]}" for one in codes],
    }
    queries.move(found.id, "settled", at, settlement=settlement, worth=worth)
    returning.note(found, events.RETURN_SETTLED, at, by)
    done = returning.get_return(uid=uid)
    log.append([returning.fact(done, events.RETURN_SETTLED, at, refunded=refunded, carried=carried, to_pay=to_pay)])
    return replace(done, settlement={**done.settlement, "gift_card": codes})


class _Part(NamedTuple):
    """What comes of a return for one order (None: of goods that nothing proves): `over` goes to an exchange."""

    order: Order | None
    worth: int
    amount: int
    over: int


def _parts(found: Return, orders: Sequence[Order], left: int) -> list[_Part]:
    """What goes back, order by order; up to `left` of it is carried over to an exchange."""
    worth: dict[UUID | None, int] = defaultdict(int)
    for line in found.lines:
        worth[line.order_uid if line.sold_line_id is not None else None] += line.amount
    parts = []
    for order in (*orders, None):
        value = worth[order.uid if order else None]
        amount = shares.too_much(order.paid, order.due - value) if order else value
        over = min(amount, left)
        left -= over
        if order or value:
            parts.append(_Part(order, value, amount, over))
    return parts


def _orders(found: Return) -> list[Order]:
    """The orders of a return, locked in the order of their ids."""
    book.lock(_uids(found))
    return _in_order(found)


def _in_order(found: Return) -> list[Order]:
    return sorted((read(uid=uid) for uid in _uids(found)), key=lambda order: order.id)


def _uids(found: Return) -> list[UUID]:
    return sorted({line.order_uid for line in found.lines if line.order_uid is not None})


def _pieces(order: Order, found: Return) -> list[tuple[Line, int, int]]:
    lines = {line.id: line for line in order.lines}
    return [(lines[one.sold_line_id], one.quantity, one.amount) for one in found.lines if one.sold_line_id in lines]


def _units(order: Order, found: Return) -> dict[str, int]:
    """Pieces of the order that come back, by line key."""
    keys = {line.id: line.key for line in order.lines}
    units: dict[str, int] = defaultdict(int)
    for line in found.lines:
        if line.sold_line_id in keys:
            units[keys[line.sold_line_id]] += line.quantity
    return units


def _held_exchange(found: Return) -> Order | None:
    if found.exchange_uid is None:
        return None
    order = acting.locked(found.exchange_uid)
    return order if order.state == "draft" else None


def _place(order: Order, carried: int, by: By, at: datetime) -> int:
    """Promise the goods of an exchange and place its order; what is still to be paid for it."""
    kept = Counter[int]()
    for want in holds.convert(holds.Owner("order", order.uid)):
        kept[want.capacity_id] += want.quantity
    needed = Counter[int]()
    for promised in order.wants:
        needed[promised.capacity_id] += promised.quantity
    if lacking := needed - kept:  # the hold ended so long ago that it was forgotten
        holds.use([holds.Want(id_, quantity) for id_, quantity in lacking.items()])
    if carried:
        paying.add_payment(
            order_uid=order.uid,
            tender="exchange",
            amount=carried,
            key="exchange",
            state="captured",
            provider="return",
            provider_ref=str(order.exchange_of),
        )
    placed = placing.place(uid=order.uid, at=at, by=by)
    return max(0, placed.outstanding)


def _pay_loose(found: Return, amount: int, over: int, at: datetime) -> str:
    """Pay for goods that nothing proves: to a gift card, or over to the exchange."""
    rows: list[Mapping[str, Any]] = []
    plain = {"payment_id": None, "order_id": None, "provider": "", "provider_ref": "", "state": "done"}
    code = ""
    if over:
        rows.append({**plain, "tender": "exchange", "amount": over})
    if amount:
        card, code = refunding.new_gift_card(amount, found.currency, ("return", str(found.uid)))
        rows.append(
            {**plain, "tender": "gift_card", "amount": amount, "provider": "gift_card", "provider_ref": str(card)}
        )
    refunding.write(rows, currency=found.currency, cause=("return", str(found.uid)), at=at)
    return code


def _tenders(cause: tuple[str, str]) -> dict[str, int]:
    """What goes back, by tender."""
    found: dict[str, int] = defaultdict(int)
    for state in ("due", "done", "failed"):
        for one in book.refunds(state=state, cause_kind=cause[0], cause_key=cause[1]):
            if one.tender != "exchange":
                found[one.tender] += one.amount
    return dict(sorted(found.items()))


def _compensate(uid: UUID, promotion: str, by: By, reason: str) -> str:
    found = returning.locked(uid)
    if found.compensation:
        return found.compensation
    if by is None:
        raise Invalid.field("by", "required", "A coupon for the trouble is given by somebody.")
    owner = receipts.owners([found.profile_id]).get(found.profile_id) if found.profile_id else None
    if owner is None:
        raise NeedsCustomer.field("profile_id", "required", "A coupon for the trouble is given to somebody known.")
    code, _ = promotions.give_coupon(promotion_code=promotion, customer_id=owner, by=by, reason=reason)
    queries.compensate(found.id, code)
    at = clock.now()
    returning.note(found, "return compensated", at, by)
    log.append([returning.fact(found, events.RETURN_COMPENSATED, at)])
    staff.audit(actor=by, operation="coupons.compensate", subject=("return", str(found.uid)), detail={"why": reason})
    return code


def _first_order(found: Return) -> Order | None:
    uid = next((line.order_uid for line in found.lines if line.order_uid is not None), None)
    return read(uid=uid) if uid else None


def _served(found: Return, by: By) -> tuple[Credit, ...]:
    staff_id = by.id if isinstance(by, Person) else None
    return (Credit("started", found.location_id, staff_id, acting.name(by)),)


def _told(order: Order, found: Return, at: datetime) -> log.Fact:
    mine = [line for line in found.lines if line.order_uid == order.uid]
    body = facts.commerce(
        number=order.number,
        refund=found.number,
        total=sum(line.amount for line in mine),
        currency=order.currency,
        products=[(place, one.sku, one.name, one.quantity, one.amount) for place, one in enumerate(mine, 1)],
        location=found.location,
        reason=found.reason,
    )
    profile = order.contact.profile_id
    return log.Fact(events.GIVEN_BACK, "fact", at, msgspec.Raw(body), profile, order.source_id)
