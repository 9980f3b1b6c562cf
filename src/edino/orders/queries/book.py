"""Orders, their payments and their history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.kernel import sql
from edino.orders.types import (
    Allocated,
    Contact,
    Credit,
    Delivery,
    Fulfilment,
    Line,
    Moment,
    Order,
    OrderInput,
    OrderListing,
    Payment,
    Refund,
    Share,
    Want,
)

_SQL = sql.statements("edino.orders", "book.sql")
_encode = msgspec.json.Encoder(enc_hook=str).encode

_Fulfilment = tuple[
    int, UUID, Any, Any, int, str | None, str | None, int, str, str, str, datetime | None, datetime | None,
    datetime | None, datetime | None,
]  # fmt: skip
_Payment = tuple[int, UUID, Any, Any, int, int, int, str, str, datetime, datetime | None]
_Refund = tuple[
    int, UUID, UUID | None, Any, int, str, Any, str, str, str, str, datetime, datetime | None
]  # fmt: skip


class Promise(msgspec.Struct):
    """What an order keeps as JSON of how it came to be."""

    frozen: dict[str, Any] = {}
    why: list[Any] = []
    codes: list[str] = []
    wants: list[tuple[int, int, str]] = []


def text(value: Any) -> str:
    """Any of our values as JSON text."""
    return _encode(value).decode()


def draft(order: OrderInput, allocations: Sequence[Mapping[str, Any]], sums: Mapping[str, int], at: datetime) -> bool:
    """Write an order; False when its cart, number or uid has one already."""
    params = {**columns(order, allocations), "exchange_of": order.exchange_of, "at": at, **sums}
    return sql.scalar(_SQL["draft"], params) is not None


def columns(order: OrderInput, allocations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What an order says of itself, for the statements that write one."""
    contact = order.contact
    promise = Promise(
        dict(order.frozen),
        list(order.why),
        list(order.codes),
        [(one.capacity_id, one.quantity, one.kind) for one in order.wants],
    )
    return {
        "uid": order.uid,
        "number": order.number,
        "cart_uid": order.cart_uid,
        "source_id": order.source_id,
        "channel": order.channel,
        "assortment": order.assortment,
        "currency": order.currency,
        "location": order.location,
        "profile_id": contact.profile_id,
        "name": contact.name,
        "phone": contact.phone,
        "email": contact.email,
        "language": contact.language,
        "delivery": text(order.delivery),
        "promise": text(promise),
        "comment": order.comment,
        "lines": text(order.lines),
        "allocations": text(allocations),
        "credits": text(order.credits),
    }


def place(uid: UUID, at: datetime, code: str) -> tuple[int, Delivery] | None:
    """Make a draft placed; its id and how it reaches the shopper, or None when it is no draft."""
    found = sql.tuples(_SQL["place"], {"uid": uid, "at": at, "code": code})
    return (found[0][0], msgspec.convert(found[0][1], Delivery)) if found else None


def open_fulfilments(order_id: int, delivery: Delivery, attempt: int, at: datetime) -> int:
    """Put allocations without a fulfilment into new ones; how many allocations."""
    params = {
        "order_id": order_id,
        "method": delivery.method,
        "pickup": delivery.location,
        "starts_at": delivery.slot_starts_at,
        "ends_at": delivery.slot_ends_at,
        "attempt": attempt,
        "at": at,
    }
    return sql.execute(_SQL["open_fulfilments"], params)


def drop(uid: UUID, at: datetime) -> int | None:
    """Give a draft up; its id, or None when it is no draft."""
    found: int | None = sql.scalar(_SQL["drop"], {"uid": uid, "at": at})
    return found


def lock(uids: Sequence[UUID]) -> dict[int, str]:
    """Lock orders; the state of each by id."""
    return dict(sql.tuples(_SQL["lock"], {"uids": list(uids)}))


