"""Returns: asked for, approved, received, inspected. docs/algorithms/returns.md. Settling them is next door."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from edino.catalogue import api as catalogue
from edino.customers import api as customers
from edino.inventory import api as inventory
from edino.inventory.types import Disposition
from edino.kernel import clock, holds, log
from edino.kernel.errors import Invalid
from edino.kernel.idempotency import fingerprint
from edino.kernel.transactions import retried
from edino.orders import events
from edino.orders.api import acting, limiting, placing
from edino.orders.api.acting import By
from edino.orders.errors import (
    KeyTaken,
    NeedsCustomer,
    NoSuchReturn,
    OverTheLimit,
    TooManyPieces,
    WrongState,
)
from edino.orders.queries import book, fulfilment
from edino.orders.queries import receipts as receipts_queries
from edino.orders.queries import returns as queries
from edino.orders.queries.fulfilment import Sold
from edino.orders.rules import receipts as rules
from edino.orders.rules import shares
from edino.orders.types import Inspection, Return, ReturnLineInput, ReturnPolicy
from edino.staff import api as staff

OPEN = ("requested", "approved", "received", "inspected")


def get_return(*, uid: UUID) -> Return:
    """A return with its lines; `NoSuchReturn`."""
    found = queries.read(uid)
    if found is None:
        raise NoSuchReturn
    return found[0]


def returns_of(*, profiles: Sequence[int], limit: int = 20) -> list[Return]:
    """Returns that stand on these profiles, newest first."""
    return [get_return(uid=uid) for uid in queries.returns_of(profiles, limit)] if profiles else []


def request_return(
    *,
    uid: UUID,
    lines: Sequence[ReturnLineInput],
    by: By,
    way: str = "store",
    location: str = "",
    profile_id: int | None = None,
    reason: str = "",
    currency: str = "",
    source_id: int | None = None,
    policy: ReturnPolicy | None = None,
) -> Return:
    """Open a return of sold lines of one or more orders and receipts, or of goods that nothing proves.

    Pieces are taken from what may still come back at once: `TooManyPieces` when there are not so many. What has no
    line is looked for among what the customer bought; the rest is receiptless, `OverTheLimit` or `NeedsCustomer` where
    the policy (else that of the currency) forbids it. The same
    `uid` answers with the return that is there; with other content `KeyTaken`.
    """
    told = [(one.quantity, one.line_id, one.code, one.reason) for one in lines]
    mark = fingerprint([told, way, location, profile_id, reason])
    asked = {"by": by, "way": way, "location": location, "profile_id": profile_id, "reason": reason}
    return retried(lambda: _request(uid, lines, {**asked, "currency": currency, "source_id": source_id}, mark, policy))


def approve(*, uid: UUID, by: By) -> Return:
    """Agree to a return, so that the goods may come. Agreed already: nothing changes."""
    return _move(uid, "approved", ("requested",), by)


def refuse_return(*, uid: UUID, reason: str, by: By) -> Return:
    """Say no, and why; the pieces may be given back again."""
    return _release(uid, "refused", reason, by)


def withdraw_return(*, uid: UUID, by: By) -> Return:
    """The customer keeps the goods."""
    return _release(uid, "withdrawn", "", by)


def receive(*, uid: UUID, location: str, by: By) -> Return:
    """The goods are here: at any location, wherever they were sold."""
    place = inventory.location(code=location)
    return _move(uid, "received", ("requested", "approved"), by, location_id=place.id, fact=events.RETURN_RECEIVED)


def inspect(*, uid: UUID, inspections: Sequence[Inspection], by: By) -> Return:
    """Say what becomes of the goods of each line, and bring them into the stock that way. Done already: as it is."""
    with transaction.atomic():
        found = locked(uid)
        if found.state in {"inspected", "settled"}:
            return found
        if found.state != "received" or found.location_id is None:
            raise WrongState(state=found.state)
        known = {line.id for line in found.lines}
        if {one.line_id for one in inspections} != known:
            raise Invalid.field("inspections", "incomplete", "Say of each line what becomes of its goods.")
        queries.inspect([(one.line_id, one.disposition, one.note) for one in inspections])
        at = clock.now()
        _put_back(found, {one.line_id: one.disposition for one in inspections}, at)
        queries.move(found.id, "inspected", at)
        _note(found, "return inspected", at, by)
        return get_return(uid=uid)


def locked(uid: UUID) -> Return:
    """The return, locked for the rest of the transaction."""
    if not queries.lock(uid):
        raise NoSuchReturn
    return get_return(uid=uid)


def let_go(found: Return) -> None:
    """Drop what was chosen instead, if it is not placed: its goods are anybody's again."""
    if found.exchange_uid is not None and acting.locked(found.exchange_uid).state == "draft":
        holds.release(holds.Owner("order", found.exchange_uid))
        placing.drop_draft(uid=found.exchange_uid)
        queries.no_exchange(found.id)


