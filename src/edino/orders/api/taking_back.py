"""Refunds that have happened: returns that are settled when they are written. docs/algorithms/returns.md, section 6."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from edino.channels.types import Source
from edino.inventory import api as inventory
from edino.inventory.types import Disposition
from edino.kernel.money import split
from edino.orders.api import till_cards
from edino.orders.api.selling import UNKNOWN_GOODS, Counted, left
from edino.orders.queries import book, fulfilment
from edino.orders.queries import receipts as queries
from edino.orders.queries.receipts import SoldLine
from edino.orders.rules import receipts as rules
from edino.orders.rules import shares
from edino.orders.types import Receipt, ReceiptLine, ReceiptProblem

if TYPE_CHECKING:
    from edino.orders.api.receiving import Known


MORE_THAN_SOLD = ReceiptProblem(
    "lines", "more_than_sold", "More comes back than is left of this sale: the rest was taken as without a receipt."
)


class _Part(NamedTuple):
    """A part of a refunded line: of a sold line, or of nothing known."""

    receipt: Receipt
    line: ReceiptLine
    sold: SoldLine | None
    quantity: int
    amount: int


def take_back(source: Source, refunds: Sequence[Receipt], world: "Known", at: datetime, origin: str) -> Counted:
    """Write refunds as settled returns, tie them to what was sold, and bring their goods back."""
    parts = _parts(refunds, world)
    off([(part.sold, part.quantity) for part in parts if part.sold is not None])
    _money(refunds, parts, world, at)
    rows = [_return(receipt, world) for receipt in refunds]
    lines = [_line(part, world) for part in parts]
    queries.add_settled(source_id=source.id, way="till" if origin == "till" else "import", returns=rows, lines=lines)
    _stock(parts, world)
    unknown = sum(part.line.code not in world.goods for part in parts)
    for part in parts:
        if part.line.code not in world.goods:
            world.warnings.setdefault(part.receipt.uid, [UNKNOWN_GOODS])
    matched = sum(part.sold is not None for part in parts)
    count = sum(len(receipt.lines) for receipt in refunds)
    return Counted(refunds=len(rows), lines=count, unknown=unknown, matched=matched, receiptless=len(parts) - matched)


def off(parts: Sequence[tuple[SoldLine, int]]) -> None:
    """Count pieces of sold lines as returned, and take what they are worth off what is due."""
    taken: dict[int, tuple[int, int]] = {}
    due: dict[int, int] = defaultdict(int)
    for line, count in parts:
        pieces, money = taken.get(line.id, (0, 0))
        left = line.quantity - line.cancelled - line.returned - pieces
        worth = shares.part(line.net, line.less + money, left, count)
        taken[line.id] = (pieces + count, money + worth)
        due[line.order_id] += worth
    if taken:
        fulfilment.count_lines({id_: (0, 0, pieces, money) for id_, (pieces, money) in sorted(taken.items())})
        queries.less_due(due)


def _parts(refunds: Sequence[Receipt], world: "Known") -> list[_Part]:
    """Which sold lines each refunded line is of: those it names, else the customer's own, else none."""
    named = {receipt.refund_of for receipt in refunds if receipt.refund_of is not None}
    sold: dict[tuple[UUID, str], list[tuple[str, SoldLine]]] = defaultdict(list)
    for uid, line_key, sku, one in queries.sold_by_uid(sorted(named)) if named else ():
        sold[uid, sku].append((line_key, one))
    here = {uid for uid, _ in sold}
    rest_of = {line.id: line.fulfilled - line.returned for lines in sold.values() for _, line in lines}
    parts: list[_Part] = []
    open_: list[tuple[Receipt, ReceiptLine, int, int]] = []
    for receipt in sorted(refunds, key=lambda one: (one.occurred_at, one.uid)):
        for line in receipt.lines:
            rest, money = line.quantity, line.net
            sku = world.goods.get(line.code, (None, line.code))[1]
            for line_key, of in sold.get((receipt.refund_of, sku), ()) if receipt.refund_of else ():
                count = min(rest, rest_of[of.id])
                if count and (line.refund_of_line is None or line_key == str(line.refund_of_line)):
                    rest_of[of.id] -= count
                    amount = shares.worth(money, rest, 0, count)
                    parts.append(_Part(receipt, line, of, count, amount))
                    rest, money = rest - count, money - amount
            if rest:
                open_.append((receipt, line, rest, money))
                if receipt.refund_of in here:
                    world.warnings.setdefault(receipt.uid, []).append(MORE_THAN_SOLD)
    return parts + _own(open_, world, set(rest_of))


