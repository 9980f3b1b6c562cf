"""A Google product feed as records: RSS 2.0 or Atom with `g:` elements, or tab-separated text."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from edino.integrations.exchange import values
from edino.integrations.exchange.errors import Unreadable
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
    Record,
    Rest,
    Store,
)
from edino.kernel import clock
from edino.kernel.imports import encodings

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ROOTS: Final = ("rss", "feed")
PRICE: Final = "google"
TITLE_LONGEST: Final = 150
DETAIL: Final = "product_detail"
OPTIONS: Final = "Options"
"""The section of specifications in which our own feeds tell a variant from its sisters."""
OWN: Final = re.compile(r"variant-\d+")
"""Ids that our own feeds give to what has a SKU with letters an id may not have; the SKU is beside it."""
AXES: Final = {"color": "Color", "size": "Size", "material": "Material", "pattern": "Pattern"}
_MANY: Final = frozenset({"additional_image_link", "product_type", DETAIL})
_EXTRAS: Final = ("condition", "google_product_category", "age_group", "gender", "mpn")
SEPARATOR: Final = "\x1f"
_AVAILABLE: Final = frozenset({"in_stock", "out_of_stock", "preorder", "backorder", "available_for_order"})
_GRAMS: Final = {"g": "1", "kg": "1000", "": "1000", "lb": "453.592", "oz": "28.3495"}
_LIMIT: Final = 1 << 20
_TALLEST: Final = 50
"""How many lines a row of a table may have."""


class Reader:
    """Reads one feed, XML or text. It tells no dates, so no zone is asked for."""

    def __init__(self, document: Document, odd: Oddities) -> None:
        self.document = document
        self.odd = odd
        self._seen: set[str] = set()
        self._categories: set[str] = set()

    def records(self) -> Iterator[Record]:
        """Everything the feed says; Unreadable at the first thing that is neither XML nor a table."""
        yield Header(kind="google", catalog="google", full=True, has="all")
        count = 0
        for line, told in self._xml() if self._is_xml() else self._table():
            count += 1
            yield from self._item(told, line)
        if not count:
            self.odd.note("empty_document", self.document.name, line=1)

    def _is_xml(self) -> bool:
        with self.document.open() as file:
            head = file.read(256)
        for mark, _ in encodings.MARKS:
            head = head.removeprefix(mark)
        return head.replace(b"\0", b"").lstrip()[:1] == b"<" or not head

    def _xml(self) -> Iterator[tuple[int, Mapping[str, list[str]]]]:
        found = elements(self.document, ("item", "entry"), roots=ROOTS, format_name="Google feed", odd=self.odd)
        for event, element in found:
            if event == "end" and local(element) in {"item", "entry"}:
                yield element.sourceline or 0, _told(element)
                forget(element)

    def _table(self) -> Iterator[tuple[int, Mapping[str, list[str]]]]:
        """Rows of a TSV file, by its titles: `image link` is `image_link`."""
        with self.document.open() as file:
            sample = file.read(1 << 16)
        with self.document.open() as file:
            text = io.TextIOWrapper(file, encodings.detect(sample), errors="replace", newline="")
            csv.field_size_limit(_LIMIT)
            line = 1
            try:
                rows = _rows(text)
                titles = [title.strip().lower().replace(" ", "_") for title in next(rows, (1, []))[1]]
                if "id" not in titles:
                    raise Unreadable(
                        "%(file)s, line %(line)s: this is not %(format)s: it begins with <%(root)s>.",
                        file=self.document.name,
                        line=1,
                        format="Google feed",
                        root=" ".join(titles)[:60],
                    )
                for line, row in rows:
                    told = {name: [cell] for name, cell in zip(titles, row, strict=False) if cell.strip()}
                    if told:
                        yield line, told
            except csv.Error as error:
                raise Unreadable(
                    "%(file)s, line %(line)s: the table is broken here: %(reason)s.",
                    file=self.document.name,
                    line=line,
                    reason=str(error),
                ) from error

    def _item(self, told: Mapping[str, list[str]], line: int) -> Iterator[Record]:
        def one(name: str) -> str:
            return values.words((told.get(name) or [""])[0])

        id_, name = one("id"), one("title")
        if not id_:
            self.odd.note("no_id", name or "item", line=line)
            return
        if not name:
            self.odd.note("no_name", id_, line=line)
        if len(name) > TITLE_LONGEST:
            self.odd.note("name_long", name, line=line)
        category = one("product_type")
        yield from self._path(category, line)
        if not category:
            self.odd.note("no_category", name or id_, line=line)
        group = one("item_group_id")
        goods = f"group:{group}" if group else id_
        sku = one("mpn") if OWN.fullmatch(id_) and one("mpn") else id_
        options, attributes = _said(told, sku)
        description = (told.get("description") or [""])[0].strip()
        places = (one("image_link"), *told.get("additional_image_link", []))
        pictures = tuple(Picture(place.strip()) for place in dict.fromkeys(places) if place.strip())
        if not pictures:
            self.odd.note("no_picture", name or id_, line=line)
        if goods not in self._seen:
            self._seen.add(goods)
            yield Goods(
                id=goods,
                line=line,
                name=name or id_,
                article="" if group else one("mpn"),
                categories=tuple(filter(None, [category])),
                description="" if description == name else description,
                brand=one("brand"),
                attributes=attributes | ({} if group else options),
                pictures=pictures,
                weight_g=self._weight(one("shipping_weight"), line),
                catalog="google",
            )
        gtin = one("gtin")
        if gtin and not values.barcode_fits(gtin):
            self.odd.note("barcode_wrong", f"{gtin}: {name}", line=line)
        yield Offer(
            id=id_,
            goods=goods,
            line=line,
            name=name or id_,
            article=sku,
            barcodes=tuple(filter(None, [gtin])),
            options=options if group else {},
            pictures=pictures if group else (),
            catalog="google",
        )
        self._available(one("availability"), name or id_, line)
        sale = self._sale(one("sale_price"), one("sale_price_effective_date"), name or id_, line)
        yield from self._price(one("price"), sale, id_, name or id_, line)
        quantity = values.number(one("quantity"))
        if one("store_code") and quantity is not None:
            yield Store(id=one("store_code"), name=one("store_code"))
            yield Rest(id=id_, line=line, total=quantity, stores={one("store_code"): quantity})

    def _weight(self, said: str, line: int) -> int | None:
        """Grams of `1.2 kg`; kilograms without a unit."""
        if not said:
            return None
        amount, _, unit = said.partition(" ")
        found, factor = values.number(amount), _GRAMS.get(unit.strip().lower())
        if found is None or factor is None or not 0 <= found < 1_000_000:
            self.odd.note("weight_unreadable", said, line=line)
            return None
        return int(found * Decimal(factor)) or None

    def _path(self, category: str, line: int) -> Iterator[Record]:
        """The categories of `Shoes > Running`, each under the one before."""
        parent = ""
        for part in [values.words(part) for part in category.split(">")] if category else []:
            whole = f"{parent} > {part}" if parent else part
            if part and whole not in self._categories:
                self._categories.add(whole)
                yield Category(id=whole, name=part, parent=parent, line=line)
            parent = whole

    def _available(self, said: str, name: str, line: int) -> None:
        word = said.replace(" ", "_").lower()
        if word == "out_of_stock":
            self.odd.note("not_available", name, line=line)
        elif word and word not in _AVAILABLE:
            self.odd.note("availability_unknown", f"{said}: {name}", line=line)

    def _sale(self, said: str, period: str, name: str, line: int) -> str:
        """A sale price while it counts, else ""; one without a period always does."""
        if not said or not period:
            return said
        since, until = (values.moment(part) for part in [*period.split("/"), ""][:2])
        if since is None or until is None:
            self.odd.note("sale_period_unreadable", f"{period}: {name}", line=line)
            return ""
        if not since <= clock.now() < until:
            self.odd.note("sale_not_now", f"{period}: {name}", line=line)
            return ""
        return said

    def _price(self, said: str, sale: str, id_: str, name: str, line: int) -> Iterator[Record]:
        if not said:
            self.odd.note("no_price", name, line=line)
            return
        usual, reduced = self._money(said, name, line), self._money(sale, name, line) if sale else None
        if usual is None:
            return
        amount, code = usual
        was: Decimal | None = None
        if reduced is not None and reduced[1] != code:
            self.odd.note("sale_currency", f"{said} / {sale}: {name}", line=line)
        elif reduced is not None:
            if reduced[0] < amount:
                amount, was = reduced[0], amount
            else:
                self.odd.note("oldprice_not_higher", f"{amount} ≤ {reduced[0]}: {name}", line=line)
        type_ = f"{PRICE} {code}"
        yield PriceType(id=type_, name="Google", currency=code)
        yield Prices(id=id_, line=line, prices=(Price(type_, amount, code, was),))

    def _money(self, said: str, name: str, line: int) -> tuple[Decimal, str] | None:
        """`1499.00 RUB`, or `RUB 1499`."""
        parts = said.split()
        for currency, amount in ((parts[-1], " ".join(parts[:-1])), (parts[0], " ".join(parts[1:]))):
            found, code = values.number(amount), values.currency(currency)
            if found is not None and code:
                if code != currency:
                    self.odd.note("currency_renamed", f"{currency} → {code}", line=line)
                return found, code
        if values.number(said) is not None or values.number(" ".join(parts[:-1])) is not None:
            self.odd.note("currency_unknown", f"{said}: {name}", line=line)
        else:
            self.odd.note("price_unreadable", f"{said}: {name}", line=line)
        return None


def _said(told: Mapping[str, list[str]], sku: str) -> tuple[dict[str, str], dict[str, str]]:
    """What an item says of itself as options and attributes."""
    plain = {name: values.words(found[0]) for name, found in told.items() if found}
    options, attributes = _details(told.get(DETAIL, []))
    options = {title: plain[axis] for axis, title in AXES.items() if plain.get(axis)} | options
    attributes |= {key: plain[key] for key in _EXTRAS if plain.get(key)}
    if attributes.get("condition") == "new":
        del attributes["condition"]  # as everything that nobody calls used
    if attributes.get("mpn") == sku:
        del attributes["mpn"]
    return options, attributes


def _details(told: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Specifications as options and attributes; XML parts section, name and value by SEPARATOR, a table by colons."""
    options: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for one in chain.from_iterable([each] if SEPARATOR in each else each.split(",") for each in told):
        section, name, value = [*one.split(SEPARATOR if SEPARATOR in one else ":", 2), "", ""][:3]
        if values.words(name) and values.words(value):
            found = options if section.strip() == OPTIONS else attributes
            found[values.words(name)] = values.words(value)
    return options, attributes


