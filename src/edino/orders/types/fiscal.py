"""Fiscal receipts: what has to be told to the tax office, and the devices that tell it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from edino.kernel.registry import Registry

Operation = Literal["sell", "sell_refund"]
Settles = Literal["full_prepayment", "prepayment", "advance", "full_payment"]
Goods = Literal["commodity", "service", "payment"]
Paid = Literal["cash", "cashless", "advance", "credit", "other"]
"""How it was paid: `advance` is what an earlier receipt (or a gift card) took already."""


@dataclass(frozen=True, slots=True)
class FiscalLine:
    """Goods of a fiscal receipt. `sum` = `price` × `quantity`, in minor units; `tax` is our code, such as vat20."""

    name: str
    price: int
    quantity: int
    sum: int
    tax: str
    settles: Settles
    goods: Goods = "commodity"


@dataclass(frozen=True, slots=True)
class FiscalDocument:
    """A fiscal receipt to be made. `external_id` is the same for ever, so that it is made once."""

    external_id: str
    operation: Operation
    at: datetime
    currency: str
    lines: tuple[FiscalLine, ...]
    payments: Mapping[Paid, int]
    order_uid: UUID | None = None

    @property
    def total(self) -> int:
        """What the lines and the payments both sum to."""
        return sum(line.sum for line in self.lines)


@dataclass(frozen=True, slots=True)
class FiscalState:
    """What a device says of a receipt: wait, done with its signs, or fail with a reason."""

    state: Literal["wait", "done", "fail"]
    signs: Mapping[str, Any]
    error: str = ""


class FiscalUnavailable(Exception):
    """The device did not answer, or not to us: try again later."""


class FiscalRefused(Exception):
    """The device understood the receipt and will never make it."""


class FiscalDevice(Protocol):
    """Whoever makes fiscal receipts. Both calls may be repeated without a second receipt."""

    def send(self, document: FiscalDocument, *, email: str, phone: str) -> str:
        """Hand a receipt over; its id at the device. `FiscalUnavailable`, `FiscalRefused`."""
        ...

    def state(self, device_uid: str) -> FiscalState:
        """What became of it. `FiscalUnavailable`."""
        ...


fiscal_devices: Registry[FiscalDevice] = Registry("fiscal device")
"""Devices by name; the first one that is registered makes the receipts. None: no fiscal receipts are made."""

TAKES: Final[Mapping[str, Paid]] = {
    "cash": "cash",
    "cod": "cash",
    "card": "cashless",
    "bank": "cashless",
    "gift_card": "advance",
    "exchange": "advance",
    "points": "other",
    "other": "other",
}
"""How each tender is told."""


@dataclass(frozen=True, slots=True)
class FiscalListing:
    """A fiscal receipt in the outbox."""

    id: int
    external_id: str
    order_uid: UUID | None
    kind: str
    state: str
    attempts: int
    error: str
    device_uid: str
    created_at: datetime
    done_at: datetime | None
