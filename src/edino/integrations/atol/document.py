"""The document of ATOL Online v5, built from a fiscal receipt of ours and checked before anybody sees it.

Limits are those of the protocol: FFD 1.2 numbers in kopecks turned to roubles, texts by their tags.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from edino.catalogue.types import taxes
from edino.orders.types.fiscal import FiscalDocument, FiscalLine

OPERATIONS: Final = frozenset({"sell", "sell_refund", "sell_correction", "buy", "buy_refund", "buy_correction"})
TAX_SYSTEMS: Final = frozenset({"osn", "usn_income", "usn_income_outcome", "esn", "patent"})
PAYMENT_METHODS: Final = frozenset(
    {"full_prepayment", "prepayment", "advance", "full_payment", "partial_payment", "credit", "credit_payment"}
)
PAYMENT_OBJECTS: Final = {"commodity": 1, "service": 4, "payment": 10}
PAYMENTS: Final = {"cash": 0, "cashless": 1, "advance": 2, "credit": 3, "other": 4}
VATS: Final = frozenset(
    {"none", "vat0", "vat5", "vat7", "vat10", "vat20", "vat22", "vat105", "vat107", "vat110", "vat120", "vat122"}
)
LONGEST: Final = {
    "external_id": 128,
    "callback_url": 256,
    "client.email": 64,
    "client.phone": 64,
    "company.email": 64,
    "company.payment_address": 256,
    "name": 128,
}
MOST_ITEMS: Final = 100
DEAREST: Final = Decimal("42949672.95")
PIECE: Final = 0
"""Measure (tag 2108): pieces."""
_MOSCOW: Final = ZoneInfo("Europe/Moscow")
_CALCULATED: Final = {"vat5": "vat105", "vat7": "vat107", "vat10": "vat110", "vat20": "vat120", "vat22": "vat122"}
"""Of money taken before the goods are known or handed out, tax is a share of the sum (tag 1199, calculated rates)."""
_EMAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_PHONE: Final = re.compile(r"^\+[0-9]{7,15}$")


class WrongDocument(ValueError):
    """The document would be refused: `field` names what is wrong in it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Company:
    """Who sells: `address` of the site, `email` the receipts come from, `tax_system` as the protocol names it."""

    inn: str
    address: str
    email: str
    tax_system: str = "osn"


def build(
    document: FiscalDocument, company: Company, *, email: str = "", phone: str = "", callback_url: str = ""
) -> dict[str, Any]:
    """The JSON of a receipt; `WrongDocument` when it would be refused. Without a contact it goes to the seller."""
    if document.currency != "RUB":
        raise WrongDocument("currency", "only roubles are told to this tax office")
    # Orders keep the code they were sold with; a kind, from elsewhere, is the rate of the document's day.
    lines = tuple(replace(line, tax=taxes.code_on(line.tax, document.at)) for line in document.lines)
    client = {"email": email} if email else {"phone": phone} if phone else {"email": company.email}
    made: dict[str, Any] = {
        "timestamp": _moment(document.at),
        "external_id": document.external_id,
        "receipt": {
            "client": client,
            "company": {
                "email": company.email,
                "sno": company.tax_system,
                "inn": company.inn,
                "payment_address": company.address,
            },
            "items": [_item(line) for line in lines],
            "payments": [
                {"type": PAYMENTS[paid], "sum": _roubles(amount)} for paid, amount in sorted(document.payments.items())
            ],
            "vats": _vats(lines),
            "total": _roubles(document.total),
        },
    }
    if callback_url:
        made["service"] = {"callback_url": callback_url}
    check(made)
    return made


def check(made: dict[str, Any]) -> None:
    """Refuse a document that the service, the device or the tax office would refuse."""
    for field, reason in _faults(made):
        raise WrongDocument(field, reason)


