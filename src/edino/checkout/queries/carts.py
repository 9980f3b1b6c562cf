"""Statements about carts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edino.checkout.types import Act, Cart, Contact, Delivery, Hand, Line
from edino.customers.types import Holding
from edino.kernel import sql

_SQL = sql.statements("edino.checkout", "carts.sql")
_encode = msgspec.json.Encoder().encode
_NOBODY = Contact()


class LeftAlone(NamedTuple):
    """An open cart that nobody touched for long."""

    id: int
    uid: UUID
    version: int
    channel: str
    profile_id: int | None
    source_id: int
    lines: int


def dumped(value: Any) -> str:
    """Something of ours as JSON text."""
    return _encode(value).decode()


def open_cart(values: Mapping[str, Any], hand: Hand, at: datetime) -> int | None:
    """Begin a cart; its inside id, or None when its public id is taken."""
    given = {**values, "kind": hand.kind, "name": hand.name, "device": hand.device, "at": at}
    found: int | None = sql.scalar(_SQL["open"], given)
    return found


def cart(uid: UUID, *, locked: bool = False) -> Cart | None:
    """One cart, locked if wanted."""
    found = sql.tuples(_SQL["cart_locked" if locked else "cart"], {"uid": uid})
    return _cart(found[0]) if found else None


def _cart(row: tuple[Any, ...]) -> Cart:
    (id_, uid, version, state, source_id, channel, assortment, currency, region, language, profile_id, location) = row[
        :12
    ]
    staff_id, lines, codes, delivery, contact, shown, reserve, merged_into, updated_at, book = row[12:]
    return Cart(
        id=id_,
        uid=uid,
        version=version,
        state=state,
        source_id=source_id,
        channel=channel,
        assortment=assortment,
        currency=currency,
        region=region,
        language=language,
        profile_id=profile_id,
        location=location,
        staff_id=staff_id,
        lines=tuple([Line(one["sku"], one["variant"], one["quantity"]) for one in lines]),
        codes=tuple(codes),
        delivery=msgspec.convert(delivery, Delivery) if delivery else None,
        contact=Contact(**contact) if contact else _NOBODY,
        shown=shown,
        reserve=reserve,
        merged_into=merged_into,
        updated_at=updated_at,
        book=book,
    )


def stored_lines(lines: Sequence[Line]) -> str:
    """Lines as the row of a cart keeps them."""
    return dumped([{"sku": line.sku, "variant": line.variant_id, "quantity": line.quantity} for line in lines])


def stored_contact(contact: Contact) -> str | None:
    """A contact as the row of a cart keeps it."""
    return dumped(contact) if contact != _NOBODY else None


def write(before: Cart, after: Cart, hand: Hand, *, what: str, detail: Mapping[str, Any], at: datetime) -> int | None:
    """Write a cart that is still as it was read; its new version, or None when somebody was faster."""
    values = {
        "id": before.id,
        "version": before.version,
        "was": before.state,
        "state": after.state,
        "lines": stored_lines(after.lines),
        "codes": list(after.codes),
        "delivery": dumped(after.delivery) if after.delivery else None,
        "contact": stored_contact(after.contact),
        "shown": dumped(after.shown),
        "profile_id": after.profile_id,
        "merged_into": after.merged_into,
        "reserve": after.reserve,
        "at": at,
        "kind": hand.kind,
        "name": hand.name,
        "device": hand.device,
        "what": what,
        "detail": dumped(detail),
    }
    found: int | None = sql.scalar(_SQL["write"], values)
    return found


def saw(cart: Cart, shown: Mapping[str, Any]) -> None:
    """Remember what devices were shown, unless the cart has changed since."""
    sql.execute(_SQL["saw"], {"id": cart.id, "version": cart.version, "shown": dumped(shown)})


def set_state(cart_id: int, state: str, at: datetime) -> None:
    """Open, close or end a cart that is locked."""
    sql.execute(_SQL["set_state"], {"id": cart_id, "state": state, "at": at})


def note(cart: Cart, hand: Hand, what: str, detail: Mapping[str, Any], at: datetime) -> None:
    """A line of the cart's history without a new version."""
    by = {"kind": hand.kind, "name": hand.name, "device": hand.device}
    values = {"id": cart.id, "version": cart.version, "what": what, "detail": dumped(detail), "at": at, **by}
    sql.execute(_SQL["note"], values)


