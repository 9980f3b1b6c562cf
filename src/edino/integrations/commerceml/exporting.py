"""Our catalogue as CommerceML: import.xml and offers.xml, as 1C would have sent them, written piece by piece.

For moving to another system, or into an empty shop. Goods are named by our public ids.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from edino.catalogue.types import taxes
from edino.integrations.exchange.offering import Offered, Offering
from edino.integrations.exchange.xml import HEAD, element, money
from edino.kernel import clock
from edino.kernel.money import exponent

VERSION = "2.07"
CATALOG = "edino"


def _root(at: datetime, zone: str) -> str:
    made = at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")
    return f'{HEAD}<КоммерческаяИнформация ВерсияСхемы="{VERSION}" ДатаФормирования="{made}">\n'


def goods(offering: Offering, *, at: datetime, zone: str) -> Iterator[str]:
    """import.xml in pieces: classifier, then each product once."""
    yield _root(at, zone) + f"<Классификатор><Ид>{CATALOG}</Ид>"
    shelves = offering.shelves()
    below: dict[int | None, list[int]] = {}
    for shelf in shelves:
        below.setdefault(shelf.parent_id, []).append(shelf.id)
    yield _groups(None, below, {shelf.id: shelf.name for shelf in shelves})
    yield f'</Классификатор>\n<Каталог СодержитТолькоИзменения="false"><Ид>{CATALOG}</Ид><Товары>\n'
    before: UUID | None = None
    for one in offering:
        if one.product != before:
            yield _product(one)
        before = one.product
    yield "</Товары></Каталог>\n</КоммерческаяИнформация>\n"


def _groups(parent: int | None, below: Mapping[int | None, list[int]], names: Mapping[int, str]) -> str:
    """The tree of categories as nested groups, without recursion."""
    if parent not in below:
        return ""
    made = ["<Группы>"]
    waiting: list[tuple[str, int | None]] = [("one", each) for each in reversed(below[parent])]
    while waiting:
        step, each = waiting.pop()
        if step == "end":
            made.append("</Группы></Группа>" if each in below else "</Группа>")
            continue
        made.append("<Группа>" + element("Ид", each) + element("Наименование", names[each or 0]))
        waiting.append(("end", each))
        if each in below:
            made.append("<Группы>")
            waiting += [("one", child) for child in reversed(below[each])]
    return "".join(made) + "</Группы>"


def _product(one: Offered) -> str:
    parts = [
        element("Ид", one.product),
        "".join(element("Штрихкод", code) for code in one.barcodes) if not one.several else "",
        element("Артикул", one.sku) if not one.several else "",
        element("Наименование", one.name),
        f"<Группы>{element('Ид', one.category)}</Группы>" if one.category is not None else "",
        element("Описание", one.description),
        *(element("Картинка", place) for place in one.pictures),
        f"<Изготовитель>{element('Ид', _digest(one.brand))}{element('Наименование', one.brand)}</Изготовитель>"
        if one.brand
        else "",
        _tax(taxes.sold_with(one.tax, clock.now())),
        _requisites(one),
    ]
    return f"<Товар>{''.join(parts)}</Товар>\n"


def _tax(tax: str) -> str:
    rate = "без налога" if tax == "none" else tax.removeprefix("vat")
    name, told = element("Наименование", "НДС"), element("Ставка", rate)
    return f"<СтавкиНалогов><СтавкаНалога>{name}{told}</СтавкаНалога></СтавкиНалогов>"


def _requisites(one: Offered) -> str:
    told = dict(one.attributes)
    if one.weight_g:
        told["Вес"] = money(one.weight_g, 3)
    inside = "".join(
        f"<ЗначениеРеквизита>{element('Наименование', name)}{element('Значение', value)}</ЗначениеРеквизита>"
        for name, value in told.items()
        if value
    )
    return f"<ЗначенияРеквизитов>{inside}</ЗначенияРеквизитов>" if inside else ""


def offers(offering: Offering, *, at: datetime, zone: str) -> Iterator[str]:
    """offers.xml in pieces: kind of price, stores, then each variant with price and stock."""
    currency = offering.assortment.currency
    yield _root(at, zone) + f'<ПакетПредложений СодержитТолькоИзменения="false"><Ид>{CATALOG}#</Ид>'
    yield element("ИдКаталога", CATALOG) + "<ТипыЦен><ТипЦены><Ид>retail</Ид><Наименование>Розничная</Наименование>"
    yield element("Валюта", currency) + "</ТипЦены></ТипыЦен><Склады>"
    for place in offering.places:
        address = f"<Адрес>{element('Представление', place.address)}{_field('Город', place.city)}</Адрес>"
        yield f"<Склад>{element('Ид', place.code)}{element('Наименование', place.name)}{address}</Склад>"
    yield "</Склады><Предложения>\n"
    plain: UUID | None = None
    for one in offering:
        alone = not one.options and plain != one.product
        if alone:
            plain = one.product
        yield _offer(one, alone=alone)
    yield "</Предложения></ПакетПредложений>\n</КоммерческаяИнформация>\n"


def _field(kind: str, value: str) -> str:
    inside = element("Тип", kind) + element("Значение", value)
    return f"<АдресноеПоле>{inside}</АдресноеПоле>" if value else ""


def _offer(one: Offered, *, alone: bool) -> str:
    """`alone`: the variant that has no characteristics, and is called as its product."""
    id_ = str(one.product) if alone else f"{one.product}#{_digest(one.sku)}"
    told = "".join(
        f"<ХарактеристикаТовара>{element('Наименование', name)}{element('Значение', value)}</ХарактеристикаТовара>"
        for name, value in one.options.items()
    )
    price = (
        "<ИдТипаЦены>retail</ИдТипаЦены>"
        + element("ЦенаЗаЕдиницу", money(one.price, exponent(one.currency)))
        + element("Валюта", one.currency)
    )
    stores = "".join(
        element("Склад", "", {"ИдСклада": code, "КоличествоНаСкладе": pieces}) for code, pieces in one.stock.items()
    )
    parts = [
        element("Ид", id_),
        "".join(element("Штрихкод", code) for code in one.barcodes) if one.several else "",
        element("Артикул", one.sku),
        element("Наименование", one.name),
        f"<ХарактеристикиТовара>{told}</ХарактеристикиТовара>" if told else "",
        f"<Цены><Цена>{price}</Цена></Цены>",
        element("Количество", one.free),
        stores,
    ]
    return f"<Предложение>{''.join(parts)}</Предложение>\n"


def _digest(text: str) -> str:
    """An id of 1C's shape that is the same for the same text."""
    return str(UUID(bytes=blake2b(text.encode(), digest_size=16).digest()))