def _request(
    uid: UUID, lines: Sequence[ReturnLineInput], asked: Mapping[str, Any], mark: bytes, policy: ReturnPolicy | None
) -> Return:
    before = queries.read(uid)
    if before is None:
        at = clock.now()
        loose = [one for one in lines if one.line_id is None]
        if loose and asked["profile_id"]:
            customers.lock(profiles=[asked["profile_id"]])  # before any lock of our own
        sold = _named(lines)
        if not lines or any(one.quantity <= 0 for one in lines):
            raise Invalid.field("lines", "required", "Say what comes back, and how many of it.")
        currencies = {one.currency for one in sold.values()} | ({asked["currency"]} - {""})
        if len(currencies) != 1:
            raise Invalid.field("currency", "currency", "A return is of one currency.")
        currency = currencies.pop()
        profile = asked["profile_id"] or next((one.profile_id for one in sold.values() if one.profile_id), None)
        rows = _rows(lines, sold)
        rows += _loose(
            loose,
            profile,
            currency,
            asked,
            policy or limiting.policy(currency=currency),
            {one.id for one in sold.values()},
        )
        place = inventory.location(code=asked["location"]) if asked["location"] else None
        id_ = queries.add_return(
            uid=uid,
            state="requested",
            way=asked["way"],
            currency=currency,
            source_id=asked["source_id"],
            location_id=place.id if place else None,
            profile_id=profile,
            reason=asked["reason"],
            by=acting.name(asked["by"]),
            worth=sum(row["amount"] for row in rows),
            mark=mark,
            at=at,
        )
        if id_ is not None:
            queries.add_lines(id_, rows)
            _take((row["line_id"], row["quantity"], row["amount"]) for row in rows)
            made = get_return(uid=uid)
            _note(made, "return requested", at, asked["by"])
            log.append([_fact(made, events.RETURN_REQUESTED, at)])
            return made
        before = queries.read(uid)
    if before is None or before[1] != mark:
        raise KeyTaken
    return before[0]


def _named(lines: Sequence[ReturnLineInput]) -> dict[int, Sold]:
    ids = sorted({one.line_id for one in lines if one.line_id is not None})
    sold = fulfilment.lock_lines(ids) if ids else {}
    for place, one in enumerate(lines):
        if one.line_id is not None and one.line_id not in sold:
            raise Invalid.field(f"lines[{place}].line_id", "unknown", "Nothing was sold in this line.")
    return sold


def _rows(lines: Sequence[ReturnLineInput], sold: Mapping[int, Sold]) -> list[dict[str, Any]]:
    """Pieces of sold lines, at their worth after what was taken before."""
    left: dict[int, tuple[int, int]] = {}
    rows = []
    for one in lines:
        if one.line_id is None:
            continue
        line = sold[one.line_id]
        pieces, less = left.get(line.id) or (line.quantity - line.cancelled - line.returned, line.less)
        if one.quantity > pieces - (line.quantity - line.cancelled - line.fulfilled):
            raise TooManyPieces
        amount = shares.part(line.net, less, pieces, one.quantity)
        left[line.id] = (pieces - one.quantity, less + amount)
        rows.append(_row(line, one.quantity, amount, one.reason))
    return rows


def _row(line: Sold, quantity: int, amount: int, reason: str) -> dict[str, Any]:
    return {
        "line_id": line.id,
        "variant_id": line.variant_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": quantity,
        "amount": amount,
        "reason": reason,
        "measure": line.measure,
    }


def _loose(  # noqa: PLR0917 - one private caller, which has gathered all this
    loose: Sequence[ReturnLineInput],
    profile: int | None,
    currency: str,
    asked: Mapping[str, Any],
    policy: ReturnPolicy,
    named: set[int],
) -> list[dict[str, Any]]:
    """Goods without a line: of what the customer bought, or receiptless under the limit."""
    if not loose:
        return []
    if profile is None:
        raise NeedsCustomer.field("profile_id", "required", NeedsCustomer.__doc__ or "")
    owner = customers.lock(profiles=[profile])[profile].customer.id
    goods = {one.code: catalogue.find_variant(code=one.code) for one in loose}
    for place, one in enumerate(loose):
        if goods[one.code] is None:
            raise Invalid.field(f"lines[{place}].code", "unknown", "These goods are not in the catalogue.")
    at = clock.now()
    skus = {code: variant.sku for code, variant in goods.items() if variant is not None}
    found = receipts_queries.sold_to(sorted({(owner, sku) for sku in skus.values()}), currency)
    backs = [rules.Back(place, owner, skus[one.code], one.quantity, at) for place, one in enumerate(loose)]
    left = [
        rules.Left(line.id, owner, sku, line.fulfilled - line.returned, when)
        for _, sku, line, when in found
        if line.id not in named
    ]
    matched = rules.match(backs, left)
    sold = fulfilment.lock_lines(sorted({id_ for parts in matched.values() for id_, _ in parts}))
    parts = [
        ReturnLineInput(count, id_, one.code, one.reason)
        for place, one in enumerate(loose)
        for id_, count in matched[place]
    ]
    rest = [(one, one.quantity - sum(count for _, count in matched[place])) for place, one in enumerate(loose)]
    rest = [(one, count) for one, count in rest if count]
    rows = _rows(parts, sold)
    if rest:
        rows += _receiptless(rest, goods, owner, currency, asked, policy)
    return rows


