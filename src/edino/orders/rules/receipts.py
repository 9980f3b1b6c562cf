"""What tills say, judged: sums, the chain of hashes, which sold lines a customer's returns are of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from edino.kernel.money import currencies
from edino.orders.types import Receipt, ReceiptLine, ReceiptProblem

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_TRANSPORT = ("sent_at", "hash", "profile_id", "extra")


class Back(NamedTuple):
    """Goods that come back: `id` is the caller's, in order of time."""

    id: int
    owner: int
    sku: str
    quantity: int
    at: datetime


class Left(NamedTuple):
    """A sold line of which something is left."""

    line_id: int
    owner: int
    sku: str
    left: int
    at: datetime


def content(receipt: Receipt) -> dict[str, Any]:
    """What a receipt says happened, without how it was sent."""
    told: dict[str, Any] = msgspec.to_builtins(receipt, enc_hook=str)
    return {name: value for name, value in told.items() if name not in _TRANSPORT}


def mark(receipt: Receipt) -> bytes:
    """What tells two receipts under one uid apart: SHA-256 of the canonical JSON of what it says."""
    return sha256(_encode(content(receipt))).digest()


def chained(receipt: Receipt) -> str:
    """The hash of a receipt in its till's chain: SHA-256 of the one before it and of what this one says."""
    return sha256(receipt.previous_hash.encode() + mark(receipt)).hexdigest()


def problems(receipt: Receipt, at: datetime) -> tuple[ReceiptProblem, ...]:
    """What makes a receipt impossible to take."""
    found: list[ReceiptProblem] = []
    if not receipt.lines:
        found.append(ReceiptProblem("lines", "required", "A receipt has at least one line."))
    if receipt.currency not in currencies():
        found.append(ReceiptProblem("currency", "unknown", "ISO 4217 knows no such currency."))
    if receipt.occurred_at > at and (receipt.occurred_at - at).days >= 1:
        found.append(ReceiptProblem("occurred_at", "future", "This is said to happen more than a day from now."))
    if receipt.occurred_at < EARLIEST:
        found.append(ReceiptProblem("occurred_at", "past", "This is said to have happened before the year 2000."))
    positions = [line.position for line in receipt.lines]
    if len(set(positions)) < len(positions):
        found.append(ReceiptProblem("lines", "position", "Two lines have the same position."))
    for place, line in enumerate(receipt.lines):
        found += _line_problems(f"lines[{place}]", line)
    paid, total = sum(one.amount for one in receipt.tenders), sum(line.net for line in receipt.lines)
    if receipt.tenders and paid != total:
        found.append(ReceiptProblem("tenders", "sum", "The tenders do not sum up to the lines."))
    if any(one.amount < 0 for one in receipt.tenders):
        found.append(ReceiptProblem("tenders", "range", "An amount is below zero."))
    return tuple(found)


def _line_problems(field: str, line: ReceiptLine) -> list[ReceiptProblem]:
    found = []
    if line.quantity <= 0:
        found.append(ReceiptProblem(f"{field}.quantity", "range", "The quantity is above zero, in refunds too."))
    if line.net < 0 or line.discount < 0 or line.unit < 0:
        found.append(ReceiptProblem(f"{field}.net", "range", "An amount is below zero."))
    elif line.unit * line.quantity - line.discount != line.net:
        found.append(ReceiptProblem(f"{field}.net", "sum", "Price times quantity less discount is not the net amount."))
    if not line.code.strip():
        found.append(ReceiptProblem(f"{field}.code", "required", "Say the SKU or barcode."))
    return found


def match(backs: Sequence[Back], sold: Iterable[Left]) -> dict[int, list[tuple[int, int]]]:
    """Which sold lines give how many pieces to each return, by docs/algorithms/returns.md, section 6."""
    shelves: dict[tuple[int, str], list[list[Any]]] = {}
    for one in sorted(sold, key=lambda one: (one.at, one.line_id), reverse=True):
        if one.left > 0:
            shelves.setdefault((one.owner, one.sku), []).append([one.line_id, one.left, one.at])
    found: dict[int, list[tuple[int, int]]] = {}
    for back in sorted(backs, key=lambda back: (back.at, back.id)):
        need = back.quantity
        taken: list[tuple[int, int]] = []
        for shelf in shelves.get((back.owner, back.sku), ()):
            if not need:
                break
            count = min(need, shelf[1]) if shelf[2] <= back.at else 0
            if count:
                shelf[1] -= count
                need -= count
                taken.append((shelf[0], count))
        found[back.id] = taken
    return found


def gaps(chain: Mapping[str, str]) -> set[str]:
    """Of receipts (hash → hash of the one before), those whose predecessor is not among them."""
    return {one for one, before in chain.items() if before and before not in chain}
