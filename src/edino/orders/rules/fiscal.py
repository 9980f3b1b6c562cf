"""Which fiscal receipts a purchase needs. docs/fiscal.md."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edino.kernel.money import split
from edino.orders.types.fiscal import TAKES, FiscalLine, Goods, Paid, Settles


class Piece(NamedTuple):
    """Pieces of a line that go into a receipt: what they are worth together."""

    name: str
    quantity: int
    sum: int
    tax: str
    goods: Goods = "commodity"


def lines(pieces: Sequence[Piece], settles: Settles) -> tuple[FiscalLine, ...]:
    """Lines whose price × quantity is their sum to the kopeck: pieces of a line that differ by one stand apart."""
    made: list[FiscalLine] = []
    for one in pieces:
        if one.quantity <= 0:
            continue
        base, dearer = divmod(one.sum, one.quantity)
        for price, count in ((base + 1, dearer), (base, one.quantity - dearer)):
            if count and price:
                made.append(FiscalLine(one.name, price, count, price * count, one.tax, settles, one.goods))
    return tuple(made)


def prepaid(pieces: Sequence[Piece], amount: int) -> tuple[FiscalLine, ...]:
    """The first receipt, of money that was taken before the goods were: all of their price, or a part of it."""
    whole = sum(one.sum for one in pieces)
    if amount >= whole:
        return lines(pieces, "full_prepayment")
    shares = split(amount, [one.sum for one in pieces])
    part = [one._replace(quantity=1, sum=share) for one, share in zip(pieces, shares, strict=True)]
    return lines(part, "prepayment")


def told(tenders: Mapping[str, int]) -> dict[Paid, int]:
    """Amounts by tender as the tax office counts them."""
    found: Counter[Paid] = Counter()
    for tender, amount in tenders.items():
        found[TAKES[tender]] += amount
    return {paid: amount for paid, amount in sorted(found.items()) if amount}


def settled(total: int, before: int, now: Mapping[str, int]) -> dict[Paid, int]:
    """Payments of the second receipt: what is paid now, and for the rest what the first receipt took already."""
    paid = told(now)
    over = sum(paid.values()) - total
    for kind in ("cash", "cashless", "other", "advance"):
        taken = min(max(over, 0), paid.get(kind, 0))
        if taken:
            paid[kind] -= taken
            over -= taken
    rest = total - sum(paid.values())
    offset = min(rest, before)
    if offset:
        paid["advance"] = paid.get("advance", 0) + offset
    if rest - offset:
        paid["credit"] = rest - offset
    return {kind: amount for kind, amount in sorted(paid.items()) if amount}