def _own(open_: Sequence[tuple[Receipt, ReceiptLine, int, int]], world: "Known", named: set[int]) -> list[_Part]:
    """Match with what the same customer bought; sold lines that a receipt of this batch names are left to it."""
    profiles = [profile for receipt, *_ in open_ if (profile := world.profiles.get(receipt.uid)) is not None]
    owners = queries.owners(sorted(set(profiles)))
    backs: dict[str, list[rules.Back]] = defaultdict(list)
    for place, (receipt, line, rest, _) in enumerate(open_):
        owner = owners.get(world.profiles.get(receipt.uid) or 0)
        sku = world.goods.get(line.code, (None, line.code))[1]
        if owner is not None:
            backs[receipt.currency].append(rules.Back(place, owner, sku, rest, receipt.occurred_at))
    sold: dict[int, SoldLine] = {}
    matched: dict[int, list[tuple[int, int]]] = {}
    for currency, wanted in sorted(backs.items()):
        found = queries.sold_to(sorted({(one.owner, one.sku) for one in wanted}), currency)
        sold |= {line.id: line for _, _, line, _ in found}
        shelves = [
            rules.Left(line.id, owner, sku, line.fulfilled - line.returned, when)
            for owner, sku, line, when in found
            if line.id not in named
        ]
        matched |= rules.match(wanted, shelves)
    parts: list[_Part] = []
    for place, (receipt, line, rest, money) in enumerate(open_):
        found_ = matched.get(place, [])
        counts = [count for _, count in found_]
        missing = rest - sum(counts)
        amounts = split(money, [*counts, missing]) if money else [0] * (len(counts) + 1)
        parts += [
            _Part(receipt, line, sold[id_], count, amount)
            for (id_, count), amount in zip(found_, amounts, strict=False)
        ]
        if missing:
            parts.append(_Part(receipt, line, None, missing, amounts[-1]))
    return parts


