"""Prepare: the first step of a purchase, and the door to all three. docs/algorithms/checkout.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.catalogue.types import taxes
from edino.channels.types import Source
from edino.checkout import rules
from edino.checkout.api import finishing, knowing, paying, viewing, wants
from edino.checkout.api.carts import checked_contact, checked_delivery
from edino.checkout.api.crossing import crossed
from edino.checkout.errors import BeingBought, CartChanged, CartClosed, CartEmpty, InProgress, NoSuchCart, NotThatMany
from edino.checkout.queries import carts, plans, purchases
from edino.checkout.types import Cart, Contact, Delivery, Hand, Placed, Purchase, Tender
from edino.customers import api as customers
from edino.customers.errors import NobodyGiven
from edino.customers.types import Identified
from edino.inventory import api as inventory
from edino.inventory.types import Plan
from edino.kernel import clock, holds, ids, log
from edino.kernel.errors import Conflict, FieldError, Invalid
from edino.kernel.idempotency import KeyMissing, KeyReused, fingerprint
from edino.kernel.transactions import retried
from edino.orders import api as orders
from edino.orders import types as book

LEASE: Final = timedelta(seconds=60)
HELD_FOR: Final = timedelta(minutes=30)
LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A call to check out, as it was made."""

    uid: UUID
    expected_total: int | None
    expected_version: int | None
    tenders: tuple[Tender, ...]
    contact: Contact | None
    delivery: Delivery | None
    key: str
    by: Hand
    source: Source | None
    mark: bytes


def checkout(
    *,
    uid: UUID,
    expected_total: int | None,
    expected_version: int | None = None,
    tenders: Sequence[Tender],
    contact: Contact | None = None,
    delivery: Delivery | None = None,
    key: str,
    by: Hand,
    source: Source | None = None,
) -> Placed:
    """Buy a cart: prepare, pay, finalise. The same cart is bought once, whoever asks and how often.

    `contact` and `delivery` replace those of the cart; `source` is who asks (the cart's own when None). Refuses with
    `CartChanged` (what is not as expected), `NotThatMany` (what is short), `NotPayable`, `PaymentFailed` (the cart is
    kept), `InProgress`, `BeingBought`; `ProviderUnavailable` means that the sweeper goes on with it.
    """
    if not key:
        raise KeyMissing(fields=[FieldError("Idempotency-Key", "required", "The header is missing.")])
    if len(key) > LONGEST_KEY:
        raise Invalid.field("Idempotency-Key", "too_long", "The key is longer than is accepted.")
    told = [uid, expected_total, expected_version, list(tenders), contact, delivery]
    asked = Asked(
        uid=uid,
        expected_total=expected_total,
        expected_version=expected_version,
        tenders=tuple(tenders),
        contact=checked_contact(contact) if contact is not None else None,
        delivery=checked_delivery(delivery) if delivery is not None else None,
        key=key,
        by=by,
        source=source,
        mark=fingerprint(told),
    )
    with plans.kept():
        log.make_ready(clock.now())  # here it is remembered, inside a transaction it would be asked for each time
        got = retried(lambda: _prepare(asked))
    if isinstance(got, Purchase):
        crossed(4)
        got = paying.pay(got, fence=got.fence)
    crossed(12)
    return got


def _prepare(asked: Asked) -> Placed | Purchase:
    """What is known of this purchase already, else a new one: placed if nobody outside has to be asked."""
    known = _known(asked) if asked.contact is not None else None
    cart = carts.cart(asked.uid, locked=True)
    while cart is not None and cart.merged_into is not None:
        cart = carts.cart(cart.merged_into, locked=True)
    if cart is None:
        raise NoSuchCart
    crossed(1)
    if cart.state in {"buying", "ordered"}:
        return _again(asked, cart)
    if cart.state != "open":
        raise CartClosed
    return _begin(asked, cart, known)


def _known(asked: Asked) -> Identified | None:
    """Who buys, by what he typed, unless the cart is somebody's already. Taken before any lock."""
    contact = asked.contact
    given = [(kind, value) for kind in ("phone", "email") if (value := getattr(contact, kind))]
    found = carts.cart(asked.uid)
    if not given or found is None or found.state != "open" or found.profile_id is not None:
        return None
    source = asked.source or knowing.source(found.source_id)
    try:
        return customers.identify(source=source, identifiers=given)
    except NobodyGiven:
        return None  # a number like 0000000: it may be typed, and says nothing about who it is