def add_history(
    order_id: int, at: datetime, what: str, *, by: str = "", why: str = "", detail: Mapping[str, Any] | None = None
) -> None:
    """Note what was done."""
    params = {"order_id": order_id, "at": at, "what": what, "by": by, "why": why, "detail": text(detail or {})}
    sql.execute(_SQL["add_history"], params)


def history(order_id: int) -> list[Moment]:
    """What was done, oldest first."""
    return sql.rows(_SQL["history"], {"order_id": order_id}, Moment)


def take_effect(order_id: int, key: str, what: str, mark: bytes) -> bool:
    """Take a key of an order; False when it is taken."""
    params = {"order_id": order_id, "key": key, "what": what, "mark": mark}
    return sql.execute(_SQL["take_effect"], params) == 1


def effect(order_id: int, key: str) -> tuple[str, bytes] | None:
    """What a key was used for."""
    found = sql.tuples(_SQL["effect"], {"order_id": order_id, "key": key})
    return (found[0][0], bytes(found[0][1])) if found else None


def uid_of_cart(cart_uid: UUID) -> UUID | None:
    """The order of a cart."""
    found: UUID | None = sql.scalar(_SQL["uid_of_cart"], {"cart_uid": cart_uid})
    return found


def found(text_: str, code: str) -> list[UUID]:
    """Orders that a person may mean by a text."""
    return [uid for (uid,) in sql.tuples(_SQL["found"], {"text": text_, "code": code})]


_NEVER: Final = "infinity"


def listing(
    *,
    before: datetime | None = None,
    before_id: int = 0,
    state: str = "",
    origin: str = "",
    parked: bool = False,
    text: str = "",
    location_id: int | None = None,
    profiles: Sequence[int] | None = None,
    size: int = 50,
) -> list[OrderListing]:
    """Orders that were placed, newest first."""
    params = {
        "before": before or _NEVER,
        "before_id": before_id,
        "state": state,
        "origin": origin,
        "parked": parked,
        "text": text,
        "location_id": location_id,
        "profiles": None if profiles is None else list(profiles),
        "size": size,
    }
    return sql.rows(_SQL["listing"], params, OrderListing)


def order(uid: UUID) -> Order | None:
    """An order with everything."""
    found = sql.tuples(_SQL["order"], {"uid": uid})
    return _order(found[0]) if found else None


def _order(row: tuple[Any, ...]) -> Order:
    (id_, uid, number, state, origin, cart, source, channel, assortment, currency, profile, *rest) = row
    (name, phone, email, language, delivery, subtotal, discount, total, due, code, parked, exchange, *rest) = rest
    (created, placed, closed, version, promise, comment, lines, fulfilments, allocations, *rest) = rest
    payments, refunds, credits_ = rest
    kept = msgspec.convert(promise, Promise)
    return Order(
        id=id_,
        uid=uid,
        number=number,
        state=state,
        origin=origin,
        cart_uid=cart,
        source_id=source,
        channel=channel,
        assortment=assortment,
        currency=currency,
        contact=Contact(profile, name, phone, email, language),
        delivery=msgspec.convert(delivery, Delivery),
        subtotal=subtotal,
        discount=discount,
        total=total,
        due=due,
        pickup_code=code,
        parked=parked,
        exchange_of=exchange,
        created_at=created,
        placed_at=placed,
        closed_at=closed,
        version=version,
        frozen=kept.frozen,
        why=tuple(kept.why),
        codes=tuple(kept.codes),
        wants=tuple(Want(*one) for one in kept.wants),
        comment=comment,
        lines=tuple(_line(one) for one in lines or ()),
        fulfilments=tuple(_fulfilment(one) for one in msgspec.convert(fulfilments or [], list[_Fulfilment])),
        allocations=tuple(Allocated(*one) for one in allocations or ()),
        payments=tuple(Payment(*one) for one in msgspec.convert(payments or [], list[_Payment])),
        refunds=tuple(Refund(one[0], one[1], uid, *one[2:]) for one in msgspec.convert(refunds or [], list[_Refund])),
        credits=tuple(Credit(*one) for one in credits_ or ()),
    )


