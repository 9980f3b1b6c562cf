"""What parts of lines are worth, and how money that goes back is shared: docs/algorithms/returns.md, 3 and 4."""

from collections.abc import Sequence
from typing import NamedTuple

from edino.kernel.money import split


class Holding(NamedTuple):
    """A payment that still holds money of the customer."""

    id: int
    tender: str
    left: int


def worth(net: int, quantity: int, taken: int, count: int) -> int:
    """What `count` pieces are worth after `taken` were cancelled or given back: largest remainder, earlier first."""
    if not 0 <= taken <= taken + count <= quantity:
        raise ValueError(f"{count} pieces after {taken} of {quantity}")
    base, rest = divmod(net, quantity)
    return count * base + min(taken + count, rest) - min(taken, rest)


def part(net: int, less: int, left: int, count: int) -> int:
    """What `count` of the `left` pieces of a line are worth that stand, after pieces worth `less` were taken off it."""
    return worth(net - less, left, 0, count)


def too_much(paid: int, due: int) -> int:
    """What has to go back when so much is held for so much that is due."""
    return max(0, paid - due)


def by_tender(amount: int, holdings: Sequence[Holding]) -> list[tuple[Holding, int]]:
    """Share a refund among payments by what each still holds; never more than that, nothing left over."""
    whole = sum(one.left for one in holdings)
    if not 0 <= amount <= whole:
        raise ValueError(f"{amount} of {whole} that are held")
    if not amount:
        return []
    shares = split(amount, [one.left for one in holdings])
    return [(one, share) for one, share in zip(holdings, shares, strict=True) if share]


def onto(
    parts: Sequence[tuple[int, int]], waiting: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int, int]], dict[int, int]]:
    """Put parts of a payment (which, amount) onto payments that were waited for (id, amount): each takes of one part.

    What was taken as (id, which, amount), and what is left of each part. Nothing is lost: they sum up to the parts.
    """
    left = dict(parts)
    taken: list[tuple[int, int, int]] = []
    for id_, most in waiting:
        which = next((one for one, amount in left.items() if amount), None)
        if which is not None and most > 0:
            amount = min(most, left[which])
            left[which] -= amount
            taken.append((id_, which, amount))
    return taken, {which: amount for which, amount in left.items() if amount}
