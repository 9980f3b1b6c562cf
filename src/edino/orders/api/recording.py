"""Sales and returns that files tell of, by the same door as a till's receipts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from edino.activity import api as activity
from edino.activity.types import OrderFact, OrderLine, Recorded
from edino.catalogue import api as catalogue
from edino.channels.types import Source
from edino.kernel import clock, ids
from edino.kernel.money import exponent
from edino.orders import events
from edino.orders.api import belated
from edino.orders.api.receiving import Known, write
from edino.orders.queries import receipts as queries
from edino.orders.types import Receipt, ReceiptLine

_MOST: Final = (1 << 31) - 1


def record_orders(*, source: Source, lines: Sequence[OrderLine]) -> tuple[Recorded, Mapping[str, int]]:
    """Put lines on the log and into the book; what became of them, and in a few words what was remarkable.

    In the caller's transaction; may raise `TryAgain`. The log's facts decide what is new, so the same line changes
    nothing in the book either. A sale is closed and a return settled under the fact's key as its uid; goods move in
    the stock of the location that the file names, and only where the catalogue knows them.
    """
    recorded = activity.record_orders(source=source, lines=lines)
    if not recorded.fresh:
        return recorded, {}
    currency = catalogue.default_assortment().currency
    receipts = [made for fact in recorded.fresh if (made := _receipt(source, fact, currency)).lines]
    places = queries.places(sorted({one.location for one in receipts if one.location}))
    nowhere = sum(one.location not in places for one in receipts if one.location)
    world = Known(
        places,
        queries.goods(sorted({line.code for one in receipts for line in one.lines})),
        {one.uid: one.profile_id for one in receipts},
    )
    counted = None
    if receipts:
        at = clock.now()
        belated.in_turn(receipts)
        counted = write(source, receipts, world, at, origin="import")
        belated.tie([one for one in receipts if one.kind == "sale"], at)
    remarks = Counter[str]()
    if counted is not None:
        unknown = sum(line.code not in world.goods for one in receipts if one.location for line in one.lines)
        remarks["sku: not in the catalogue (taken without moving stock)"] = unknown
        remarks["quantity: given back without a sale (receiptless)"] = counted.receiptless
        remarks["location: unknown (taken without moving stock)"] = nowhere
    return recorded, {words: count for words, count in remarks.items() if count}


def _receipt(source: Source, fact: OrderFact, currency: str) -> Receipt:
    """A fact of the log as the receipt it was."""
    told = [line for _, line in sorted(fact.lines.items()) if line.quantity]
    first = next(iter(fact.lines.values()))
    currency = first.currency or currency
    places = exponent(currency)
    sale = fact.type == events.COMPLETED
    of = ids.content_id(str(source.id), events.COMPLETED, first.refund_of) if first.refund_of and not sale else None
    return Receipt(
        uid=fact.key,
        till="",
        kind="sale" if sale else "refund",
        occurred_at=fact.at,
        location=first.location,
        currency=currency,
        lines=tuple(_line(line, places) for line in told),
        number=fact.number,
        profile_id=fact.profile_id,
        refund_of=of,
    )


def _line(line: OrderLine, places: int) -> ReceiptLine:
    """A line in minor units, rounded once. What is not sold by the piece is one piece of that measure."""
    quantity, price = abs(line.quantity), abs(line.price)
    net = _minor(quantity * price, places)
    whole = quantity == quantity.to_integral_value() and quantity <= _MOST
    return ReceiptLine(
        position=line.ordinal,
        code=line.sku,
        quantity=int(quantity) if whole else 1,
        unit=_minor(price, places) if whole else net,
        net=net,
        name=line.name,
        measure=None if whole else quantity,
        # A negative price gives money back, not goods.
        disposition="resell" if line.quantity < 0 else "write_off",
    )


def _minor(amount: Decimal, places: int) -> int:
    return int(amount.scaleb(places).to_integral_value(rounding=ROUND_HALF_EVEN))
