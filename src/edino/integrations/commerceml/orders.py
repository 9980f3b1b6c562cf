"""Orders as CommerceML documents: how 1C tells of them, and how we do."""

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from edino.integrations.commerceml.tree import box, child, requisites
from edino.integrations.exchange import values
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.reading import local
from edino.integrations.exchange.records import Order, OrderLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

DELIVERY: Final = "ORDER_DELIVERY"


def order(element: "Element", odd: Oddities) -> "Iterator[Order]":
    """A `Документ` as a record."""
    line = element.sourceline or 0
    number = values.words(child(element, "Номер"))
    id_ = values.words(child(element, "Ид")) or number
    if not id_:
        odd.note("no_id", "Документ", line=line)
        return
    said = child(element, "Валюта")
    currency = values.currency(said) or ""
    if said and not currency:
        odd.note("currency_unknown", f"{said}: {number}", line=line)
    elif currency != said:
        odd.note("currency_renamed", f"{said} → {currency}", line=line)
    lines = tuple(_lines(element))
    total = values.number(child(element, "Сумма"))
    if total is not None and lines and sum(one.total for one in lines) != total:
        odd.note("order_sum_differs", f"{sum(one.total for one in lines)} ≠ {total}: {number}", line=line)
    yield Order(
        id=id_,
        line=line,
        number=number or id_,
        operation=values.words(child(element, "ХозОперация")),
        at=f"{child(element, 'Дата')} {child(element, 'Время')}".strip(),
        currency=currency,
        total=total,
        comment=child(element, "Комментарий")[:2000],
        lines=lines,
        requisites=requisites(element),
    )


def _lines(element: "Element") -> "Iterator[OrderLine]":
    goods = box(element, "Товары")
    for one in goods if goods is not None else ():
        if local(one) != "Товар":
            continue
        told = requisites(one)
        yield OrderLine(
            offer=child(one, "Ид"),
            name=values.words(child(one, "Наименование")),
            article=values.words(child(one, "Артикул")),
            quantity=values.number(child(one, "Количество")) or Decimal(0),
            unit=values.number(child(one, "ЦенаЗаЕдиницу")) or Decimal(0),
            total=values.number(child(one, "Сумма")) or Decimal(0),
            service=told.get("ТипНоменклатуры", "").lower() == "услуга" or child(one, "Ид") == DELIVERY,
        )
