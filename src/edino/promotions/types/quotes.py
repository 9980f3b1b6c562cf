"""What is answered: a quote, with its reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from edino.kernel.holds import Want


class Share(msgspec.Struct, frozen=True, gc=False):
    """What one promotion takes off one line, or off the delivery.

    A struct that garbage collection passes over, as there are many to a quote and none can be in a cycle.
    """

    promotion_id: int
    version: int
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with everything that was taken off it: `net` = `gross` - `discount`, `discount` = the sum of shares."""

    key: str
    quantity: int
    unit: int
    gross: int
    discount: int
    net: int
    shares: tuple[Share, ...]


class Reason(msgspec.Struct, frozen=True, gc=False):
    """Why a candidate applied or not: a code for machines, a sentence for people in the language now active."""

    promotion_id: int
    name: str
    applied: bool
    code: str
    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class CodeVerdict:
    """What became of a code that was given, in the writing it was given in."""

    code: str
    accepted: bool
    reason: str
    text: str = ""
    promotion_id: int | None = None


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift that was earned and is not in the basket: up to `quantity` units of these, free."""

    promotion_id: int
    name: str
    skus: tuple[str, ...]
    quantity: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs. `discount` is all that was taken off, delivery included; `total` is what is to be paid.

    `wants` must be held before anything is promised; `frozen` is JSON and names everything that was applied.
    """

    currency: str
    lines: tuple[QuotedLine, ...]
    delivery: int
    delivery_discount: int
    subtotal: int
    discount: int
    total: int
    why: tuple[Reason, ...]
    codes: tuple[CodeVerdict, ...] = ()
    wants: tuple[Want, ...] = ()
    gifts: tuple[Gift, ...] = ()
    delivery_shares: tuple[Share, ...] = ()
    frozen: Mapping[str, Any] = field(default_factory=dict)