def _told(element: "Element") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for child in element:
        name = local(child)
        text = _detail(child) if name == DETAIL else "".join(child.itertext()).strip() or child.get("href") or ""
        if text and (name in _MANY or name not in found):
            found.setdefault(name, []).append(text)
    return found


def _detail(element: "Element") -> str:
    parts = {local(child): "".join(child.itertext()) for child in element}
    return SEPARATOR.join(parts.get(name, "") for name in ("section_name", "attribute_name", "attribute_value"))


def _rows(text: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Cells, with the number of their last line.

    Quotation marks that open a cell and close none are letters: an inch mark must not swallow the lines below it. They
    enclose several lines only if these make a whole row.
    """
    lines, ahead, number, width = iter(text), deque[str](), 0, 0
    while line := ahead.popleft() if ahead else next(lines, ""):
        number += 1
        cells = _strict(line)
        if cells is None:
            ahead.extend(islice(lines, _TALLEST - len(ahead)))
            whole = ((n, _strict(line + "".join(islice(ahead, n)))) for n in range(1, len(ahead) + 1))
            n, cells = next(((n, found) for n, found in whole if found is not None), (0, None))
            if cells is None or len(cells) != width:
                n, cells = 0, line.rstrip("\r\n").split("\t")
            number += n
            for _ in range(n):
                ahead.popleft()
        width = width or len(cells)
        yield number, cells


def _strict(text: str) -> list[str] | None:
    """The cells of one row, None when its quotation marks are not right."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