def _money(refunds: Sequence[Receipt], parts: Iterable[_Part], world: "Known", at: datetime) -> None:
    """Count what was given back on the payments it came from, by tender first; the rest stands in the ledger alone."""
    by_receipt: dict[UUID, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    alone: dict[UUID, int] = defaultdict(int)
    for part in parts:
        if part.sold is None:
            alone[part.receipt.uid] += part.amount
        else:
            by_receipt[part.receipt.uid][part.sold.order_id] += part.amount
    orders = sorted({order for of in by_receipt.values() for order in of})
    held: list[list[Any]] = [list(one) for one in queries.payments_of(orders)] if orders else []
    of_order: dict[int, list[list[Any]]] = defaultdict(list)
    for one in held:
        of_order[one[1]].append(one)
    rows: dict[tuple[UUID, int | None, str], dict[str, Any]] = {}
    for receipt in refunds:
        tenders = [(one.tender, one.amount) for one in receipt.tenders if one.amount]
        total = sum(line.net for line in receipt.lines)
        sums: list[tuple[int, int]] = [*sorted(by_receipt[receipt.uid].items()), (0, alone[receipt.uid])]
        for order_id, amount in sums:
            weights = [weight for _, weight in tenders]
            told = [("other", amount)]
            if tenders:
                told = list(zip([name for name, _ in tenders], split(amount, weights), strict=True))
            for tender, share in told if total else ():
                card = _card(receipt, world) if tender == till_cards.GIFT_CARD else {}
                for payment, count in drawn(of_order.get(order_id, []), tender, share):
                    _add(rows, receipt, order_id or None, payment=payment, tender=tender, amount=count, card=card)
    if rows:
        book.add_refunds(list(rows.values()), at)


def _card(receipt: Receipt, world: "Known") -> Mapping[str, str]:
    """The card that a refund went to: the last one that it names."""
    places = [place for uid, place in world.cards if uid == receipt.uid]
    return till_cards.named(world, receipt.uid, max(places, default=0))


def drawn(held: list[list[Any]], tender: str, amount: int) -> list[tuple[int | None, int]]:
    """Draw an amount from payments, those of the tender first; what they do not hold is drawn from none."""
    found: list[tuple[int | None, int]] = []
    for one in sorted(held, key=lambda one: (one[2] != tender, one[0])):
        count = min(amount, one[3])
        if count:
            one[3] -= count
            amount -= count
            found.append((one[0], count))
    return [*found, (None, amount)] if amount else found


def _add(
    rows: dict[tuple[UUID, int | None, str], dict[str, Any]],
    receipt: Receipt,
    order_id: int | None,
    *,
    payment: int | None,
    tender: str,
    amount: int,
    card: Mapping[str, str],
) -> None:
    row = rows.get((receipt.uid, payment, tender))
    if row is not None:
        row["amount"] += amount
        return
    rows[receipt.uid, payment, tender] = {
        "payment_id": payment,
        "order_id": order_id,
        "tender": tender,
        "amount": amount,
        "currency": receipt.currency,
        "state": "done",
        "cause_kind": "receipt",
        "cause_key": str(receipt.uid),
        "provider": card.get("provider", ""),
        "provider_ref": card.get("reference", ""),
    }


def _return(receipt: Receipt, world: "Known") -> Mapping[str, Any]:
    worth = sum(line.net for line in receipt.lines)
    return {
        "uid": receipt.uid,
        "number": receipt.number or str(receipt.uid)[-12:],
        "currency": receipt.currency,
        "location_id": world.places.get(receipt.location),
        "profile_id": world.profiles.get(receipt.uid),
        "reason": receipt.reason,
        "by": receipt.staff_name,
        "worth": worth,
        "settlement": {
            "worth": worth,
            "refunded": worth,
            "carried": 0,
            "to_pay": 0,
            "tenders": {one.tender: one.amount for one in receipt.tenders},
        },
        "refund_of": receipt.refund_of,
        "occurred_at": receipt.occurred_at,
    }


def _line(part: _Part, world: "Known") -> Mapping[str, Any]:
    variant, sku = world.goods.get(part.line.code, (None, part.line.code))
    return {
        "uid": part.receipt.uid,
        "line_id": part.sold.id if part.sold else None,
        "variant_id": variant,
        "sku": sku,
        "name": part.line.name,
        "quantity": part.quantity,
        "amount": part.amount,
        "reason": part.line.reason or part.receipt.reason,
        "disposition": part.line.disposition,
        "measure": "" if part.line.measure is None else str(part.line.measure),
    }


def _stock(parts: Iterable[_Part], world: "Known") -> None:
    """Bring the goods back to where the refund was made, by what became of them."""
    back: dict[tuple[UUID, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    receipts: dict[UUID, Receipt] = {}
    for part in parts:
        receipt, line = part.receipt, part.line
        variant = world.goods.get(line.code, (None, ""))[0]
        if variant is None or line.measure is not None or not receipt.location or line.disposition == "write_off":
            continue
        receipts[receipt.uid] = receipt
        back[receipt.uid, line.disposition][variant] += part.quantity
    for (uid, disposition), goods in back.items():
        place, when = world.places[receipts[uid].location], receipts[uid].occurred_at
        if disposition == "resell":
            world.moves.extend(left(receipts[uid], place, {variant: -count for variant, count in goods.items()}))
        else:
            aside: Disposition = "damaged" if disposition == "damaged" else "quarantine"
            inventory.put_back(
                key=f"{uid}:{disposition}", location_id=place, lines=sorted(goods.items()), disposition=aside, at=when
            )
