"""Sales that have happened: orders that are closed when they are written, and goods that have left."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from edino.channels.types import Source
from edino.inventory.types import Sale
from edino.orders.api import till_cards
from edino.orders.queries import receipts as queries
from edino.orders.types import Receipt, ReceiptProblem

if TYPE_CHECKING:
    from edino.orders.api.receiving import Known

UNKNOWN_GOODS = ReceiptProblem(
    "lines", "unknown_goods", "Some goods are not in the catalogue: no stock was moved for them."
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a batch wrote: sales, refunds, lines; refunded parts matched with a sale, and those that were not."""

    sales: int = 0
    refunds: int = 0
    lines: int = 0
    unknown: int = 0
    matched: int = 0
    receiptless: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            self.sales + other.sales,
            self.refunds + other.refunds,
            self.lines + other.lines,
            self.unknown + other.unknown,
            self.matched + other.matched,
            self.receiptless + other.receiptless,
        )


def sell(source: Source, sales: Sequence[Receipt], world: "Known", at: datetime, origin: str) -> Counted:
    """Write sales with their lines, payments and credits, and let their goods leave the stock."""
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    payments: list[dict[str, Any]] = []
    served: list[dict[str, Any]] = []
    unknown = 0
    for receipt in sales:
        goods: dict[int, int] = defaultdict(int)
        for line in receipt.lines:
            variant, sku = world.goods.get(line.code, (None, line.code))
            lines.append({"place": len(lines), **_line(receipt.uid, line, variant, sku)})
            if variant is None:
                unknown += 1
                world.warnings.setdefault(receipt.uid, [UNKNOWN_GOODS])
            elif line.measure is None:
                goods[variant] += line.quantity
        total = sum(line.net for line in receipt.lines)
        rows.append(_sale(receipt, world, total))
        payments += _payments(receipt, world, total)
        if receipt.location:
            served.append({"uid": receipt.uid, "staff_id": receipt.staff_id, "name": receipt.staff_name})
            if goods:
                place = world.places[receipt.location]
                world.moves.extend(left(receipt, place, goods))
    queries.add_sales(
        source_id=source.id,
        channel=source.channel,
        origin=origin,
        at=at,
        sales=rows,
        lines=lines,
        payments=payments,
        credits=served,
    )
    return Counted(sales=len(rows), lines=len(lines), unknown=unknown)


def left(receipt: Receipt, place: int, goods: Mapping[int, int]) -> list[Sale]:
    """What a receipt moved out of the stock of a place (below zero: brought back), each under a key of its own."""
    uid = str(receipt.uid)
    return [
        Sale(f"{uid}:{variant}", place, variant, count, receipt.occurred_at, "receipt", uid)
        for variant, count in sorted(goods.items())
    ]


def _sale(receipt: Receipt, world: "Known", total: int) -> dict[str, Any]:
    discount = sum(line.discount for line in receipt.lines)
    return {
        "uid": receipt.uid,
        "number": receipt.number or str(receipt.uid)[-12:],
        "currency": receipt.currency,
        "location_id": world.places.get(receipt.location),
        "profile_id": world.profiles.get(receipt.uid),
        "subtotal": total + discount,
        "discount": discount,
        "total": total,
        "occurred_at": receipt.occurred_at,
    }


def _line(uid: UUID, line: Any, variant: int | None, sku: str) -> dict[str, Any]:
    return {
        "uid": uid,
        "key": str(line.position),
        "variant_id": variant,
        "sku": sku,
        "name": line.name,
        "quantity": line.quantity,
        "unit": line.unit,
        "discount": line.discount,
        "net": line.net,
        "tax": line.tax,
        "measure": "" if line.measure is None else str(line.measure),
        "shares": line.shares or None,
    }


def _payments(receipt: Receipt, world: "Known", total: int) -> list[dict[str, Any]]:
    told = [
        (one.tender, one.amount, _named(receipt, world, place, one.tender, one.reference))
        for place, one in enumerate(receipt.tenders, 1)
        if one.amount
    ]
    if not told and total:
        told = [("other", total, {"provider": "", "reference": ""})]
    return [
        {"uid": receipt.uid, "key": str(number), "tender": tender, "amount": amount, **named}
        for number, (tender, amount, named) in enumerate(told, 1)
    ]


def _named(receipt: Receipt, world: "Known", place: int, tender: str, reference: str) -> dict[str, str]:
    if tender == till_cards.GIFT_CARD:
        return till_cards.named(world, receipt.uid, place)
    return {"provider": tender if tender == "points" else "", "reference": reference}