def _again(asked: Asked, cart: Cart) -> Placed | Purchase:
    """A purchase of this cart exists: its answer again, or take it over when nobody is at it."""
    kept = purchases.of_cart(cart.id)
    if kept is None:
        raise CartClosed
    purchase = kept.purchase
    if purchase.key == asked.key and purchase.fingerprint != asked.mark:
        raise KeyReused(fields=[FieldError("Idempotency-Key", "reused", "It belongs to another request.")])
    if purchase.state == "placed":
        return replace(finishing.told(kept), replayed=True)
    if purchase.state == "parked":
        return replace(finishing.told(kept), next="wait", replayed=True)
    if purchase.fingerprint != asked.mark:
        raise BeingBought
    if kept.answer is not None and purchase.state == "paying":
        return replace(finishing.told(kept), replayed=True)
    at = clock.now()
    if purchase.lease_until > at and purchase.key != asked.key:
        raise InProgress
    fence = purchases.take_over(purchase, at + LEASE, at)
    return replace(purchase, fence=fence or purchase.fence)


def _begin(asked: Asked, cart: Cart, known: Identified | None) -> Placed | Purchase:
    if not cart.lines:
        raise CartEmpty(fields=[FieldError("lines", "required", "There is nothing in the cart.")])
    if cart.profile_id is not None:
        known = None
    bought = replace(
        cart,
        contact=asked.contact or cart.contact,
        delivery=asked.delivery or cart.delivery,
        profile_id=known.profile_id if known else cart.profile_id,
    )
    if bought.delivery is None:
        raise Invalid.field("delivery", "required", "Say how the goods reach the shopper.")
    priced = viewing.price(bought, known.customer_id if known else None)
    _as_expected(asked, cart, priced)
    legs, money = wants.legs(asked.tenders, priced.quote.total, bought, asked.by)
    places, rules_ = list(knowing.places().values()), knowing.sourcing()
    plan = inventory.plan(demand=viewing.demand(bought), known=places, rules=rules_, **viewing.way(bought))
    if plan.short:
        raise NotThatMany(rules.missing(cart.lines, plan.short))
    slot = wants.slot(bought.delivery)
    needed = [*wants.goods(plan), *wants.benefits(priced.quote), *money, *([slot.want] if slot else [])]
    order_uid = ids.uuid7()
    at_once = all(leg.deferred for leg in legs)
    _hold(needed, order_uid, bought, at_once=at_once)
    crossed(2)
    order = _order(asked, bought, priced, plan=plan, needed=needed, slot=slot, uid=order_uid)
    by_itself = at_once and finishing.by_itself(legs, bought.delivery)
    if not by_itself:
        orders.draft(order=order)
    crossed(3)
    at = clock.now()
    purchase = Purchase(
        id=0,
        cart_id=cart.id,
        cart_uid=cart.uid,
        cart_version=cart.version + 1,
        order_uid=order_uid,
        state="prepared",
        fence=1,
        lease_until=at + LEASE,
        key=asked.key,
        fingerprint=asked.mark,
        total=priced.quote.total,
        currency=cart.currency,
        tenders=tuple(legs),
        quote={} if at_once else _kept(priced),
        note="",
        created_at=at,
    )
    if not at_once:
        return replace(purchase, id=_write(purchase, asked, bought, None, at))
    whose = {"customer_id": priced.customer_id, "profile_id": bought.profile_id}
    if by_itself:
        placed = finishing.write_placed(purchase, order, quote=priced.quote, **whose)
    else:
        placed = finishing.complete(purchase, quote=priced.quote, money={}, **whose)
    _write(replace(purchase, state="placed"), asked, bought, placed, at)
    return placed


def _as_expected(asked: Asked, cart: Cart, priced: viewing.Priced) -> None:
    wrong = rules.expected(cart, priced.quote.total, asked.expected_total, asked.expected_version)
    if not wrong and not priced.gone:
        return
    now = rules.snapshot(viewing.view(priced, viewing.free(priced.cart)))
    seen = cart.shown.get(asked.by.device)
    more = [one for one in rules.drift(seen, now) if one.what != "total"]
    raise CartChanged([*wrong, *rules.united_drift(priced.gone, more)])


def _hold(needed: Sequence[wants.Need], order_uid: UUID, cart: Cart, *, at_once: bool) -> None:
    """Everything scarce at one step, all or nothing. What the cart held goes over to the order first."""
    asked = [one.want for one in needed]
    owner = holds.Owner("order", order_uid)
    until = clock.now() + HELD_FOR
    try:
        if cart.reserve:
            holds.hand_over(holds.Owner("cart", cart.uid), owner, until=until)
        if at_once and not cart.reserve:
            holds.use(asked)
            return
        holds.hold(owner, asked, until=until)
        if at_once:
            holds.convert(owner)
    except holds.Short as short:
        raise _short(short, needed, cart) from short


def _short(short: holds.Short, needed: Sequence[wants.Need], cart: Cart) -> Conflict:
    """Which line, coupon, card or slot is short, in the words of whoever asked."""
    by_capacity: dict[int, list[wants.Need]] = {}
    for need in needed:
        by_capacity.setdefault(need.want.capacity_id, []).append(need)
    fields, lacking = [], []
    for one in short.shortages:
        for need in by_capacity.get(one.capacity_id, []):
            fields.append(FieldError(need.field, f"{need.kind}_short", wants.SENTENCES[need.kind]))
            if need.kind == "stock" and need.variant_id is not None:
                lacking.append((need.variant_id, one.wanted - one.free))
    return NotThatMany(rules.missing(cart.lines, lacking), fields=fields)


