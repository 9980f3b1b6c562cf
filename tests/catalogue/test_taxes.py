"""A product says what kind of tax it bears; the receipt has the rate of the day it was sold."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from edino.catalogue.types import taxes
from edino.integrations.atol.document import VATS, Company, build
from edino.orders.types.fiscal import FiscalDocument, FiscalLine

NEW_YEAR = datetime(2025, 12, 31, 21, tzinfo=UTC)
"""Midnight in Moscow."""


@pytest.mark.parametrize(
    ("said", "in_2018", "in_2025", "in_2026"),
    [
        ("standard", "vat18", "vat20", "vat22"),
        ("vat20", "vat18", "vat20", "vat22"),  # what files of last year still say
        ("vat22", "vat18", "vat20", "vat22"),
        ("reduced", "vat10", "vat10", "vat10"),
        ("zero", "vat0", "vat0", "vat0"),
        ("none", "none", "none", "none"),
        ("vat5", "vat5", "vat5", "vat5"),
        ("vat7", "vat7", "vat7", "vat7"),
        ("vat12", "vat12", "vat12", "vat12"),  # another country's rate is its own business
    ],
)
def test_goods_are_sold_with_the_rate_of_the_day(said: str, in_2018: str, in_2025: str, in_2026: str) -> None:
    days = [datetime(2018, 6, 1, tzinfo=UTC), datetime(2025, 12, 31, 20, 59, 59, tzinfo=UTC), NEW_YEAR]
    assert [taxes.sold_with(said, day) for day in days] == [in_2018, in_2025, in_2026]
    assert taxes.known(said)


def test_what_was_sold_keeps_its_rate_when_the_money_goes_back() -> None:
    assert taxes.code_on("vat20", NEW_YEAR) == "vat20"
    line = FiscalLine("Shoes", 122_00, 1, 122_00, "vat20", "full_payment")
    document = FiscalDocument("r-1", "sell_refund", NEW_YEAR, "RUB", (line,), {"cash": 122_00}, None)
    company = Company("7707083893", "https://shop.example", "shop@example.org")
    assert build(document, company)["receipt"]["items"][0]["vat"] == {"type": "vat20"}


@pytest.mark.parametrize(("settles", "code"), [("full_payment", "vat22"), ("full_prepayment", "vat122")])
def test_a_receipt_of_this_year_says_22_percent(settles: str, code: str) -> None:
    line = FiscalLine("Shoes", 122_00, 1, 122_00, "standard", settles)  # type: ignore[arg-type]  # a parameter
    document = FiscalDocument("r-1", "sell", NEW_YEAR, "RUB", (line,), {"cash": 122_00}, None)
    made = build(document, Company("7707083893", "https://shop.example", "shop@example.org"))["receipt"]
    assert made["items"][0]["vat"] == {"type": code}
    assert made["vats"] == [{"type": code, "sum": Decimal("22.00")}]


def test_every_rate_in_force_is_one_the_service_takes() -> None:
    now = {taxes.code_on(kind, NEW_YEAR) for kind in taxes.KINDS} | set(taxes.SPECIAL)
    assert now <= VATS
    for one in taxes.RATES:
        following = [other for other in taxes.RATES if other.kind == one.kind and other.since == one.until]
        assert len(following) == (0 if one.until.year == 9999 else 1)


def test_bringing_goods_is_taxed_as_their_seller_is() -> None:
    assert taxes.of_delivery(["none", "none"]) == "none"
    assert taxes.of_delivery(["vat5"]) == "vat5"
    assert taxes.of_delivery(["reduced", "reduced"]) == "standard"
    assert taxes.of_delivery(["standard", "none"]) == "standard"