def _faults(made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    receipt = made["receipt"]
    client, company = receipt["client"], receipt["company"]
    yield from _long("external_id", made["external_id"], needed=True)
    yield from _long("callback_url", made.get("service", {}).get("callback_url", ""))
    for name in ("email", "phone"):
        yield from _long(f"client.{name}", client.get(name, ""))
    if not client.get("email") and not client.get("phone"):
        yield "client", "an e-mail or a phone is needed"
    if client.get("email") and not _EMAIL.match(client["email"]):
        yield "client.email", "this is no e-mail address"
    if client.get("phone") and not _PHONE.match(client["phone"]):
        yield "client.phone", "a phone is + and digits"
    yield from _long("company.email", company["email"], needed=True)
    yield from _long("company.payment_address", company["payment_address"], needed=True)
    if company["sno"] not in TAX_SYSTEMS:
        yield "company.sno", "there is no such system of taxes"
    if not right_inn(company["inn"]):
        yield "company.inn", "the check digits are wrong"
    yield from _faults_of_goods(receipt)


def _faults_of_goods(receipt: dict[str, Any]) -> Iterator[tuple[str, str]]:
    items, payments = receipt["items"], receipt["payments"]
    if not 1 <= len(items) <= MOST_ITEMS:
        yield "items", f"a receipt has from 1 to {MOST_ITEMS} items"
    for place, item in enumerate(items):
        yield from _faults_of_item(f"items[{place}]", item)
    if not 1 <= len(payments) <= 10:
        yield "payments", "a receipt has from 1 to 10 payments"
    for place, payment in enumerate(payments):
        if payment["type"] not in range(10) or payment["sum"] < 0:
            yield f"payments[{place}]", "out of range"
    total = sum((item["sum"] for item in items), Decimal(0))
    if total != receipt["total"]:
        yield "total", "it is not the sum of the items"
    if sum((payment["sum"] for payment in payments), Decimal(0)) != total:
        yield "payments", "they are not the sum of the items"


def _faults_of_item(field: str, item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _long(f"{field}.name", item["name"], needed=True, limit=LONGEST["name"])
    for name in ("price", "sum"):
        if not 0 <= item[name] <= DEAREST or item[name] != round(item[name], 2):
            yield f"{field}.{name}", "out of range"
    if not 0 < item["quantity"] <= Decimal("99999.999") or item["quantity"] != round(item["quantity"], 3):
        yield f"{field}.quantity", "from 0.001 to 99999.999"
    if abs(item["price"] * item["quantity"] - item["sum"]) > Decimal("0.01"):
        yield f"{field}.sum", "it is not price × quantity"
    known: dict[str, tuple[object, Collection[object]]] = {
        "payment_method": (item["payment_method"], PAYMENT_METHODS),
        "payment_object": (item["payment_object"], PAYMENT_OBJECTS.values()),
        "vat.type": (item["vat"]["type"], VATS),
    }
    for name, (value, among) in known.items():
        if value not in among:
            yield f"{field}.{name}", "unknown"


def _long(field: str, text: str, *, needed: bool = False, limit: int = 0) -> Iterator[tuple[str, str]]:
    most = limit or LONGEST[field]
    if needed and not text.strip():
        yield field, "it is needed"
    if len(text) > most:
        yield field, f"at most {most} letters"


def _item(line: FiscalLine) -> dict[str, Any]:
    return {
        "name": " ".join(line.name.split())[: LONGEST["name"]],
        "price": _roubles(line.price),
        "quantity": Decimal(line.quantity),
        "measure": PIECE,
        "sum": _roubles(line.sum),
        "payment_method": line.settles,
        "payment_object": PAYMENT_OBJECTS[line.goods],
        "vat": {"type": _vat(line)},
    }


def _vat(line: FiscalLine) -> str:
    rate = line.tax or "none"
    return rate if line.settles == "full_payment" else _CALCULATED.get(rate, rate)


def _vats(lines: tuple[FiscalLine, ...]) -> list[dict[str, Any]]:
    """Sums by rate, so that the device need not be trusted with them."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[_vat(line)] = sums.get(_vat(line), 0) + line.sum
    return [{"type": rate, "sum": _roubles(_tax(rate, amount))} for rate, amount in sorted(sums.items())]


def _tax(rate: str, amount: int) -> int:
    """The tax within a sum, half a kopeck up; "none" has none, and its sum stands as it is by the protocol."""
    percent = int(rate.removeprefix("vat")) if rate != "none" else 0
    percent = percent - 100 if percent > 100 else percent
    if rate in {"none", "vat0"}:
        return amount
    return (2 * amount * percent + 100 + percent) // (2 * (100 + percent))


def _roubles(kopecks: int) -> Decimal:
    return Decimal(kopecks).scaleb(-2)


def _moment(at: datetime) -> str:
    return at.astimezone(_MOSCOW).strftime("%d.%m.%Y %H:%M:%S")


def right_inn(inn: str) -> bool:
    """Whether the check digits of a taxpayer's number are right (10 digits for a company, 12 for a person)."""
    if not inn.isascii() or not inn.isdigit() or len(inn) not in {10, 12}:
        return False
    digits = [int(one) for one in inn]
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)

    def sign(count: int) -> int:
        told = zip(weights[len(weights) - count :], digits, strict=False)
        return sum(weight * digit for weight, digit in told) % 11 % 10

    if len(inn) == 10:
        return sign(9) == digits[9]
    return sign(10) == digits[10] and sign(11) == digits[11]
