"""The demo's figures, computed from the log, and the published ones they must equal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final

from edino.kernel import sql

_SQL = sql.statements("edino.integrations.demo", "figures.sql")
_PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the invoices. `sold_…`: of lines with a customer and positive quantity and price. Money in pounds."""

    lines: int
    customers: int
    invoices: int
    codes: int
    countries: int
    gross: Decimal
    returns: int
    sold_lines: int
    sold_customers: int
    sold_invoices: int
    sold_gross: Decimal


@dataclass(frozen=True, slots=True)
class Month:
    """What the simulated month left behind."""

    events: int
    orders: int
    returns: int
    fragments: int
    customers: int


PUBLISHED: Final = {
    "lines": "541909",
    "customers": "4372",
    "invoices": "25900",
    "codes": "4070",
    "countries": "38",
    "gross": "9747747.93",
    "sold_lines": "397884",
    "sold_customers": "4338",
    "sold_invoices": "18532",
    "sold_gross": "8911407.90",
}
"""Chen, D. (2015), Online Retail, UCI Machine Learning Repository, and what is commonly counted in it."""


def of_source(source_id: int) -> Figures:
    """The figures of a source's orders."""
    found = sql.row(_SQL["order_lines"], {"source_id": source_id}, Figures)
    assert found is not None  # noqa: S101 - an aggregate always has a row
    return found


def of_month(source_ids: Sequence[int]) -> Month:
    """What these sources sent."""
    found = sql.row(_SQL["month"], {"source_ids": list(source_ids)}, Month)
    assert found is not None  # noqa: S101 - an aggregate always has a row
    return found


def told(figures: Figures) -> dict[str, str]:
    """Names and values as they are printed: counts whole, money to the penny."""
    return {
        name: str(value.quantize(_PENNY)) if isinstance(value, Decimal) else str(value)
        for name, value in asdict(figures).items()
    }


def differences(printed: dict[str, str]) -> list[str]:
    """Where they are not the published ones, in words."""
    return [
        f"{name}: {printed.get(name)} was counted, {published} is published"
        for name, published in PUBLISHED.items()
        if printed.get(name) != published
    ]
