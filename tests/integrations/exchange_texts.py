"""Documents that tests give to the exchange."""

from pathlib import Path
from typing import Any

from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.formats import FORMATS
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.reading import Document
from edino.integrations.exchange.records import Record

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT = '<КоммерческаяИнформация ВерсияСхемы="2.07" ДатаФормирования="2026-03-01T10:00:00">'


def goods(id_: str, name: str, article: str = "", *, more: str = "") -> str:
    return (
        f"<Товар><Ид>{id_}</Ид><Артикул>{article}</Артикул><Наименование>{name}</Наименование>"
        f"<Группы><Ид>shoes</Ид></Группы>{more}</Товар>"
    )


def catalog(*items: str, full: bool = True, at: str = "2026-03-01T10:00:00") -> str:
    """A whole import.xml with one category."""
    only_changes = "false" if full else "true"
    return (
        f'{HEAD}<КоммерческаяИнформация ВерсияСхемы="2.07" ДатаФормирования="{at}"><Классификатор><Ид>c</Ид>'
        "<Группы><Группа><Ид>shoes</Ид><Наименование>Обувь</Наименование></Группа></Группы></Классификатор>"
        f'<Каталог СодержитТолькоИзменения="{only_changes}"><Ид>main</Ид><Товары>{"".join(items)}</Товары></Каталог>'
        "</КоммерческаяИнформация>"
    )


def offer(id_: str, name: str, price: str = "", *, stores: dict[str, str] | None = None, more: str = "") -> str:
    prices = (
        f"<Цены><Цена><ИдТипаЦены>retail</ИдТипаЦены><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу>"
        "<Валюта>руб</Валюта></Цена></Цены>"
        if price
        else ""
    )
    total = sum(int(each) for each in (stores or {}).values())
    shelves = "".join(f'<Склад ИдСклада="{each}" КоличествоНаСкладе="{n}"/>' for each, n in (stores or {}).items())
    return (
        f"<Предложение><Ид>{id_}</Ид><Наименование>{name}</Наименование>{more}{prices}"
        f"<Количество>{total}</Количество>{shelves}</Предложение>"
    )


def offers(*items: str, full: bool = True, at: str = "2026-03-01T10:00:00") -> str:
    """A whole offers.xml with one kind of price and two stores."""
    only_changes = "false" if full else "true"
    return (
        f'{HEAD}<КоммерческаяИнформация ВерсияСхемы="2.07" ДатаФормирования="{at}">'
        f'<ПакетПредложений СодержитТолькоИзменения="{only_changes}"><Ид>main#</Ид><ИдКаталога>main</ИдКаталога>'
        "<ТипыЦен><ТипЦены><Ид>retail</Ид><Наименование>Розничная</Наименование><Валюта>руб</Валюта></ТипЦены></ТипыЦен>"
        "<Склады><Склад><Ид>w1</Ид><Наименование>Главный склад</Наименование></Склад>"
        "<Склад><Ид>s1</Ид><Наименование>Магазин на Лесной</Наименование></Склад></Склады>"
        f"<Предложения>{''.join(items)}</Предложения></ПакетПредложений></КоммерческаяИнформация>"
    )


def references(entries: dict[str, str]) -> bytes:
    """A references.xml with one reference book."""
    inside = "".join(
        f"<ЭлементСправочника><Ид>{id_}</Ид><НомерВерсии>1</НомерВерсии><ЗначенияРеквизитов><ЗначениеРеквизита>"
        f"<Наименование>Наименование</Наименование><Значение>{name}</Значение></ЗначениеРеквизита>"
        "</ЗначенияРеквизитов></ЭлементСправочника>"
        for id_, name in entries.items()
    )
    return (
        f"{HEAD}{ROOT}<ПользовательскиеСправочники><Справочник><Ид>Цвета</Ид><Наименование>Цвета</Наименование>"
        "<Реквизиты><Реквизит><Ид>Наименование</Ид><Наименование>Наименование</Наименование>"
        "<ТипЗначений>Строка</ТипЗначений></Реквизит></Реквизиты>"
        f"<ЭлементыСправочника>{inside}</ЭлементыСправочника></Справочник></ПользовательскиеСправочники>"
        "</КоммерческаяИнформация>"
    ).encode()


def feed(
    offers_: str, *, categories: str = '<category id="1">Обувь</category>', url: str = "https://shop.example"
) -> str:
    """A whole YML feed."""
    return (
        f'{HEAD}<yml_catalog date="2026-03-01 10:00"><shop><name>Shop</name><company>Shop</company><url>{url}</url>'
        f'<currencies><currency id="RUR" rate="1"/></currencies><categories>{categories}</categories>'
        f"<offers>{offers_}</offers></shop></yml_catalog>"
    )


def read(format_: str, text: str | bytes | Path, folder: Path) -> tuple[list[Record], Oddities]:
    """Everything a document says, and what is odd about it."""
    if isinstance(text, Path):
        path = text
    else:
        path = folder / "document.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    odd = Oddities()
    return list(FORMATS[format_](Document.of(path), odd, "UTC").records()), odd


def of(records: list[Record], kind: type[Any]) -> list[Any]:
    return [one for one in records if isinstance(one, kind)]


def counts(odd: Oddities) -> dict[str, int]:
    return {kind: noted.count for kind, noted in odd.noted.items()}


def refusal(format_: str, text: bytes, folder: Path) -> str:
    """Why a document is refused; "" when it is read. Any other error goes through."""
    try:
        read(format_, text, folder)
    except Unreadable as refused:
        return refused.text
    return ""
