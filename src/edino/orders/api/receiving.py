"""Till receipts come in: whole batches in a handful of statements, each receipt judged alone.

What a till says has happened. So nothing is refused for lack of stock, money or rights: it is taken, and what it makes
doubtful is reported. Refused is only what cannot be understood, and what contradicts an earlier receipt of its uid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.channels.types import Source
from edino.customers import api as customers
from edino.customers.types import Identifier, Sighting
from edino.inventory import api as inventory
from edino.inventory.types import Sale
from edino.kernel import clock, holds, log
from edino.kernel.transactions import TryAgain, retried
from edino.orders import events
from edino.orders.api import belated, pricing, selling, taking_back, till_cards
from edino.orders.queries import receipts as queries
from edino.orders.rules import facts
from edino.orders.rules import receipts as rules
from edino.orders.types import Receipt, ReceiptProblem, ReceiptVerdict, TillGap

LEASE: Final = "lease"
"""Kind of the owner of a hold that a till took before it went offline."""
_CONFLICT = ReceiptProblem("uid", "conflict", "This uid was used before for something else; the first one stands.")
_NO_PLACE = ReceiptProblem("location", "unknown", "There is no location with this code.")
_FOREIGN = ReceiptProblem("currency", "foreign", "Nothing is sold here in this currency: no price list is in it.")
_LATE = ReceiptProblem("hash", "hash", "The hash is not the one of this content; it was taken as it is.")


@dataclass(slots=True)
class Known:
    """What a batch needs to know of the rest of the house."""

    places: Mapping[str, int]
    goods: Mapping[str, tuple[int, str]]
    profiles: Mapping[UUID, int | None]
    warnings: dict[UUID, list[ReceiptProblem]] = field(default_factory=dict)
    moves: list[Sale] = field(default_factory=list)
    cards: dict[tuple[UUID, int], int] = field(default_factory=dict)


def receive_receipts(*, source: Source, receipts: Sequence[Receipt]) -> list[ReceiptVerdict]:
    """Take a batch of sales and refunds, one verdict for each in the given order; a transaction of its own.

    A receipt is known by its uid for ever: the same again is a duplicate, another content under its uid is rejected.
    They may come in any order and a week late: the stock's ledger has them at `occurred_at`, and what was promised
    twice opens a case. Each sale is an order that is closed, each refund a return that is settled, under the same uid.
    """
    at = clock.now()
    log.make_ready(at)
    verdicts: dict[int, ReceiptVerdict] = {}
    good: list[tuple[int, Receipt]] = []
    for index, receipt in enumerate(receipts):
        wrong = rules.problems(receipt, at)
        if wrong:
            verdicts[index] = ReceiptVerdict(receipt.uid, "rejected", wrong)
        else:
            good.append((index, receipt if receipt.hash else replace(receipt, hash=rules.chained(receipt))))
    verdicts |= retried(lambda: _take(source, good, at))
    return [verdicts[index] for index in range(len(receipts))]


def gaps(*, days: int = 30, limit: int = 200) -> list[TillGap]:
    """Receipts of the last days whose predecessor never came: something of their till is missing."""
    return queries.gaps(clock.now() - timedelta(days=days), limit)


def _take(source: Source, given: Sequence[tuple[int, Receipt]], at: datetime) -> dict[int, ReceiptVerdict]:
    verdicts: dict[int, ReceiptVerdict] = {}
    marks = {index: rules.mark(receipt) for index, receipt in given}
    known = queries.known([receipt.uid for _, receipt in given])
    places = queries.places(sorted({receipt.location for _, receipt in given if receipt.location}))
    foreign = pricing.foreign({receipt.currency for _, receipt in given})
    fresh: dict[UUID, tuple[int, Receipt]] = {}
    for index, receipt in given:
        before = known.get(receipt.uid)
        if receipt.uid in fresh:
            before = queries.Before(marks[fresh[receipt.uid][0]], fresh[receipt.uid][1].hash, receipt.kind)
        if before is not None:
            verdicts[index] = _again(receipt, before, marks[index])
        elif receipt.location and receipt.location not in places:
            verdicts[index] = ReceiptVerdict(receipt.uid, "rejected", (_NO_PLACE,))
        elif receipt.currency in foreign:
            verdicts[index] = ReceiptVerdict(receipt.uid, "rejected", (_FOREIGN,))
        else:
            fresh[receipt.uid] = (index, receipt)
    new = [receipt for _, receipt in fresh.values()]
    if not new:
        return verdicts
    rows = [_row(receipt, places, marks[fresh[receipt.uid][0]]) for receipt in new]
    if len(queries.add_receipts(source.id, rows, at)) < len(rows):
        raise TryAgain
    world = Known(places, _goods(new), _profiles(source, new))
    belated.in_turn(new)  # before anything is locked that those we wait for may want
    for lease in sorted({lease for receipt in new for lease in receipt.leases}):
        holds.release(holds.Owner(LEASE, lease))  # what the till had been promised is what it sold
    write(source, new, world, at, origin="till")
    belated.tie([one for one in new if one.kind == "sale"], at)
    _append(source, new, world)
    alone = queries.without_predecessor(list(fresh))
    for uid, (index, receipt) in fresh.items():
        warnings = tuple(world.warnings.get(uid, ()))
        if receipt.hash != rules.chained(receipt):
            warnings = (*warnings, _LATE)
        verdicts[index] = ReceiptVerdict(
            uid,
            "accepted",
            (),
            warnings,
            receipt.hash,
            uid in alone,
            uid if receipt.kind == "sale" else None,
            uid if receipt.kind == "refund" else None,
        )
    queries.warned({uid: verdicts[index].warnings for uid, (index, _) in fresh.items() if verdicts[index].warnings})
    return verdicts


def write(source: Source, new: Sequence[Receipt], world: Known, at: datetime, *, origin: str) -> selling.Counted:
    """Bring receipts that are new into the book and the stock: sales first, since refunds may be of them."""
    sales = [one for one in new if one.kind == "sale"]
    refunds = [one for one in new if one.kind == "refund"]
    counted = selling.Counted()
    if sales:
        till_cards.moved(sales, world, at, origin)
        counted = selling.sell(source, sales, world, at, origin)
    if refunds:
        till_cards.moved(refunds, world, at, origin)
        counted = counted + taking_back.take_back(source, refunds, world, at, origin)
    if world.moves:  # all at once: what came back in a batch fills what was sold in it
        inventory.sell_many(sales=world.moves, source=source)
    return counted


def _again(receipt: Receipt, before: queries.Before, mark: bytes) -> ReceiptVerdict:
    """What was said the first time, to a till that may not have heard it."""
    if before.mark != mark:
        return ReceiptVerdict(receipt.uid, "rejected", (_CONFLICT,))
    sale = receipt.uid if before.kind == "sale" else None
    back = receipt.uid if before.kind == "refund" else None
    return ReceiptVerdict(receipt.uid, "duplicate", (), before.warnings, before.hash, order_uid=sale, return_uid=back)


def _row(receipt: Receipt, places: Mapping[str, int], mark: bytes) -> dict[str, Any]:
    return {
        "uid": receipt.uid,
        "kind": receipt.kind,
        "till": receipt.till,
        "shift": receipt.shift,
        "number": receipt.number,
        "sequence": receipt.sequence,
        "occurred_at": receipt.occurred_at,
        "sent_at": receipt.sent_at,
        "location_id": places.get(receipt.location),
        "mark": mark.hex(),
        "hash": receipt.hash,
        "previous_hash": receipt.previous_hash,
        "refund_of": receipt.refund_of,
        "leases": receipt.leases or None,
    }


def _goods(new: Sequence[Receipt]) -> dict[str, tuple[int, str]]:
    return queries.goods(sorted({line.code for receipt in new for line in receipt.lines}))


def _profiles(source: Source, new: Sequence[Receipt]) -> dict[UUID, int | None]:
    """Whose each receipt is: the profile told, or the one its identifiers make; unusable ones are passed over."""
    found: dict[UUID, int | None] = {receipt.uid: receipt.profile_id for receipt in new}
    sightings: list[Sighting] = []
    owners: list[UUID] = []
    for receipt in new:
        usable = [_usable(kind, value) for kind, value in receipt.identifiers]
        identifiers = tuple(dict.fromkeys(one for one in usable if one is not None))
        if receipt.profile_id is None and identifiers:
            confirmed = frozenset(one.kind for one in identifiers if one.kind in source.confirms)
            sightings.append(
                Sighting(source.id, source.trust, identifiers, confirmed, receipt.occurred_at, receipt.uid)
            )
            owners.append(receipt.uid)
    if sightings:
        found |= dict(zip(owners, customers.resolve(sightings), strict=True))
    return found


def _usable(kind: str, value: str) -> Identifier | None:
    try:
        return customers.usable(kind, value)
    except customers.Unusable:
        return None


def _append(source: Source, new: Sequence[Receipt], world: Known) -> None:
    """What happened, for the timeline and for whoever reads the log."""
    written: list[log.Fact] = []
    for receipt in new:
        profile = world.profiles.get(receipt.uid)
        total = sum(line.net for line in receipt.lines)
        number = receipt.number or str(receipt.uid)
        body = facts.commerce(
            number=number if receipt.kind == "sale" else str(receipt.refund_of or ""),
            refund=number if receipt.kind == "refund" else "",
            total=total,
            currency=receipt.currency,
            products=[
                (line.position, world.goods.get(line.code, (0, line.code))[1], line.name, line.quantity, line.net)
                for line in receipt.lines
            ],
            location=receipt.location,
            reason=receipt.reason,
        )
        type_ = events.COMPLETED if receipt.kind == "sale" else events.GIVEN_BACK
        written.append(log.Fact(type_, "fact", receipt.occurred_at, msgspec.Raw(body), profile, source.id, receipt.uid))
        told = {
            "receipt": str(receipt.uid),
            "kind": receipt.kind,
            "till": receipt.till,
            "location": receipt.location,
            "total": total,
            "currency": receipt.currency,
            "profile": profile,
        }
        written.append(log.Fact(events.RECEIPT_TAKEN, "fact", receipt.occurred_at, told, None, source.id))
    log.append(written)
