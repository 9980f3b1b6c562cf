"""`edino import prices`: prices of lists, in major units, as files of merchandisers and accounting have them."""

from collections.abc import Sequence
from decimal import Decimal

from edino.catalogue.api.prices_reading import price_lists
from edino.catalogue.api.prices_writing import set_prices
from edino.catalogue.types.prices import PriceInput
from edino.channels import api as channels
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written
from edino.kernel.money import exponent


class Prices:
    """Rows of price lists. All rows of a SKU come together, so that a history may be brought in."""

    help = "Prices: SKU, price list, amount in major units, and the period if it has one."
    fields = (
        Field("sku", required=True, help="the article", aliases=("артикул", "article", "variant"), length=200),
        Field("amount", "decimal", required=True, help="in major units", aliases=("price", "цена"), decimals=4),
        Field("price_list", help="its code; base when not given", aliases=("прайс_лист", "тип_цены"), length=200),
        Field("starts_at", "datetime", help="from when; now when not given", aliases=("from", "valid_from", "начало")),
        Field("ends_at", "datetime", help="of a temporary price", aliases=("until", "valid_until", "окончание")),
    )
    group = "sku"
    batch = 1000
    version = 1

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Record a batch; rows that cannot be taken are told by their field."""
        source = channels.source_of_files(name=context.source)
        currencies = {one.code: one.currency for one in price_lists()}
        rejections: list[Rejection] = []
        told: list[tuple[int, PriceInput]] = []
        for row in rows:
            values = row.values
            code = values.get("price_list") or "base"
            amount: Decimal = values["amount"].scaleb(exponent(currencies.get(code, "")))
            if amount != amount.to_integral_value():
                reason = "the amount has more decimals than the currency"
                rejections.append(Rejection(row.number, "amount", "decimals", reason))
                continue
            price = PriceInput(values["sku"], code, int(amount), values.get("starts_at"), values.get("ends_at"))
            told.append((row.number, price))
        report = set_prices(source=source, rows=[price for _, price in told])
        rejections += [Rejection(told[one.index][0], one.field, one.code, one.message) for one in report.rejected]
        return Written(report.unchanged, rejections)
