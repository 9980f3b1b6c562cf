"""Igor's 1C writes documents in many ways: all are read, oddities are named, what is broken is refused by its line."""

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integrations.exchange_texts import (
    HEAD,
    ROOT,
    catalog,
    counts,
    goods,
    of,
    offer,
    offers,
    read,
    references,
    refusal,
)

from edino.integrations.exchange import values
from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.records import (
    Category,
    Goods,
    Header,
    Offer,
    Order,
    Prices,
    Property,
    ReferenceEntry,
    Rest,
    Store,
)


def test_the_outlet_is_read_whole(data_set: Callable[[str], Path], tmp_path: Path) -> None:
    folder = data_set("commerceml/outlet")
    records, odd = read("commerceml", folder / "5f193f2_import0_1.xml", tmp_path)
    assert [len(of(records, kind)) for kind in (Category, Property, Goods)] == [59, 10, 1197]
    assert counts(odd) == {
        "barcode_wrong": 3,
        "name_spaces": 8,
        "no_barcode": 492,
        "property_empty": 1052,
        "service": 2,
        "tax_outdated": 328,
        "unit_fractional": 11,
    }
    records, odd = read("commerceml", folder / "5f193f2_offers0_1.xml", tmp_path)
    assert [len(of(records, kind)) for kind in (Offer, Prices, Rest, Store)] == [2641, 2641, 2641, 6]
    assert counts(odd) == {"price_repeated": 1}
    assert odd.noted["price_repeated"].examples == [(546, "27700 / 21900: МИНСК-АТЛАНТ 126")]
    [header] = [one for one in of(records, Header) if one.has == "offers"]
    assert (header.catalog, header.full, header.version) == ("e0ebf92b-554b-4fbf-8dfa-26e48d6cf943", True, "2.07")


def test_files_of_other_origins_are_read(data_set: Callable[[str], Path], tmp_path: Path) -> None:
    modx, carono = data_set("commerceml/modx"), data_set("commerceml/carono")
    records, odd = read("commerceml", modx / "import.xml", tmp_path)
    assert len(of(records, Goods)) == 768
    assert counts(odd) == {"name_spaces": 173, "no_barcode": 2}
    records, odd = read("commerceml", modx / "offers.xml", tmp_path)
    assert len(of(records, Offer)) == 768
    assert counts(odd) == {"currency_renamed": 769}
    records, odd = read("commerceml", carono / "classifier.xml", tmp_path)
    assert (len(of(records, Category)), len(of(records, Property)), counts(odd)) == (22, 10, {"no_declaration": 1})
    records, odd = read("commerceml", carono / "import_wo_classifier.xml", tmp_path)
    assert (len(of(records, Goods)), counts(odd)) == (2, {"no_barcode": 1, "no_classifier": 1})
    [order] = of(read("commerceml", carono / "orders.xml", tmp_path)[0], Order)
    assert (order.number, order.total, len(order.lines)) == ("20", Decimal("9683.42"), 2)
    assert order.requisites["Статус заказа"] == "[F] Доставлен"
    assert [line.service for line in order.lines] == [True, False]


def test_an_offer_says_its_price_stock_and_characteristics(data_set: Callable[[str], Path], tmp_path: Path) -> None:
    records, _ = read("commerceml", data_set("commerceml/carono") / "offers.xml", tmp_path)
    boots = of(records, Offer)[0]
    assert boots.options == {"Размер": "40", "Тип кожи": "натуральная кожа", "Цвет": "Коричневый"}
    assert boots.goods == "bd72d910-55bc-11d9-848a-00112f43529a"
    assert of(records, Prices)[0].prices[0].amount == Decimal(1719)
    assert of(records, Rest)[0].stores == {"b6112590-41ba-11dd-ac9d-0015e9b8c48d": Decimal(20)}


