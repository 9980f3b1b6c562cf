"""Sales that come after their refund: tills are emptied, and files written, in any order (returns.md, section 6).

The refund was taken as goods that nothing proves. Now that its sale is here, its pieces and its money belong to that
sale, or the same goods could be brought back, and paid for, a second time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from edino.orders.api.taking_back import drawn, off
from edino.orders.queries import belated as queries
from edino.orders.queries import book
from edino.orders.queries import receipts as sold
from edino.orders.queries.belated import Early, Loose
from edino.orders.queries.receipts import SoldLine
from edino.orders.rules import shares
from edino.orders.types import Receipt

Parts = list[tuple[SoldLine | None, int, int]]
"""How an early refund's line is divided: (sold line, pieces, amount); without a line: still of nothing known."""


def in_turn(new: Sequence[Receipt]) -> None:
    """Let no refund pass its sale unseen: whoever names a sale that is not here yet waits for sales that are coming."""
    sales = {one.uid for one in new if one.kind == "sale"}
    named = {one.refund_of for one in new if one.refund_of is not None and one.kind == "refund"} - sales
    if named and named - set(queries.here(sorted(named))):
        queries.alone()
    elif sales:
        queries.beside()


def tie(sales: Sequence[Receipt], at: datetime) -> None:
    """Tie refunds that came before these sales to them, as far as there is anything left of the sale."""
    early = queries.early(sorted(one.uid for one in sales))
    if not early:
        return
    lines: dict[tuple[UUID, str], list[SoldLine]] = defaultdict(list)
    for uid, _, sku, line in sold.sold_by_uid(sorted({one.sale for one in early})):
        lines[uid, sku].append(line)
    rest = {line.id: line.fulfilled - line.returned for of in lines.values() for line in of}
    parts = {one.id: _parts(one, lines[one.sale, one.sku], rest) for one in early}
    parts = {id_: found for id_, found in parts.items() if found[0][0] is not None}
    if not parts:
        return
    off([(line, count) for of in parts.values() for line, count, _ in of if line is not None])
    queries.divide(
        [(id_, line.id if line else None, pieces, amount) for id_, of in parts.items() for line, pieces, amount in of]
    )
    _money([one for one in early if one.id in parts], parts, at)


def _parts(one: Early, lines: Sequence[SoldLine], rest: dict[int, int]) -> Parts:
    found: Parts = []
    pieces, money = one.quantity, one.amount
    for line in lines:
        count = min(pieces, rest[line.id])
        if count:
            rest[line.id] -= count
            amount = shares.worth(money, pieces, 0, count)
            found.append((line, count, amount))
            pieces, money = pieces - count, money - amount
    return [*found, (None, pieces, money)] if pieces else found


def _money(early: Sequence[Early], parts: Mapping[int, Parts], at: datetime) -> None:
    """What was given back comes off the payments of the sale, those of its tender first."""
    of_sale: dict[UUID, int] = {}
    back: dict[UUID, int] = defaultdict(int)
    for one in early:
        for line, _, amount in parts[one.id]:
            if line is not None:
                of_sale[one.refund] = line.order_id
                back[one.refund] += amount
    held: dict[int, list[list[Any]]] = defaultdict(list)
    for payment in sold.payments_of(sorted(set(of_sale.values()))):
        held[payment[1]].append(list(payment))
    moved, more = [], []
    for row in queries.loose(sorted(back)):
        amount = min(row.amount, back[row.refund])
        back[row.refund] -= amount
        drawn_ = drawn(held[of_sale[row.refund]], row.tender, amount) if amount else []
        found = [(payment, count) for payment, count in drawn_ if payment is not None]
        if found:
            moved.append((row.id, of_sale[row.refund], *found[0]))
            more += [_row(row, of_sale[row.refund], *one) for one in found[1:]]
            rest = row.amount - sum(count for _, count in found)
            more += [_row(row, None, None, rest)] if rest else []
    if moved:
        queries.tie_refunds(moved)
    if more:
        book.add_refunds(more, at)


def _row(row: Loose, order_id: int | None, payment: int | None, amount: int) -> dict[str, Any]:
    return {
        "payment_id": payment,
        "order_id": order_id,
        "tender": row.tender,
        "amount": amount,
        "currency": row.currency,
        "state": "done",
        "cause_kind": "receipt",
        "cause_key": str(row.refund),
        "provider": row.provider,
        "provider_ref": row.provider_ref,
    }