def acts(cart_id: int, most: int) -> list[Act]:
    """Who did what to a cart, the last first."""
    return [Act(*row) for row in sql.tuples(_SQL["acts"], {"id": cart_id, "most": most})]


def live_of_profile(profile_id: int) -> list[UUID]:
    """The open carts of the customer of a profile, the oldest first."""
    return [uid for (uid,) in sql.tuples(_SQL["live_of_profile"], {"profile_id": profile_id})]


def live_of_customer(customer_id: int) -> list[UUID]:
    """The open carts of a customer, the oldest first."""
    return [uid for (uid,) in sql.tuples(_SQL["live_of_customer"], {"customer_id": customer_id})]


def customer_of(profile_id: int) -> int | None:
    """The customer that a profile belongs to now."""
    found: int | None = sql.scalar(_SQL["customer_of"], {"profile_id": profile_id})
    return found


def profile_of_customer(uid: UUID, source_id: int) -> int | None:
    """A profile of a customer, one of this source rather than another."""
    found: int | None = sql.scalar(_SQL["profile_of_customer"], {"uid": uid, "source_id": source_id})
    return found


def parted(customers: Sequence[int]) -> list[tuple[UUID, UUID]]:
    """(absorbed, survivor) of merges between carts whose customers are different ones now, the newest first."""
    return sql.tuples(_SQL["parted"], {"customers": list(customers)})


def brought(absorbed: UUID, survivor: UUID) -> Mapping[str, Any]:
    """What a merge noted of what it brought in."""
    found = sql.scalar(_SQL["brought"], {"absorbed": str(absorbed), "survivor": survivor})
    return found or {}


class SlotRow(NamedTuple):
    """A time in which orders can be picked up."""

    capacity_id: int
    starts_at: datetime
    ends_at: datetime


def slot(uid: UUID, location: str) -> SlotRow | None:
    """A pickup slot at a location."""
    found = sql.tuples(_SQL["slot"], {"uid": uid, "location": location})
    return SlotRow(*found[0]) if found else None


def left_alone(before: datetime, most: int) -> list[LeftAlone]:
    """Open carts that nobody touched since a moment."""
    return [LeftAlone(*row) for row in sql.tuples(_SQL["left_alone"], {"before": before, "most": most})]


def end(ids: Sequence[int], before: datetime) -> set[int]:
    """End carts that are still left alone; which ended."""
    return {id_ for (id_,) in sql.tuples(_SQL["end"], {"ids": list(ids), "before": before})}


def share(cart_id: int, digest: bytes, expires_at: datetime) -> None:
    """Keep the hash of a token."""
    sql.execute(_SQL["share"], {"id": cart_id, "hash": digest, "expires_at": expires_at})


def shared(digest: bytes, at: datetime) -> UUID | None:
    """The cart of a token that has not ended."""
    found: UUID | None = sql.scalar(_SQL["shared"], {"hash": digest, "at": at})
    return found


def forget_tokens(at: datetime) -> int:
    """Drop tokens that have ended."""
    return sql.execute(_SQL["forget_tokens"], {"at": at})


def of_holdings(holdings: Sequence[Holding]) -> list[tuple[Any, ...]]:
    """Carts of holdings, in the order they were begun."""
    return sql.tuples(_SQL["carts_of_profiles"], _held(holdings))


def forget_person(holdings: Sequence[Holding]) -> int:
    """Take a person out of carts; how many."""
    return sql.execute(_SQL["forget_person"], _held(holdings))


def _held(holdings: Sequence[Holding]) -> dict[str, Any]:
    return {
        "profiles": [one.profile_id for one in holdings],
        "since": [one.since.isoformat() if one.since else None for one in holdings],
        "until": [one.until.isoformat() if one.until else None for one in holdings],
    }
