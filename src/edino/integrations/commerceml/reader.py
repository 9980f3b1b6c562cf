"""A CommerceML document as records: classifier, goods, offers, prices and stock, in the order they stand in.

Elements are told by their local names and by where they stand, not by the name of the file, so that `import.xml`,
`offers0_1.xml`, `prices…`, `rests…`, `goods…` and `references…` all come through here.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from edino.integrations.commerceml.orders import order
from edino.integrations.commerceml.references import ENTRY, entry
from edino.integrations.commerceml.tree import box as _box
from edino.integrations.commerceml.tree import child as _child
from edino.integrations.commerceml.tree import requisites as _requisites
from edino.integrations.exchange import values
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.reading import Document, elements, forget, local
from edino.integrations.exchange.records import (
    Category,
    Goods,
    Header,
    Offer,
    Picture,
    Price,
    Prices,
    PriceType,
    Property,
    Record,
    Rest,
    Store,
)

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ROOTS: Final = ("КоммерческаяИнформация", "Классификатор", "Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений")
REFERENCES: Final = "ПользовательскиеСправочники"
OFFERS: Final = frozenset({"ПакетПредложений", "ИзмененияПакетаПредложений"})
VERSIONS: Final = ("2.0", "2.1", "2.01", "2.02", "2.03", "2.04", "2.05", "2.06", "2.07", "2.08", "2.09", "2.10", "3.1")
PIECES: Final = frozenset({"", "1", "796", "шт", "шт."})
DIVISIBLE: Final = frozenset({"166", "163", "168", "006", "6", "112", "055", "55", "113", "018", "18"})
_NAMES: Final = ("Группа", "Свойство", "ТипЦены", "Склад", "Товар", "Предложение", "Документ", REFERENCES, ENTRY)
_WORDS: Final = frozenset({("Свойство", "Свойства"), ("Склад", "Склады")})
_RATES: Final = frozenset({"0", "5", "7", "10", "20", "22"})
_OUTDATED: Final = frozenset({"18"})
_RATE: Final = re.compile(r"^\s*НДС\s*|(?<=\d)\s*/\s*1\d\d\s*$|[\s%]+$", re.IGNORECASE)
"""What stands around the number of a rate: `НДС 20%`, `20/120`."""
_MARKED: Final = "Удален"
_BARCODES: Final = frozenset({"Штрихкод", "ШтрихКод", "Штрих-код"})
_SEVERAL: Final = re.compile(r"[,;]")


class Reader:
    """Reads one document. `zone` is where its dates without a zone belong."""

    def __init__(self, document: Document, odd: Oddities, *, zone: str = "UTC") -> None:
        self.document = document
        self.odd = odd
        self.zone = ZoneInfo(zone)
        self._version = ""
        self._as_of: datetime | None = None
        self._told: set[int] = set()

    def records(self) -> Iterator[Record]:
        """Everything the document says; Unreadable at the first thing that is no XML."""
        found = False
        parts: set[str] = set()
        depth: list[Element] = []
        for event, element in elements(self.document, _NAMES, roots=ROOTS, format_name="CommerceML", odd=self.odd):
            name = local(element)
            if event == "start":
                depth.append(element)
                if name == "КоммерческаяИнформация":
                    self._root(element)
                if name in ROOTS:
                    parts.add(name)
                    found = found or name != "КоммерческаяИнформация"
                continue
            depth.pop()
            yield from self._ended(name, element, depth)
            found = found or name in {"Документ", REFERENCES}
        if "Каталог" in parts and "Классификатор" not in parts:
            self.odd.note("no_classifier", self.document.name, line=1)
        if not found:
            self.odd.note("empty_document", self.document.name, line=1)

    def _root(self, element: "Element") -> None:
        self._version = (element.get("ВерсияСхемы") or "").strip()
        said = element.get("ДатаФормирования")
        time = element.get("ВремяФормирования")
        self._as_of = values.made_at(f"{said}T{time}" if said and time and "T" not in said else said, self.zone)
        if self._version not in VERSIONS:
            self.odd.note("version_unknown", self._version, line=element.sourceline or 1)
        if said and self._as_of is None:
            self.odd.note("date_unreadable", said, line=element.sourceline or 1)
        elif not said:
            self.odd.note("no_date", self.document.name, line=element.sourceline or 1)

    def _ended(self, name: str, element: "Element", above: "list[Element]") -> Iterator[Record]:
        """What an element says that has just ended. One inside an order is the order's, and stays for it."""
        places = [local(each) for each in above]
        if "Документ" in places or (name == "Группа" and "Группа" in places):
            return
        parent = element.getparent()
        inside = local(parent) if parent is not None else ""
        if name == "Предложение" or (name == "Товар" and "Каталог" in places):
            yield from self._container(above)
            yield from self._goods(element, above) if name == "Товар" else self._offer(element, above)
        elif name in ROOTS:
            yield from self._container([*above, element])
        elif (name, inside) in _WORDS or name in {"Документ", "Группа", "ТипЦены", ENTRY}:
            yield from self._word(name, element)
        else:
            return  # part of something that has not ended yet
        if inside:
            forget(element)

    def _word(self, name: str, element: "Element") -> Iterator[Record]:
        """The words that goods and offers are told in, and orders."""
        if name == "Документ":
            yield from order(element, self.odd)
        elif name == ENTRY:
            yield from entry(element, self.odd)
        elif name == "Группа":
            yield from self._categories(element, "")
        elif name == "Свойство":
            yield from self._property(element)
        elif name == "ТипЦены":
            yield from self._price_type(element)
        elif name == "Склад":
            yield from self._store(element)

    def _container(self, above: "list[Element]") -> Iterator[Record]:
        """The header of the catalogue or package of offers that records stand in, once."""
        for element in above:
            name = local(element)
            if id(element) in self._told or name == "КоммерческаяИнформация":
                continue
            self._told.add(id(element))
            only_changes = values.truth(element.get("СодержитТолькоИзменения"))
            own = _child(element, "Ид").rstrip("#") if name == "ПакетПредложений" else _child(element, "Ид")
            full = None if name == "Классификатор" or only_changes is None else not only_changes
            if name == "ИзмененияПакетаПредложений":
                full = False
            has = "classifier" if name == "Классификатор" else "offers" if name in OFFERS else "goods"
            catalog = _child(element, "ИдКаталога") or own
            yield Header(
                kind="commerceml", version=self._version, as_of=self._as_of, catalog=catalog, full=full, has=has
            )

    def _categories(self, top: "Element", parent: str) -> Iterator[Record]:
        """A group with all those inside it, without recursion: groups may be nested as deep as they like."""
        waiting = [(top, parent)]
        while waiting:
            element, above = waiting.pop()
            line = element.sourceline or 0
            id_ = _child(element, "Ид")
            name = values.words(_child(element, "Наименование"))
            if not id_:
                self.odd.note("no_id", name or "Группа", line=line)
                continue
            if not name:
                self.odd.note("category_no_name", id_, line=line)
            if values.truth(_child(element, "ПометкаУдаления")) is not True:
                yield Category(id=id_, name=name or id_, parent=above, line=line)
            inner = [child for box in element if local(box) == "Группы" for child in box if local(child) == "Группа"]
            waiting += [(child, id_) for child in reversed(inner)]

    def _property(self, element: "Element") -> Iterator[Record]:
        id_ = _child(element, "Ид")
        line = element.sourceline or 0
        if not id_:
            self.odd.note("no_id", _child(element, "Наименование") or "Свойство", line=line)
            return
        directory = {
            _child(entry, "ИдЗначения"): values.words(_child(entry, "Значение"))
            for box in element
            if local(box) == "ВариантыЗначений"
            for entry in box
            if local(entry) == "Справочник" and _child(entry, "ИдЗначения")
        }
        name = values.words(_child(element, "Наименование")) or id_
        yield Property(id=id_, name=name, values=directory, line=line)

    def _price_type(self, element: "Element") -> Iterator[Record]:
        id_, line = _child(element, "Ид"), element.sourceline or 0
        if not id_:
            self.odd.note("no_id", _child(element, "Наименование") or "ТипЦены", line=line)
            return
        said = _child(element, "Валюта")
        found = self._currency(said, line)
        yield PriceType(id=id_, name=values.words(_child(element, "Наименование")) or id_, currency=found, line=line)

    def _currency(self, said: str, line: int) -> str:
        """The ISO code; "" for none or an unknown one, which is noted where it is used."""
        found = values.currency(said) or ""
        if found and found != said.strip():
            self.odd.note("currency_renamed", f"{said} → {found}", line=line)
        return found

    def _store(self, element: "Element") -> Iterator[Record]:
        id_, line = _child(element, "Ид"), element.sourceline or 0
        if not id_:
            self.odd.note("no_id", _child(element, "Наименование") or "Склад", line=line)
            return
        address = _box(element, "Адрес")
        fields = {}
        for field in address if address is not None else ():
            if local(field) == "АдресноеПоле":
                fields[_child(field, "Тип")] = values.words(_child(field, "Значение"))
        contacts = _box(element, "Контакты")
        phones = [
            _child(one, "Значение")
            for one in (contacts if contacts is not None else ())
            if "телефон" in _child(one, "Тип").lower()
        ]
        told = values.words(_child(address, "Представление")) if address is not None else ""
        yield Store(
            id=id_,
            name=values.words(_child(element, "Наименование")) or id_,
            address=", ".join(part for part in (each.strip() for each in told.split(",")) if part),
            city=fields.get("Город") or fields.get("Населенный пункт") or "",
            phone=values.words(phones[0]) if phones else "",
            line=line,
        )

    def _goods(self, element: "Element", above: "list[Element]") -> Iterator[Record]:
        line = element.sourceline or 0
        id_ = _child(element, "Ид")
        if not id_:
            self.odd.note("no_id", _child(element, "Наименование") or "Товар", line=line)
            return
        id_, _, characteristic = id_.partition("#")
        name = self._name(element, line)
        attributes = _requisites(element)
        unit = self._unit(element)
        if unit.split(" ")[0] in DIVISIBLE:
            self.odd.note("unit_fractional", f"{name}: {unit}", line=line)
        captions = dict(_path(told) for told in attributes.pop("ОписаниеФайла", "").split("\n") if told)
        pictures = self._pictures(element) or tuple(Picture(place) for place in captions)
        weight = self._weight(_child(element, "Вес") or attributes.pop("Вес", ""), line)
        description = _child(element, "Описание") or attributes.get("ОписаниеВФорматеHTML", "")
        attributes.pop("ОписаниеВФорматеHTML", None)
        article = values.words(_child(element, "Артикул"))
        barcodes = self._barcodes(element, name, line)
        service = attributes.get("ТипНоменклатуры", "").lower() == "услуга"
        if not barcodes and not service:
            self.odd.note("no_barcode", name, line=line)
        if service:
            self.odd.note("service", name, line=line)
        yield Goods(
            id=id_,
            line=line,
            name=name or article or id_,
            article=article,
            barcodes=barcodes,
            categories=tuple(self._group_ids(element)),
            description=description.strip(),
            brand=_brand(element),
            properties=self._properties(element),
            attributes=attributes,
            pictures=tuple(Picture(one.place, captions.get(one.place, one.caption)) for one in pictures),
            unit=unit,
            weight_g=weight,
            tax=self._tax(element, name, line),
            service=service,
            deleted=_deleted(element),
            catalog=_catalog(above),
        )
        if characteristic:  # older schemas list characteristics as goods of their own
            yield from self._offer_of_goods(element, id_, characteristic, above)

    def _offer_of_goods(
        self, element: "Element", goods: str, characteristic: str, above: "list[Element]"
    ) -> Iterator[Record]:
        yield Offer(
            id=f"{goods}#{characteristic}",
            goods=goods,
            line=element.sourceline or 0,
            name=values.words(_child(element, "Наименование")),
            article=values.words(_child(element, "Артикул")),
            options=_options(element),
            deleted=_deleted(element),
            catalog=_catalog(above),
        )

    def _name(self, element: "Element", line: int) -> str:
        said = _child(element, "Наименование")
        name = values.words(said)
        if not name:
            self.odd.note("no_name", _child(element, "Ид"), line=line)
        elif name != said:
            self.odd.note("name_spaces", said, line=line)
        return name

    def _unit(self, element: "Element") -> str:
        base = _box(element, "БазоваяЕдиница")
        if base is None:
            return ""
        words = (base.get("Код") or "", base.get("НаименованиеПолное") or (base.text or "").strip())
        return values.words(" ".join(words))

    def _pictures(self, element: "Element") -> tuple[Picture, ...]:
        places = [values.words(child.text) for child in element if local(child) == "Картинка"]
        return tuple(Picture(*_path(place)) for place in dict.fromkeys(places) if place)

    def _barcodes(self, element: "Element", name: str, line: int) -> tuple[str, ...]:
        told = [child.text or "" for child in element if local(child) in _BARCODES]
        found = [values.words(code) for text in told for code in _SEVERAL.split(text)]
        codes = tuple(dict.fromkeys(code for code in found if code))
        for code in codes:
            if not values.barcode_fits(code):
                self.odd.note("barcode_wrong", f"{code}: {name}", line=line)
        return codes

    def _group_ids(self, element: "Element") -> list[str]:
        box = _box(element, "Группы")
        ids = [values.words(child.text) for child in box if local(child) == "Ид"] if box is not None else []
        if not ids:
            self.odd.note("no_category", _child(element, "Наименование"), line=element.sourceline or 0)
        return [each for each in dict.fromkeys(ids) if each]

    def _properties(self, element: "Element") -> dict[str, str]:
        """Properties by their ids; several values of one, whichever way they are told, stand on lines of their own."""
        found: dict[str, list[str]] = {}
        box = _box(element, "ЗначенияСвойств")
        for one in box if box is not None else ():
            id_ = _child(one, "Ид")
            told = [values.words(each.text) for each in one if local(each) == "Значение"]
            if id_ and any(told):
                found.setdefault(id_, []).extend(filter(None, told))
            elif id_:
                self.odd.note("property_empty", _child(element, "Наименование"), line=one.sourceline or 0)
        return {id_: "\n".join(dict.fromkeys(told)) for id_, told in found.items()}

    def _tax(self, element: "Element", name: str, line: int) -> str:
        box = _box(element, "СтавкиНалогов")
        for rate in box if box is not None else ():
            if _child(rate, "Наименование").upper() not in {"НДС", ""}:
                continue
            said = _RATE.sub("", _child(rate, "Ставка"))
            if said.lower().startswith("без"):
                return "none"
            found = values.number(said)
            plain = f"{found.normalize():f}" if found is not None else said
            if plain in _OUTDATED:
                self.odd.note("tax_outdated", f"{plain} %: {name}", line=line)
                return f"vat{plain}"
            if plain in _RATES:
                return f"vat{plain}"
            self.odd.note("tax_unknown", f"{said}: {name}", line=line)
        return ""

    def _weight(self, said: str, line: int) -> int | None:
        """Grams; the weight of a document is told in kilograms."""
        if not said.strip():
            return None
        found = values.number(said)
        if found is None or found < 0 or found > 1_000_000:
            self.odd.note("weight_unreadable", said, line=line)
            return None
        return int(found * 1000) or None

    def _offer(self, element: "Element", above: "list[Element]") -> Iterator[Record]:
        line = element.sourceline or 0
        id_ = _child(element, "Ид")
        name = values.words(_child(element, "Наименование"))
        if not id_ or id_.startswith("#"):
            self.odd.note("no_id", name or "Предложение", line=line)
            return
        id_ = id_.rstrip("#")
        goods = id_.partition("#")[0]
        tells_more = (
            name or _box(element, "ХарактеристикиТовара") is not None or _box(element, "БазоваяЕдиница") is not None
        )
        if tells_more:
            yield Offer(
                id=id_,
                goods=goods,
                line=line,
                name=name,
                article=values.words(_child(element, "Артикул")),
                barcodes=self._barcodes(element, name, line),
                options=_options(element),
                unit=self._unit(element),
                pictures=self._pictures(element),
                deleted=_deleted(element),
                catalog=_catalog(above),
            )
        prices = _box(element, "Цены")
        if prices is not None:
            yield Prices(id=id_, line=line, prices=tuple(self._prices(prices, name or id_, line)))
        elif name and _box(element, "Количество") is not None:
            self.odd.note("no_price", name, line=line)
        rest = self._rest(element, name or id_, line)
        if rest is not None:
            yield Rest(id=id_, line=line, total=rest[0], stores=rest[1])

    def _prices(self, box: "Element", name: str, line: int) -> Iterator[Price]:
        """One price per type: the one per base unit, if a type is told twice."""
        chosen: dict[str, tuple[bool, Price]] = {}
        for one in box:
            if local(one) != "Цена":
                continue
            type_ = _child(one, "ИдТипаЦены")
            said = _child(one, "ЦенаЗаЕдиницу")
            amount = values.number(said)
            if amount is None:
                self.odd.note("price_unreadable", f"{said or '—'}: {name}", line=line)
                continue
            factor = values.number(_child(one, "Коэффициент")) or Decimal(1)
            currency = _child(one, "Валюта")
            code = self._currency(currency, line)
            if currency and not code:
                self.odd.note("currency_unknown", f"{currency}: {name}", line=line)
                continue
            per_base = factor == 1
            price = Price(type_, amount if per_base or factor <= 0 else amount / factor, code)
            if type_ in chosen:
                self.odd.note("price_repeated", f"{chosen[type_][1].amount} / {amount}: {name}", line=line)
                if chosen[type_][0] or not per_base:
                    continue
            chosen[type_] = per_base, price
        if not chosen:
            self.odd.note("no_price", name, line=line)
        return iter([price for _, price in chosen.values()])

    def _rest(self, element: "Element", name: str, line: int) -> tuple[Decimal | None, dict[str, Decimal]] | None:
        """Total and per store, from any of the three ways in which schemas write it; None where nothing is said."""
        total, said = self._number(_box(element, "Количество"), name, line), False
        stores: dict[str, Decimal] = {}
        boxes = [child for child in element if local(child) == "Склад"]
        rests = _box(element, "Остатки")
        for rest in rests if rests is not None else ():
            inner = _box(rest, "Склад")
            if inner is not None:
                boxes.append(inner)
            else:
                total = self._number(_box(rest, "Количество"), name, line)
                said = True
        for box in boxes:
            store = box.get("ИдСклада") or _child(box, "Ид") or _child(box, "ИдСклада")
            told = box.get("КоличествоНаСкладе") or _child(box, "Количество") or _child(box, "КоличествоНаСкладе")
            amount = values.number(told)
            if not store or amount is None:
                self.odd.note("stock_unreadable", f"{store or '–'}: {told or '–'}: {name}", line=line)
                continue
            stores[store] = stores.get(store, Decimal(0)) + amount
        if total is None and not stores and not said:
            return None
        if total is not None and stores and total != sum(stores.values()):
            self.odd.note("stock_disagrees", f"{total} ≠ {sum(stores.values())}: {name}", line=line)
        return total, stores

    def _number(self, element: "Element | None", name: str, line: int) -> Decimal | None:
        if element is None or not (element.text or "").strip():
            return None
        found = values.number(element.text)
        if found is None:
            self.odd.note("stock_unreadable", f"{element.text}: {name}", line=line)
        return found


def _catalog(above: "list[Element]") -> str:
    for element in reversed(above):
        if local(element) == "Каталог":
            return _child(element, "Ид")
        if local(element) in OFFERS:
            return _child(element, "ИдКаталога") or _child(element, "Ид").rstrip("#")
    return ""


def _brand(element: "Element") -> str:
    maker = _box(element, "Изготовитель")
    return values.words(_child(maker, "Наименование")) if maker is not None else ""


def _deleted(element: "Element") -> bool:
    status = element.get("Статус") or _child(element, "Статус")
    return status.strip() == _MARKED or values.truth(_child(element, "ПометкаУдаления")) is True


def _options(element: "Element") -> dict[str, str]:
    box = _box(element, "ХарактеристикиТовара")
    told = {
        values.words(_child(one, "Наименование")): values.words(_child(one, "Значение"))
        for one in (box if box is not None else ())
    }
    return {name: value for name, value in told.items() if name and value}


def _path(told: str) -> tuple[str, str]:
    """`import_files/1.jpg#Front` as path and caption."""
    place, _, caption = told.partition("#")
    return place.strip().replace("\\", "/"), values.words(caption)