def _line(one: list[Any]) -> Line:
    shares = tuple(Share(each["promotion_id"], each["version"], each["name"], each["amount"]) for each in one[14] or ())
    values: list[Any] = [*one[:14], shares, *one[15:]]
    return Line(*values)


def _fulfilment(one: _Fulfilment) -> Fulfilment:
    values: list[Any] = [*one[:5], one[5] or "", one[6] or "", *one[7:]]
    return Fulfilment(*values)


def add_payment(**values: Any) -> Payment | None:
    """Add a payment under its order and key; None when there is one, or no such order."""
    found = sql.tuples(_SQL["add_payment"], values)
    return Payment(*found[0]) if found else None


def payment(
    *,
    uid: UUID | None = None,
    order_uid: UUID | None = None,
    key: str = "",
    provider: str = "",
    provider_ref: str = "",
) -> tuple[Payment, UUID, str] | None:
    """One payment, locked, with its order's uid and its key."""
    params = {"uid": uid, "order_uid": order_uid, "key": key, "provider": provider, "provider_ref": provider_ref}
    found = sql.tuples(_SQL["payment"], params)
    return (Payment(*found[0][:11]), found[0][11], found[0][12]) if found else None


def update_payment(**values: Any) -> None:
    """Move a payment on."""
    sql.execute(_SQL["update_payment"], values)


def refund_of(uid: UUID) -> tuple[UUID | None, str, str, int, str]:
    """(order, its number, tender, amount, currency) of a refund."""
    [found] = sql.tuples(_SQL["refund_of"], {"uid": uid})
    return found[0], found[1], found[2], found[3], found[4]


def add_refunds(shares: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """Write rows of the ledger of refunds, each with its cause and currency; how many were new."""
    return int(sql.scalar(_SQL["add_refunds"], {"at": at, "shares": text(shares)}))


def refunds(
    *, state: str = "due", after: int = 0, size: int = 200, cause_kind: str = "", cause_key: str = ""
) -> list[Refund]:
    """Refunds in a state, oldest first; of one cause when it is named."""
    params = {"state": state, "after": after, "size": size, "cause_kind": cause_kind, "cause_key": cause_key}
    return sql.rows(_SQL["refunds"], params, Refund)


def settle_refund(uid: UUID, state: str, provider_ref: str, at: datetime) -> bool:
    """Say how a refund ended; False when it was not due."""
    params = {"uid": uid, "state": state, "provider_ref": provider_ref, "at": at}
    return sql.scalar(_SQL["settle_refund"], params) is not None


def wrong_code(order_id: int) -> int:
    """Count a wrong pickup code; how many there were."""
    return int(sql.scalar(_SQL["try_code"], {"id": order_id}))


def code_tries(order_id: int) -> int:
    """How many wrong pickup codes there were."""
    return int(sql.scalar(_SQL["code_tries"], {"id": order_id}))


def give_up_payments(order_id: int) -> None:
    """Payments on delivery that will not be made."""
    sql.execute(_SQL["give_up_payments"], {"order_id": order_id})


def capture_waiting(order_id: int, rows: Sequence[tuple[int, str, int]], at: datetime) -> list[UUID]:
    """Payments on delivery are made (id, tender, amount), the others given up; those that were made."""
    told, tenders, amounts = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    params = {"order_id": order_id, "ids": told, "tenders": tenders, "amounts": amounts, "at": at}
    return [uid for uid, taken in sql.tuples(_SQL["capture_waiting"], params) if taken]


def ids(uids: Sequence[UUID]) -> list[int]:
    """The ids of orders."""
    return [id_ for (id_,) in sql.tuples(_SQL["ids"], {"uids": list(uids)})]
