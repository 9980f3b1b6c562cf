"""What becomes of a parcel after it was sent: it reaches the customer, or it comes back and is in stock again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db import transaction

from edino.inventory.types import Disposition
from edino.kernel import clock, log
from edino.kernel.errors import Invalid
from edino.orders import events
from edino.orders.api import acting, cancelling, leaving
from edino.orders.api.acting import By
from edino.orders.api.reading import order as read
from edino.orders.errors import NoSuchFulfilment, TooManyPieces, WrongState
from edino.orders.queries import fulfilment
from edino.orders.queries import office as queries
from edino.orders.types import Fulfilment, Order, Paid

at_the_door = leaving.at_the_door

KINDS: Final = frozenset({"delivery", "ship_from_store"})
"""Parcels that go to the customer's door."""
REASONS: Final = ("not_at_home", "refused_at_door", "wrong_address", "damaged", "other")
"""Why a parcel could not be delivered; what a carrier says in its own words is kept, too."""
DISPOSITIONS: Final = ("resell", "quarantine", "damaged", "write_off")
UNDELIVERED: Final = "undelivered"


def delivered(*, parcel: UUID, by: By, tender: str = "", tenders: Sequence[Paid] = ()) -> Order:
    """A parcel that was sent is with the customer. Delivered already: only what is still to be paid is taken.

    What the courier was paid at the door is told by `tender`: what `at_the_door` says of this parcel; or in parts by
    `tenders` that sum up exactly to that, or to all that the order still costs (`NotExact`). Neither: the courier
    brings the money later, and the order waits for it.
    """
    with transaction.atomic():
        order, one = _locked(parcel)
        if one.state not in {"delivered", *leaving.SENT}:
            raise WrongState(state=one.state)
        return leaving.brought(order, tender, tenders, by=by, parcel=parcel)


def coming_back(*, parcel: UUID, reason: str, by: By) -> Order:
    """A parcel could not be delivered and is on its way back to where it was sent from. Told before: nothing changes.

    Nothing goes back yet, neither goods nor money: it may still be delivered.
    """
    if not reason.strip():
        raise Invalid.field("reason", "required", "Say why.")
    with transaction.atomic():
        order, one = _locked(parcel)
        if one.state == "coming_back":
            return order
        at = clock.now()
        if not fulfilment.move_fulfilment(one.id, "coming_back", ["shipped"], at, reason=reason):
            raise WrongState(state=one.state)
        pieces = leaving.pieces_sent(order, one)
        keys = {line.id: line.key for line in order.lines}
        lines = {keys[id_]: count for id_, count in pieces.items()}
        detail = {"location": one.location, "pieces": sum(pieces.values())}
        acting.noted(order, "coming_back", at, by=by, why=reason, detail=detail)
        body = {"parcel": str(one.uid), "location": one.location, "reason": reason, "lines": lines}
        log.append([acting.fact(order, events.COMING_BACK, at, **body)])
        return read(uid=order.uid)


def came_back(*, parcel: UUID, by: By, disposition: Disposition | Literal["write_off"] = "resell") -> Order:
    """A parcel that was sent is where it came from again: its goods are in stock, and what it was worth is cancelled.

    `disposition` says what becomes of the goods. What was paid goes back, the price of the delivery too when the
    customer has received nothing of the order. Back already: nothing changes. `TooManyPieces` when something of it is
    being returned another way.
    """
    if disposition not in DISPOSITIONS:
        raise Invalid.field("disposition", "unknown", "There is no such decision about goods.")
    with transaction.atomic():
        order, one = _locked(parcel)
        if one.state == "came_back":
            return order
        at = clock.now()
        if not fulfilment.move_fulfilment(one.id, "came_back", leaving.SENT, at):
            raise WrongState(state=one.state)
        return _back(order, one, by, disposition, at)


def _back(order: Order, one: Fulfilment, by: By, disposition: str, at: datetime) -> Order:
    pieces = leaving.pieces_sent(order, one)
    if any(line.left < pieces.get(line.id, 0) for line in order.lines):
        raise TooManyPieces
    acting.noted(order, "came_back", at, by=by, detail={"location": one.location, "pieces": sum(pieces.values())})
    log.append([acting.fact(order, events.CAME_BACK, at, parcel=str(one.uid), location=one.location)])
    fulfilment.count_lines({id_: (0, -count, 0, 0) for id_, count in pieces.items()})
    order = read(uid=order.uid)
    lines = {line.key: pieces[line.id] for line in order.lines if pieces.get(line.id)}
    return cancelling.take_out(order, lines, by=by, reason=UNDELIVERED, at=at, within={one.id}, came=disposition)


def _locked(parcel: UUID) -> tuple[Order, Fulfilment]:
    """The order of a parcel, locked, and the parcel."""
    uid = queries.order_of_parcel(parcel)
    if uid is None:
        raise NoSuchFulfilment
    order = acting.locked(uid)
    one = next(one for one in order.fulfilments if one.uid == parcel)
    if one.kind not in KINDS:
        raise WrongState(state=one.state)
    return order, one
