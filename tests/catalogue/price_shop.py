"""A small shop for tests of prices: a shelf of variants, its price lists, and a clock."""

from datetime import UTC, datetime, timedelta

from edino.catalogue import api
from edino.catalogue.models import Product, Variant
from edino.catalogue.types.prices import PriceInput
from edino.kernel.ids import uuid7
from edino.staff.types import Actor

VERA = Actor("Vera")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def variant(sku: str) -> int:
    product = Product.objects.create(uid=uuid7(), slug=sku.lower(), names={"en": f"Thing {sku}"})
    return int(Variant.objects.create(product=product, sku=sku).pk)


def price_list(
    code: str = "base", *, currency: str = "RUB", region: str = "", group: str = "", priority: int = 0
) -> None:
    api.save_price_list(
        code=code, name=code, currency=currency, region=region, customer_group=group, priority=priority, by=VERA
    )


def price(
    sku: str,
    amount: int | None,
    start: datetime | None = None,
    end: datetime | None = None,
    of: str = "base",
) -> PriceInput:
    return PriceInput(sku, of, amount, start, end)


def told(*rows: PriceInput) -> tuple[int, int, int, int]:
    """Record rows; how many were created, changed, unchanged, rejected."""
    report = api.set_prices(source=VERA, rows=rows)
    return report.created, report.changed, report.unchanged, len(report.rejected)
