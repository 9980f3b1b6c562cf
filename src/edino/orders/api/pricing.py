"""Goods that come to an order later: priced as anybody would pay for them now, what was promised left alone."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from edino.catalogue import api as catalogue
from edino.catalogue.types import VariantInfo, taxes
from edino.kernel import clock, ids
from edino.kernel.errors import Invalid
from edino.orders.types import LineInput, Order
from edino.promotions import api as promotions
from edino.promotions.types import Basket, BasketLine

_LANGUAGE: Final = "en"


def foreign(currencies: Collection[str]) -> set[str]:
    """Those of the currencies in which nothing is sold here, by no assortment and no price list."""
    rest = set(currencies) - {one.currency for one in catalogue.assortments()}
    return rest - {one.currency for one in catalogue.price_lists()} if rest else rest


def lines(order: Order, wanted: Sequence[tuple[str, int]], *, field: str) -> list[LineInput]:
    """Lines for (SKU, pieces), by today's prices and promotions; `field` names the place of a SKU nobody sells."""
    goods = variants([sku for sku, _ in wanted], order.contact.language or _LANGUAGE, field=field)
    prices = catalogue.prices(
        variant_ids=[goods[sku].id for sku, _ in wanted], currency=order.currency, channel=order.channel
    )
    basket: list[BasketLine] = []
    for place, (sku, count) in enumerate(wanted):
        one = goods[sku]
        price = prices.get(one.id)
        if price is None:
            raise Invalid.field(f"{field}[{place}].sku", "no_price", "This has no price.")
        basket.append(
            BasketLine(
                key=str(ids.uuid7()),
                variant_id=one.id,
                sku=one.sku,
                product_id=one.product_id,
                category_ids=one.category_ids,
                brand=one.brand,
                quantity=count,
                unit=price.unit,
            )
        )
    asked = Basket(
        currency=order.currency, lines=tuple(basket), channel=order.channel, at=clock.now(), first_order=False
    )
    quote = promotions.quote(basket=asked)
    return [
        LineInput(
            key=line.key,
            variant_id=told.variant_id,
            sku=told.sku,
            name=goods[told.sku].name,
            quantity=line.quantity,
            unit=line.unit,
            gross=line.gross,
            discount=line.discount,
            net=line.net,
            tax=taxes.sold_with(goods[told.sku].tax, clock.now()),
            shares=line.shares,
        )
        for line, told in zip(quote.lines, basket, strict=True)
    ]


def variants(skus: Sequence[str], language: str, *, field: str) -> Mapping[str, VariantInfo]:
    """Goods by SKU; the one that is not sold is named."""
    goods = catalogue.variants_by_sku(skus=skus, language=language)
    for place, sku in enumerate(skus):
        if sku not in goods or not goods[sku].active:
            raise Invalid.field(f"{field}[{place}].sku", "unknown", "This is not sold.")
    return goods