SAMPLE = catalog(goods("g1", "Кеды «Волна»", "K-1")).removeprefix(HEAD)


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ((HEAD + SAMPLE).encode(), {}),
        (SAMPLE.encode(), {"no_declaration": 1}),
        (b"\xef\xbb\xbf" + (HEAD + SAMPLE).encode(), {}),
        ((HEAD + SAMPLE).encode("utf-16"), {}),
        (('<?xml version="1.0" encoding="windows-1251"?>' + SAMPLE).encode("cp1251"), {}),
        ((HEAD + SAMPLE).encode("cp1251"), {"encoding_other": 1}),
        (('<?xml version="1.0" encoding="windows-1251"?>' + SAMPLE).encode(), {"encoding_other": 1}),
        (f"{HEAD}<!DOCTYPE x SYSTEM 'x.dtd'>{SAMPLE}".encode(), {"doctype": 1}),
        (f"{HEAD}<!-- <не корень> -->\n{SAMPLE}".encode(), {}),
        ((HEAD + SAMPLE.replace("Волна", "Вол\x0bна")).encode(), {"control_characters": 1}),
        ((HEAD + SAMPLE.replace("Волна", "Вол&#11;на")).encode(), {"control_characters": 1}),
        ((HEAD + SAMPLE.replace("«", "&laquo;").replace("»", "&raquo;")).encode(), {"html_entity": 2}),
    ],
)
def test_whatever_the_text_is_wrapped_in_the_product_is_the_same(
    text: bytes, noted: dict[str, int], tmp_path: Path
) -> None:
    records, odd = read("commerceml", text, tmp_path)
    assert [(one.id, one.name, one.article) for one in of(records, Goods)] == [("g1", "Кеды «Волна»", "K-1")]
    assert {kind: n for kind, n in counts(odd).items() if kind != "no_barcode"} == noted


def test_ampersands_are_understood_wherever_they_stand(tmp_path: Path) -> None:
    more = "<Описание><![CDATA[<b>A & B</b> &nbsp; &lt;]]></Описание>"
    text = catalog(goods("g1", "A & B &amp; C &nothing; &#65;&#x42;", more=more))
    records, odd = read("commerceml", text, tmp_path)
    [one] = of(records, Goods)
    assert (one.name, one.description) == ("A & B & C &nothing; AB", "<b>A & B</b> &nbsp; &lt;")
    assert {kind: n for kind, n in counts(odd).items() if kind != "no_barcode"} == {
        "bare_ampersand": 1,
        "entity_unknown": 1,
    }


@pytest.mark.parametrize("cut", range(14))
def test_where_the_blocks_are_cut_makes_no_difference(cut: int, tmp_path: Path) -> None:
    filler = " " * (65_536 - len((HEAD + ROOT).encode()) - len("<!---->") - cut)
    text = f"{HEAD}{ROOT}<!--{filler}--><Каталог><Товары><Товар><Ид>g</Ид><Наименование><![CDATA[A & B]]> &amp; C"
    text += "</Наименование></Товар></Товары></Каталог></КоммерческаяИнформация>"
    assert [one.name for one in of(read("commerceml", text, tmp_path)[0], Goods)] == ["A & B & C"]


def test_a_namespace_changes_nothing(tmp_path: Path) -> None:
    text = catalog(goods("g1", "Кеды")).replace("ВерсияСхемы", 'xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы')
    assert [one.name for one in of(read("commerceml", text, tmp_path)[0], Goods)] == ["Кеды"]


BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
<КоммерческаяИнформация><Каталог>&lol2;</Каталог></КоммерческаяИнформация>"""
THIEF = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<КоммерческаяИнформация><Каталог>&secret;</Каталог></КоммерческаяИнформация>"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "document.xml is empty."),
        (b"\xef\xbb\xbf", "document.xml, line 1: this is not XML: there is no element in it."),
        (b"PK\x03\x04 not text", "document.xml, line 1: this is not XML: there is no element in it."),
        (b"just words", "document.xml, line 1: this is not XML: there is no element in it."),
        (b"<html><body>502</body></html>", "line 1: this is not CommerceML: it begins with <html>."),
        (b"<yml_catalog/>", "line 1: this is not CommerceML: it begins with <yml_catalog>."),
        (BOMB.encode(), "document.xml, line 2: the document declares entities; such documents are refused."),
        (THIEF.encode(), "document.xml, line 2: the document declares entities; such documents are refused."),
        ((HEAD + SAMPLE[:-40]).encode(), "document.xml, line 2: the XML is broken here: "),
        ((HEAD + SAMPLE).encode()[: (HEAD + SAMPLE).encode().rindex("я".encode()) + 1], "the XML is broken here: "),
        ((HEAD + SAMPLE.replace("</Артикул>", "</Артикль>")).encode(), "Артикул line 2 and Артикль"),
        (("<КоммерческаяИнформация>" + "<a>" * 5000).encode(), "line 1: the XML is broken here: Excessive depth"),
        ((HEAD + SAMPLE.replace("Волна", "я" * 12_000_000)).encode(), "the XML is broken here: "),
    ],
    ids=range(13),
)
def test_what_cannot_be_read_is_refused_with_file_and_line(text: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read("commerceml", text, tmp_path)
    assert says in refused.value.text
    assert "root:" not in refused.value.text


def test_an_empty_document_is_no_error(tmp_path: Path) -> None:
    records, odd = read("commerceml", "<КоммерческаяИнформация/>", tmp_path)
    assert records == []
    assert odd.noted["empty_document"].count == 1


def test_prices_are_told_in_every_hand(tmp_path: Path) -> None:
    told = {
        "1 719,50": Decimal("1719.50"),
        "1\u00a0719.5": Decimal("1719.5"),
        "1,719.50": Decimal("1719.50"),
        "0": Decimal(0),
        "-5": Decimal(-5),
    }
    text = offers(*(offer(f"g{n}", "Кеды", price) for n, price in enumerate(told)))
    records, odd = read("commerceml", text, tmp_path)
    assert [one.prices[0].amount for one in of(records, Prices)] == list(told.values())
    assert {one.prices[0].currency for one in of(records, Prices)} == {"RUB"}
    assert counts(odd) == {"currency_renamed": len(told) + 1}
    records, odd = read("commerceml", offers(offer("g", "Кеды", "дорого")), tmp_path)
    assert of(records, Prices)[0].prices == ()
    assert odd.noted["price_unreadable"].examples == [(2, "дорого: Кеды")]
    records, odd = read("commerceml", offers(offer("g", "Кеды", "5")).replace("руб", "тугрики"), tmp_path)
    assert of(records, Prices)[0].prices == ()
    assert odd.noted["currency_unknown"].examples == [(2, "тугрики: Кеды")]


def test_a_price_per_box_becomes_the_price_per_piece(tmp_path: Path) -> None:
    text = offers(offer("g", "Конфеты", "120")).replace("<Валюта>руб", "<Коэффициент>12</Коэффициент><Валюта>руб", 2)
    text = text.replace("<Коэффициент>12</Коэффициент>", "", 1)  # the type of price has none
    assert of(read("commerceml", text, tmp_path)[0], Prices)[0].prices[0].amount == Decimal(10)


def test_stock_is_found_however_a_schema_writes_it(tmp_path: Path) -> None:
    newer = (
        "<Остатки><Остаток><Склад><Ид>w1</Ид><Количество>3</Количество></Склад></Остаток>"
        "<Остаток><Склад><Ид>s1</Ид><Количество>2,0</Количество></Склад></Остаток></Остатки>"
    )
    text = offers(f"<Предложение><Ид>g</Ид>{newer}</Предложение>", "<Предложение><Ид>h</Ид></Предложение>")
    records, odd = read("commerceml", text, tmp_path)
    [rest] = of(records, Rest)
    assert rest.stores == {"w1": Decimal(3), "s1": Decimal("2.0")}
    assert of(records, Offer) == []
    assert counts(odd) == {"currency_renamed": 1}
    text = offers(offer("g", "Кеды", "5", stores={"w1": "3"})).replace("<Количество>3<", "<Количество>7<")
    records, odd = read("commerceml", text, tmp_path)
    assert odd.noted["stock_disagrees"].examples == [(2, "7 ≠ 3: Кеды")]
    assert of(records, Rest)[0].stores == {"w1": Decimal(3)}


def test_records_without_an_id_are_told_and_left_out(tmp_path: Path) -> None:
    records, odd = read("commerceml", catalog(goods("", "Ничей"), goods("g", "Кеды")), tmp_path)
    assert [one.name for one in of(records, Goods)] == ["Кеды"]
    assert odd.noted["no_id"].examples == [(2, "Ничей")]


def test_groups_nest_as_deep_as_they_like(tmp_path: Path) -> None:
    text = HEAD + "<Классификатор>"
    for depth in range(60):
        text += f"<Группы><Группа><Ид>{depth}</Ид><Наименование>Уровень {depth}</Наименование>"
    text += "</Группа></Группы>" * 60 + "</Классификатор>"
    found = of(read("commerceml", text, tmp_path)[0], Category)
    assert [(one.id, one.parent) for one in found] == [(str(n), str(n - 1) if n else "") for n in range(60)]


REAL = ("outlet/5f193f2_import0_1.xml", "outlet/5f193f2_offers0_1.xml", "carono/offers.xml", "carono/orders.xml")


@pytest.mark.parametrize("file", REAL)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    file: str, data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    whole = (data_set("commerceml") / file).read_bytes()[:200_000]
    dice = random.Random(file)
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            place = dice.randrange(len(damaged) or 1)
            match dice.randrange(4):
                case 0:
                    damaged[place : place + 1] = dice.randbytes(1)
                case 1:
                    del damaged[place : place + dice.randint(1, 400)]
                case 2:
                    damaged[place:place] = damaged[place // 2 : place // 2 + dice.randint(1, 400)]
                case _:
                    del damaged[place:]
        assert refusal("commerceml", bytes(damaged), tmp_path)[:12] in {"", "document.xml"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_word_upsets_the_reading_of_numbers_and_dates(text: str) -> None:
    found = values.number(text)
    assert found is None or found.is_finite()
    values.moment(text)
    assert values.currency(text) is None or len(values.currency(text) or "") == 3
    assert values.truth(text) in {True, False, None}
    assert values.barcode_fits(text) in {True, False}


def test_several_values_of_a_property_are_all_kept(tmp_path: Path) -> None:
    one = "<Значение>кожа</Значение><Значение>замша</Значение>"
    told = f"<ЗначенияСвойства><Ид>p</Ид>{one}</ЗначенияСвойства>"
    told += "<ЗначенияСвойства><Ид>p</Ид><Значение>нубук</Значение></ЗначенияСвойства>"
    told += "<ЗначенияСвойства><Ид>empty</Ид><Значение/></ЗначенияСвойства>"
    text = catalog(goods("g1", "Кеды", more=f"<ЗначенияСвойств>{told}</ЗначенияСвойств>"))
    records, odd = read("commerceml", text, tmp_path)
    assert of(records, Goods)[0].properties == {"p": "кожа\nзамша\nнубук"}
    assert counts(odd) == {"no_barcode": 1, "property_empty": 1}


@pytest.mark.parametrize(
    ("rate", "tax"),
    [
        ("20", "vat20"),
        ("НДС 20%", "vat20"),
        ("НДС10", "vat10"),
        ("20/120", "vat20"),
        ("22 %", "vat22"),
        ("0", "vat0"),
        ("Без НДС", "none"),
        ("Без налога", "none"),
        ("37", ""),
        ("20/20", ""),
    ],
)
def test_vat_is_understood_however_it_is_written(rate: str, tax: str, tmp_path: Path) -> None:
    told = f"<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>{rate}</Ставка></СтавкаНалога>"
    records, odd = read("commerceml", catalog(goods("g1", "Кеды", more=f"{told}</СтавкиНалогов>")), tmp_path)
    assert of(records, Goods)[0].tax == tax
    assert counts(odd).get("tax_unknown", 0) == (0 if tax else 1)


def test_an_entry_of_a_reference_book_without_id_or_name_is_told(tmp_path: Path) -> None:
    records, odd = read("commerceml", references({"r1": "красный", "r2": "", "": "синий"}), tmp_path)
    assert [(one.id, one.name, one.book) for one in of(records, ReferenceEntry)] == [("r1", "красный", "Цвета")]
    assert counts(odd) == {"reference_no_name": 1, "no_id": 1}
