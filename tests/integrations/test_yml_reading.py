"""Feeds of other shops, as they are found: read whole, with every oddity by its name."""

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.integrations.exchange_texts import counts, feed, of, read, refusal

from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.records import Category, Goods, Offer, Prices, Rest


def test_the_tyres_of_one_line(data_set: Callable[[str], Path], tmp_path: Path) -> None:
    records, odd = read("yml", data_set("yml") / "mosharov.xml", tmp_path)
    assert [len(of(records, kind)) for kind in (Category, Goods, Offer, Prices)] == [1430, 1327, 1327, 1327]
    assert counts(odd) == {
        "currency_renamed": 1327,
        "currency_unused": 1,
        "name_spaces": 2,
        "no_picture": 1327,
        "parent_attribute": 1430,
    }
    assert of(records, Category)[1].parent == "2.mosharov.com/2"


def test_the_phones_with_colours(data_set: Callable[[str], Path], tmp_path: Path) -> None:
    records, odd = read("yml", data_set("yml") / "samsung_kz.yml", tmp_path)
    assert [len(of(records, kind)) for kind in (Category, Goods, Offer)] == [58, 333, 654]
    assert counts(odd) == {"category_path_in_name": 57, "no_name": 9, "no_picture": 12, "not_available": 130}
    first = of(records, Prices)[0].prices[0]
    assert (first.amount, first.was, first.currency) == (Decimal(344990), Decimal(369990), "KZT")


def test_the_sewing_machines_without_names(data_set: Callable[[str], Path], tmp_path: Path) -> None:
    records, odd = read("yml", data_set("yml") / "shwei.xml", tmp_path)
    assert counts(odd) == {
        "currency_renamed": 132,
        "doctype": 1,
        "name_from_parts": 132,
        "picture_address_odd": 132,
    }
    assert of(records, Goods)[0].name == "Bernina Bernette E56"


def test_offers_of_one_group_are_one_product(tmp_path: Path) -> None:
    told = "".join(
        f'<offer id="{n}" group_id="7" available="true"><name>Кеды</name><price>990</price>'
        f'<currencyId>RUR</currencyId><categoryId>1</categoryId><param name="Размер">{n}</param></offer>'
        for n in (41, 42)
    )
    records, _ = read("yml", feed(told), tmp_path)
    assert [one.id for one in of(records, Goods)] == ["shop.example/group:7"]
    assert [(one.goods, one.options) for one in of(records, Offer)] == [
        ("shop.example/group:7", {"Размер": "41"}),
        ("shop.example/group:7", {"Размер": "42"}),
    ]


@pytest.mark.parametrize("element", ["count", "stock_quantity", "quantity_in_stock"])
def test_pieces_are_found_by_whatever_name_a_marketplace_gives_them(element: str, tmp_path: Path) -> None:
    text = f'<offer id="7"><name>Шар</name><price>5</price><{element}>12</{element}></offer>'
    records, odd = read("yml", feed(text), tmp_path)
    assert [one.total for one in of(records, Rest)] == [12]
    assert not {"unknown_element", "stock_unreadable"} & odd.noted.keys()


def test_what_is_wrong_with_an_offer_is_told_with_its_line(tmp_path: Path) -> None:
    told = (
        "\n<offer><name>Без номера</name><price>1</price></offer>"
        '\n<offer id="1"><name>Даром</name><price>0</price><oldprice>0</oldprice><currencyId>XYZ</currencyId></offer>'
        '\n<offer id="2"><name>Кеды</name><price>100</price><oldprice>90</oldprice><currencyId>RUB</currencyId>'
        "<count>много</count><weight>тяжёлый</weight><нечто>?</нечто></offer>"
        '\n<offer id="3"><name>Кеды</name><price>сто</price><currencyId>RUB</currencyId>'
        '<outlets><outlet id="a" instock="2"/></outlets><count>3</count></offer>'
    )
    records, odd = read("yml", feed(told), tmp_path)
    noted = {kind: one.examples[0][0] for kind, one in odd.noted.items()}
    assert noted["no_id"] == 3
    assert noted["currency_unknown"] == 4
    assert noted["oldprice_not_higher"] == noted["weight_unreadable"] == noted["unknown_element"] == 5
    assert noted["price_unreadable"] == noted["stock_disagrees"] == 6
    assert of(records, Rest)[-1].stores == {"a": Decimal(2)}


def test_an_empty_feed_is_no_error_and_a_broken_one_names_its_line(tmp_path: Path) -> None:
    assert counts(read("yml", feed(""), tmp_path)[1]) == {"currency_unused": 1, "empty_document": 1}
    with pytest.raises(Unreadable) as refused:
        read("yml", feed("<offer id='1'><name>Кеды</offer>"), tmp_path)
    assert refused.value.text.startswith(
        "document.xml, line 2: the XML is broken here: Opening and ending tag mismatch"
    )


@pytest.mark.parametrize("file", ["mosharov.xml", "samsung_kz.yml", "shwei.xml"])
def test_a_damaged_feed_is_read_or_refused_and_nothing_else(
    file: str, data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    whole = (data_set("yml") / file).read_bytes()[:120_000]
    dice = random.Random(file)
    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(dice.randint(1, 5)):
            place = dice.randrange(len(damaged) or 1)
            if dice.random() < 0.5:
                damaged[place : place + 1] = dice.randbytes(dice.randint(1, 3))
            else:
                del damaged[place : place + dice.randint(1, 300)]
        assert refusal("yml", bytes(damaged), tmp_path)[:12] in {"", "document.xml"}


def test_what_a_feed_says_in_passing_is_not_lost_without_a_word(tmp_path: Path) -> None:
    price = "<price>10</price><currencyId>RUB</currencyId><categoryId>1</categoryId>"
    off = f"<offer id='1'><name>Кеды</name>{price}<disabled>true</disabled><picture>/img/1.jpg</picture></offer>"
    odd_ones = f"<offer id='2'><name>Шапка</name>{price}<oldprice>дорого</oldprice><vat>VAT_18</vat></offer>"
    records, odd = read("yml", feed(off + odd_ones), tmp_path)
    assert [one.deleted for one in of(records, Offer)] == [True, False]
    assert of(records, Goods)[0].pictures[0].place == "https://shop.example/img/1.jpg"
    assert of(records, Prices)[1].prices[0].was is None
    assert of(records, Goods)[1].tax == ""
    noted = counts(odd)
    assert [noted[kind] for kind in ("offer_disabled", "picture_relative", "oldprice_unreadable", "tax_unknown")] == [
        1
    ] * 4


def test_several_barcodes_in_one_element_are_several(tmp_path: Path) -> None:
    records, odd = read(
        "yml", feed('<offer id="1"><name>К</name><barcode>4606453849072, 96385074</barcode></offer>'), tmp_path
    )
    assert of(records, Offer)[0].barcodes == ("4606453849072", "96385074")
    assert "barcode_wrong" not in odd.noted
