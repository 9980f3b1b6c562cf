"""Google's feeds: XML with and without namespace, and tables; the same product either way."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.integrations.exchange_texts import counts, of, read

from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.records import Category, Goods, Offer, Prices, Rest

ITEM = """<item><g:id>KED-42</g:id><g:title>Кеды</g:title><g:description>Для бега</g:description>
<g:link>https://shop.example/ked</g:link><g:image_link>https://shop.example/ked.jpg</g:image_link>
<g:availability>in stock</g:availability><g:price>1990.00 RUB</g:price><g:sale_price>1490,50 руб</g:sale_price>
<g:product_type>Обувь &gt; Кеды</g:product_type><g:item_group_id>KED</g:item_group_id><g:size>42</g:size>
<g:brand>Волна</g:brand><g:gtin>4606453849072</g:gtin><g:condition>new</g:condition></item>"""
RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>
<title>Shop</title>{ITEM}</channel></rss>"""
TITLES = "id\ttitle\tdescription\timage link\tprice\tsale_price\tproduct type\titem group id\tsize\tbrand\tgtin"
ROW = (
    "KED-42\tКеды\tДля бега\thttps://shop.example/ked.jpg\t1990.00 RUB\t1490,50 руб\tОбувь > Кеды\tKED\t42\tВолна\t"
    "4606453849072"
)


@pytest.mark.parametrize("text", [RSS, f"{TITLES}\n{ROW}\n", f"\ufeff{TITLES}\r\n{ROW}\r\n"])
def test_xml_and_tables_say_the_same(text: str, tmp_path: Path) -> None:
    records, odd = read("google", text, tmp_path)
    [card] = of(records, Goods)
    assert (card.id, card.name, card.brand, card.categories) == ("group:KED", "Кеды", "Волна", ("Обувь > Кеды",))
    [variant] = of(records, Offer)
    assert (variant.id, variant.article, variant.options) == ("KED-42", "KED-42", {"Size": "42"})
    [price] = of(records, Prices)[0].prices
    assert (price.amount, price.was, price.currency) == (Decimal("1490.50"), Decimal("1990.00"), "RUB")
    assert [(one.id, one.parent) for one in of(records, Category)] == [("Обувь", ""), ("Обувь > Кеды", "Обувь")]
    assert counts(odd) == {"currency_renamed": 1}


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    rows = ["\tБез номера", "a\t\t\t\tсто RUB", "b\tКеды\t\t\t5 XYZ", "c\tКеды\t\t\t5 RUB\t6 RUB"]
    records, odd = read("google", "\n".join([TITLES, *rows]), tmp_path)
    assert [one.id for one in of(records, Offer)] == ["a", "b", "c"]
    noted = {kind: one.examples[0][0] for kind, one in odd.noted.items()}
    assert (noted["no_id"], noted["price_unreadable"], noted["currency_unknown"]) == (2, 3, 4)
    assert noted["oldprice_not_higher"] == 5


def test_stock_by_store_is_taken(tmp_path: Path) -> None:
    records, _ = read("google", "id\ttitle\tprice\tstore code\tquantity\nA\tКеды\t5 RUB\tS1\t7\n", tmp_path)
    assert of(records, Rest)[0].stores == {"S1": Decimal(7)}


def test_what_is_neither_xml_nor_a_table_is_refused(tmp_path: Path) -> None:
    for text in ("", "just words\n", "<html/>", "a,b,c\n1,2,3\n"):
        with pytest.raises(Unreadable) as refused:
            read("google", text, tmp_path)
        assert refused.value.text.startswith("document.xml")


def test_an_inch_mark_swallows_no_rows_below_it(tmp_path: Path) -> None:
    rows = [
        '"Best" shoe',
        '"never closed',
        "third",
        '15" monitor',
        '"with ""quotes"" and\ttab"',
        '"of two\nlines"',
        '"last',
    ]
    table = "id\ttitle\tprice\n" + "\n".join(f"{n}\t{title}\t{n} RUB" for n, title in enumerate(rows, 1)) + "\n"
    records, _ = read("google", table, tmp_path)
    assert [(one.id, one.name) for one in of(records, Goods)] == [
        ("1", '"Best" shoe'),
        ("2", '"never closed'),
        ("3", "third"),
        ("4", '15" monitor'),
        ("5", 'with "quotes" and tab'),
        ("6", "of two lines"),
        ("7", '"last'),
    ]
    assert [one.prices[0].amount for one in of(records, Prices)] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.line for one in of(records, Goods)] == [2, 3, 4, 5, 6, 8, 9]


def test_a_sale_price_counts_in_its_time_and_currency(tmp_path: Path) -> None:
    sales = [
        ("8 RUB", "2020-01-01T00:00+0300/2999-01-01T00:00+0300"),
        ("8 RUB", "2020-01-01T00:00Z/2020-02-01T00:00Z"),
        ("8 RUB", "2999-01-01/2999-02-01"),
        ("8 RUB", "всегда"),
        ("8 USD", ""),
    ]
    rows = [f"{n}\tКеды\t10 RUB\t{price}\t{time}" for n, (price, time) in enumerate(sales)]
    table = "\n".join(["id\ttitle\tprice\tsale price\tsale price effective date", *rows])
    records, odd = read("google", table, tmp_path)
    assert [(one.prices[0].amount, one.prices[0].was) for one in of(records, Prices)] == [(8, 10)] + [(10, None)] * 4
    noted = counts(odd)
    assert (noted["sale_not_now"], noted["sale_period_unreadable"], noted["sale_currency"]) == (2, 1, 1)


def test_weights_and_words_of_availability_are_understood_or_told(tmp_path: Path) -> None:
    told = [("2 lb", "in stock"), ("500 g", "Out of Stock"), ("1,5", "preorder"), ("3 пуда", "нет")]
    rows = [f"{n}\tКеды\t10 RUB\t{weight}\t{word}" for n, (weight, word) in enumerate(told)]
    table = "\n".join(["id\ttitle\tprice\tshipping weight\tavailability", *rows])
    records, odd = read("google", table, tmp_path)
    assert [one.weight_g for one in of(records, Goods)] == [907, 500, 1500, None]
    noted = counts(odd)
    assert (noted["weight_unreadable"], noted["not_available"], noted["availability_unknown"]) == (1, 1, 1)
