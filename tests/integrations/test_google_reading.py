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