def _order(
    asked: Asked,
    cart: Cart,
    priced: viewing.Priced,
    *,
    plan: Plan,
    needed: Sequence[wants.Need],
    slot: wants.SlotNeed | None,
    uid: UUID,
) -> book.OrderInput:
    quote, delivery, at = priced.quote, cart.delivery, clock.now()
    assert delivery is not None  # noqa: S101 - checked before anything was held
    lines = [
        book.LineInput(
            key=one.key,
            variant_id=(info := priced.infos[line.variant_id]).id,
            sku=one.key,
            name=info.name,
            quantity=one.quantity,
            unit=one.unit,
            gross=one.gross,
            discount=one.discount,
            net=one.net,
            tax=taxes.sold_with(info.tax, at),
            shares=one.shares,
        )
        for line, one in zip(cart.lines, quote.lines, strict=True)
    ]
    source = asked.source
    contact = cart.contact
    return book.OrderInput(
        uid=uid,
        source_id=source.id if source else cart.source_id,
        channel=source.channel if source else cart.channel,
        currency=cart.currency,
        lines=tuple(lines),
        cart_uid=cart.uid,
        assortment=cart.assortment,
        contact=book.Contact(cart.profile_id, contact.name, contact.phone, contact.email, cart.language),
        delivery=book.Delivery(
            method=delivery.method,
            amount=quote.delivery,
            discount=quote.delivery_discount,
            tax=taxes.code_on(taxes.of_delivery(info.tax for info in priced.infos.values()), at),
            city=delivery.city,
            address=_address(delivery, cart.language),
            location=delivery.location if delivery.method != "delivery" else "",
            slot=delivery.slot,
            slot_starts_at=slot.starts_at if slot else None,
            slot_ends_at=slot.ends_at if slot else None,
        ),
        frozen=quote.frozen,
        why=tuple(msgspec.to_builtins(quote.why)),
        codes=tuple([one.code for one in quote.codes if one.accepted]),
        wants=tuple([book.Want(one.want.capacity_id, one.want.quantity, one.kind) for one in needed]),
        allocations=tuple(
            [
                book.AllocationInput(one.variant_id, one.location_id, one.quantity, one.capacity_id, one.fulfilled_from)
                for one in plan.allocations
            ]
        ),
        credits=_credits(cart, asked.by),
        location=cart.location,
    )


def _address(delivery: Delivery, language: str) -> dict[str, str]:
    """Where it goes and what brings it, as people read it."""
    service = knowing.delivery_methods().get(delivery.service) if delivery.service else None
    told = {
        "text": delivery.address,
        "postcode": delivery.postcode,
        "service": service.name(language) if service else "",
    }
    return {word: text for word, text in told.items() if text}


def _credits(cart: Cart, by: Hand) -> tuple[book.Credit, ...]:
    """Whose sale it is: where and by whom the cart was begun, and who checks it out for the shopper."""
    place = knowing.places().get(cart.location) if cart.location else None
    found = []
    if place is not None or cart.staff_id is not None:
        found.append(book.Credit("started", place.id if place else None, cart.staff_id))
    if by.kind == "staff":
        served = knowing.places().get(by.location) if by.location else place
        found.append(book.Credit("served", served.id if served else None, by.staff_id, by.name))
    return tuple(found)


def _kept(priced: viewing.Priced) -> Mapping[str, Any]:
    """The quote as the purchase keeps it until it is redeemed."""
    return {"quote": msgspec.to_builtins(priced.quote), "customer_id": priced.customer_id}


def _write(purchase: Purchase, asked: Asked, cart: Cart, placed: Placed | None, at: datetime) -> int:
    delivery = cart.delivery
    values = {
        "cart_id": cart.id,
        "cart_state": "ordered" if placed else "buying",
        "cart_version": purchase.cart_version,
        "delivery": carts.dumped(delivery) if delivery else None,
        "contact": carts.stored_contact(cart.contact),
        "profile_id": cart.profile_id,
        "kind": asked.by.kind,
        "name": asked.by.name,
        "device": asked.by.device,
        "what": "ordered" if placed else "buying",
        "order_uid": purchase.order_uid,
        "state": purchase.state,
        "lease_until": purchase.lease_until,
        "key": purchase.key,
        "fingerprint": purchase.fingerprint,
        "total": purchase.total,
        "currency": purchase.currency,
        "tenders": carts.dumped(purchase.tenders),
        "quote": carts.dumped(purchase.quote),
        "answer": carts.dumped(placed) if placed else None,
        "at": at,
    }
    return purchases.begin(values)
