"""What a rehearsal tells."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Moved:
    """A basket whose total changed: `before` and `after` in minor units; `number` is what people call the order."""

    order_uid: UUID
    before: int
    after: int
    number: str = ""


@dataclass(frozen=True, slots=True)
class Seller:
    """What became of one SKU: units in the baskets that changed, and its revenue before and after."""

    sku: str
    quantity: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A promotion tried on baskets of the past. Amounts are minor units of `currency`.

    `winners` pay less than without it and `losers` more; `touched` is where it was applied. Margins are over the lines
    whose cost is known (`costed` of `gross`), None when there are none. `break_even` is the part by which baskets that
    it touched would have to become more for the margin to be what it was, None when that cannot be said.
    `refused` counts why it was not applied where it was a candidate.
    """

    currency: str
    baskets: int
    touched: int
    winners: int
    losers: int
    revenue_before: int
    revenue_after: int
    discount: int
    margin_before: int | None
    margin_after: int | None
    costed: int
    gross: int
    break_even: float | None
    biggest_winners: tuple[Moved, ...]
    biggest_losers: tuple[Moved, ...]
    sellers: tuple[Seller, ...]
    refused: tuple[tuple[str, int], ...]
    skipped: int = 0