def _receiptless(  # noqa: PLR0917 - one private caller
    rest: Sequence[tuple[ReturnLineInput, int]],
    goods: Mapping[str, Any],
    owner: int,
    currency: str,
    asked: Mapping[str, Any],
    policy: ReturnPolicy,
) -> list[dict[str, Any]]:
    """Goods that nothing proves, at the lowest price of the last 30 days."""
    at = clock.now()
    if asked["by"] is None or not (asked["reason"] or all(one.reason for one, _ in rest)):
        raise NeedsCustomer.field("reason", "required", NeedsCustomer.__doc__ or "")
    variants = [goods[one.code] for one, _ in rest]
    prices = catalogue.prices(variant_ids=[variant.id for variant in variants], currency=currency)
    rows = []
    for (one, count), variant in zip(rest, variants, strict=True):
        price = prices.get(variant.id)
        unit = 0 if price is None else price.unit if price.lowest_30d is None else min(price.unit, price.lowest_30d)
        rows.append(
            {
                "line_id": None,
                "variant_id": variant.id,
                "sku": variant.sku,
                "name": variant.name,
                "quantity": count,
                "amount": unit * count,
                "reason": one.reason or asked["reason"],
                "measure": "",
            }
        )
    times, amount = queries.receiptless(owner, at - timedelta(days=policy.days), currency)
    worth = sum(row["amount"] for row in rows)
    if times + 1 > policy.times or amount + worth > policy.amount:
        raise OverTheLimit
    return rows


def _take(rows: Iterable[tuple[int | None, int, int]], sign: int = 1) -> None:
    """Count pieces (sold line, how many, worth) as returned, or with -1 as kept after all."""
    taken: dict[int, tuple[int, int]] = {}
    for id_, count, amount in rows:
        if id_ is not None:
            pieces, money = taken.get(id_, (0, 0))
            taken[id_] = (pieces + sign * count, money + sign * amount)
    if taken:
        fulfilment.count_lines({id_: (0, 0, *both) for id_, both in sorted(taken.items())})


def _move(
    uid: UUID, state: str, from_: Sequence[str], by: By, *, location_id: int | None = None, fact: str = ""
) -> Return:
    with transaction.atomic():
        found = locked(uid)
        if found.state == state:
            return found
        if found.state not in from_:
            raise WrongState(state=found.state)
        at = clock.now()
        queries.move(found.id, state, at, location_id=location_id)
        _note(found, f"return {state}", at, by)
        moved = get_return(uid=uid)
        if fact:
            log.append([_fact(moved, fact, at)])
        return moved


def _release(uid: UUID, state: str, reason: str, by: By) -> Return:
    with transaction.atomic():
        found = locked(uid)
        if found.state == state:
            return found
        if found.state not in {"requested", "approved"}:
            raise WrongState(state=found.state)
        at = clock.now()
        _take(((line.sold_line_id, line.quantity, line.amount) for line in found.lines), -1)
        let_go(found)
        queries.move(found.id, state, at, reason=reason)
        _note(found, f"return {state}", at, by, reason)
        done = get_return(uid=uid)
        if state == "refused":
            log.append([_fact(done, events.RETURN_REFUSED, at)])
        return done


def _put_back(found: Return, dispositions: Mapping[int, str], at: datetime) -> None:
    goods: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in found.lines:
        if line.variant_id is not None and dispositions[line.id] != "write_off":
            goods[dispositions[line.id]][line.variant_id] += line.quantity
    for disposition, pieces in sorted(goods.items()):
        assert found.location_id is not None  # noqa: S101 - the caller looked
        inventory.put_back(
            key=f"{found.uid}:{disposition}",
            location_id=found.location_id,
            lines=sorted(pieces.items()),
            disposition=cast("Disposition", disposition),
            at=at,
        )


def _note(found: Return, what: str, at: datetime, by: By, why: str = "") -> None:
    orders = sorted({line.order_uid for line in found.lines if line.order_uid is not None})
    detail = {"number": found.number, "return": str(found.uid)}
    for id_ in book.ids(orders):
        book.add_history(id_, at, what, by=acting.name(by), why=why or found.reason, detail=detail)
    if by is not None:
        did = what.rsplit(maxsplit=1)[-1]
        staff.audit(actor=by, operation="returns.take", subject=("return", str(found.uid)), detail={"did": did})


def _fact(found: Return, type_: str, at: datetime, **more: Any) -> log.Fact:
    body = {
        "return": str(found.uid),
        "number": found.number,
        "state": found.state,
        "way": found.way,
        "location": found.location,
        "worth": found.worth,
        "currency": found.currency,
        "profile": found.profile_id,
        "orders": sorted({str(line.order_uid) for line in found.lines if line.order_uid}),
        **more,
    }
    return log.Fact(type_, "fact", at, body)


note, fact = _note, _fact
