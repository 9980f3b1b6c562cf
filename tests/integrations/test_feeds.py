"""Our feeds: within the limits of those who read them, made once, and the way back into an empty shop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from lxml import etree
from tests.integrations.exchange_texts import catalog, feed, goods, of, offer, offers, read
from tests.integrations.test_commerceml import load, tables, write

from edino.integrations.exchange.records import Category, Offer
from edino.kernel import sql

pytestmark = pytest.mark.django_db
__all__ = ["load", "write"]
BARCODES, PICTURES, PRICE, SHELVES = 8, 9, 10, 11
"""Places in a row of `shop`."""
G = "{http://base.google.com/ns/1.0}"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "home" / "media"


def fetched(name: str, client: Client | None = None, **more: str) -> bytes:
    answer: Any = (client or Client()).get(f"/feeds/{name}.xml", headers=more)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def shop() -> list[tuple[Any, ...]]:
    """Everything of a catalogue that a feed can carry."""
    return sql.tuples(
        """
        SELECT variant.sku, product.names ->> 'ru', coalesce(product.descriptions ->> 'ru', ''), product.brand,
               variant.options, product.attributes, variant.tax, variant.weight_g,
               ARRAY(SELECT text FROM pub.catalogue_barcode AS code WHERE code.variant_id = variant.id ORDER BY 1),
               ARRAY(SELECT place FROM pub.catalogue_media AS media WHERE media.product_id = product.id
                        AND (media.variant_id IS NULL OR media.variant_id = variant.id) ORDER BY position, media.id),
               (SELECT amount FROM pub.catalogue_price AS price WHERE price.variant_id = variant.id
                 ORDER BY ends_at NULLS LAST, id DESC LIMIT 1),
               (SELECT array_agg(above.names ->> 'ru' ORDER BY cardinality(above.path))
                  FROM pub.catalogue_category AS shelf JOIN pub.catalogue_category AS above
                    ON above.id = ANY (shelf.path) WHERE shelf.id = product.category_ids[1]),
               (SELECT count(*) FROM pub.catalogue_variant AS other WHERE other.product_id = product.id)
          FROM pub.catalogue_variant AS variant JOIN pub.catalogue_product AS product ON product.id = variant.product_id
         WHERE variant.active
         ORDER BY variant.sku"""
    )


def shelves() -> list[tuple[Any, ...]]:
    """What lies where, by the names of the places."""
    return sql.tuples(
        """SELECT variant.sku, place.name, level.on_hand FROM pub.inventory_level AS level
             JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
             JOIN pub.inventory_location AS place ON place.id = level.location_id
            WHERE level.on_hand > 0 ORDER BY 1, 2"""
    )


def emptied() -> None:
    """An empty shop: the same database without any goods."""
    tables = sql.tuples(
        """SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN
           ('catalogue_assortment', 'catalogue_axis')
           AND (tablename LIKE 'catalogue_%%' OR tablename LIKE 'integrations_%%' OR tablename LIKE 'inventory_%%')"""
    )
    sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
    sql.execute(f"TRUNCATE {', '.join(name for (name,) in tables)}")


def test_a_feed_goes_back_into_an_empty_shop_and_makes_the_same_catalogue(
    load: Callable[..., Any], data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    load(data_set("yml") / "samsung_kz.yml", kind="yml")
    sql.execute("UPDATE catalogue_assortment SET currency = 'KZT'")
    before = shop()
    assert len(before) == 654
    made = tmp_path / "feed.xml"
    made.write_bytes(fetched("yml"))
    emptied()
    assert shop() == []
    told = load(made, kind="yml")
    assert told.exit_code == 0, told.output
    assert "rejected" not in told.output
    for old, new in zip(before, shop(), strict=True):
        assert new == old


@pytest.mark.parametrize("file", ["samsung_kz.yml", "shwei.xml"])
def test_googles_feed_goes_back_into_an_empty_shop_with_all_that_it_can_carry(
    file: str, load: Callable[..., Any], data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    load(data_set("yml") / file, kind="yml")
    if file == "samsung_kz.yml":
        sql.execute("UPDATE catalogue_assortment SET currency = 'KZT'")
    before = shop()
    made = tmp_path / "google.xml"
    made.write_bytes(fetched("google"))
    emptied()
    told = load(made, kind="google")
    assert told.exit_code == 0, told.output
    assert "rejected" not in told.output
    carried = [row for row in before if row[PICTURES] and row[PRICE] is not None]
    assert (len(before), len(carried)) == {"samsung_kz.yml": (654, 642), "shwei.xml": (132, 132)}[file]
    for old, new in zip(carried, shop(), strict=True):
        assert as_google_tells(new) == as_google_tells(old)


def as_google_tells(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of `shop` with one barcode, and its shelves as one path: a `>` in a name is a step like any other."""
    told = list(row)
    told[BARCODES], told[SHELVES] = row[BARCODES][:1], " > ".join(row[SHELVES] or ())
    return tuple(told)


@pytest.mark.parametrize("file", ["mosharov.xml", "samsung_kz.yml", "shwei.xml"])
def test_the_same_feed_twice_changes_nothing_really(
    file: str, load: Callable[..., Any], data_set: Callable[[str], Path]
) -> None:
    first = load(data_set("yml") / file, kind="yml")
    assert first.exit_code == 0, first.output
    before, stock, rows = shop(), shelves(), tables()
    changed = sql.tuples("SELECT id, changed_at, held FROM catalogue_product ORDER BY id")
    again = load(data_set("yml") / file, kind="yml")
    assert again.exit_code == 0, again.output
    assert " created" not in again.output
    assert "changed," not in again.output.replace("unchanged,", "")
    assert (shop(), shelves(), tables()) == (before, stock, rows)
    assert sql.tuples("SELECT id, changed_at, held FROM catalogue_product ORDER BY id") == changed


def test_google_carries_attributes_and_every_option(
    load: Callable[..., Any], write: Callable[[str, str], Path]
) -> None:
    item = (
        "<item><g:id>KED-42</g:id><g:title>Кеды</g:title><g:description>Кеды</g:description>"
        "<g:image_link>https://shop.example/ked.jpg</g:image_link><g:price>1990.00 RUB</g:price><g:mpn>KED-42</g:mpn>"
        "<g:item_group_id>KED</g:item_group_id><g:size>42</g:size><g:condition>new</g:condition><g:product_detail>"
        "<g:section_name>Options</g:section_name><g:attribute_name>Полнота</g:attribute_name>"
        "<g:attribute_value>G</g:attribute_value></g:product_detail><g:product_detail><g:attribute_name>Верх: вид"
        "</g:attribute_name><g:attribute_value>кожа, замша</g:attribute_value></g:product_detail></item>"
    )
    feed_ = f'<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>{item}</channel></rss>'
    assert load(write("google.xml", feed_), kind="google").exit_code == 0
    [row] = shop()
    assert (row[2], row[4], row[5]) == ("", {"size": "42", "полнота": "G"}, {"верх-вид": "кожа, замша"})
    one = etree.fromstring(fetched("google")).find("channel/item")
    assert one is not None
    details = [tuple(part.text for part in each) for each in one.iter(f"{G}product_detail")]
    assert details == [("Options", "полнота", "G"), ("Верх: вид", "кожа, замша")]
    table = "id\ttitle\tprice\timage link\tproduct detail\nA\tКеды\t5 RUB\thttps://x.example/a.jpg\tОбщее:Верх:кожа\n"
    assert load(write("feed.tsv", table), kind="google").exit_code == 0
    assert [each[5] for each in shop() if each[0] == "A"] == [{"верх": "кожа"}]


@pytest.mark.parametrize("kind", ["modx", "samsung"])
def test_commerceml_goes_back_into_an_empty_shop_and_makes_the_same_catalogue(
    kind: str, load: Callable[..., Any], data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    from edino.integrations.exchange.commands import (
        feed as write_feed,  # Django is set up only after this file is loaded
    )

    if kind == "modx":
        load(data_set("commerceml/modx") / "import.xml", data_set("commerceml/modx") / "offers.xml")
    else:
        load(data_set("yml") / "samsung_kz.yml", kind="yml")
        sql.execute("UPDATE catalogue_assortment SET currency = 'KZT'")
    before, stock = shop(), shelves()
    assert len(before) == {"modx": 768, "samsung": 654}[kind]
    assert CliRunner().invoke(write_feed, ["commerceml", "--folder", str(tmp_path / "out")]).exit_code == 0
    emptied()
    told = load(tmp_path / "out" / "import.xml", tmp_path / "out" / "offers.xml")
    assert told.exit_code == 0, told.output
    assert "rejected" not in told.output
    after = shop()
    assert [row[:9] for row in after] == [row[:9] for row in before]
    assert [row[10:] for row in after] == [row[10:] for row in before]
    assert shelves() == stock


def test_yandex_finds_nothing_to_refuse(
    load: Callable[..., Any], write: Callable[[str, str], Path], tmp_path: Path
) -> None:
    long = "Очень длинное имя " * 12
    load(
        write("import.xml", catalog(goods("g1", long, "Б-1"), goods("g2", "A &amp; B &lt;i&gt;", "K 2"))),
        write(
            "offers.xml", offers(offer("g1", long, "1990", stores={"w1": "5"}), offer("g2", "A &amp; B &lt;i&gt;", "5"))
        ),
    )
    sql.execute("UPDATE catalogue_product SET descriptions = jsonb_build_object('ru', 'a' || chr(2) || 'b <b>c</b>')")
    document = fetched("yml")
    root = etree.fromstring(document)
    ids = [one.get("id") or "" for one in root.iter("offer")]
    assert len(set(ids)) == len(ids) == 2
    assert all(each.isascii() and len(each) <= 80 for each in ids)
    shelves = {one.get("id") for one in root.iter("category")}
    assert {one.text for one in root.iter("categoryId")} <= shelves
    assert len(root.findtext("shop/name") or "") <= 20
    assert all(len(one.text or "") <= 150 for one in root.iterfind("shop/offers/offer/name"))
    assert {one.text for one in root.iter("description")} == {"ab <b>c</b>"}
    assert [(one.findtext("price"), one.findtext("count")) for one in root.iter("offer")] == [
        ("1990.00", "5"),
        ("5.00", "0"),
    ]
    assert [one.get("available") for one in root.iter("offer")] == ["true", "false"]
    records, odd = read("yml", document, tmp_path)
    assert len(of(records, Offer)) == 2
    assert len(of(records, Category)) == 1
    assert set(odd.noted) <= {"not_available", "no_picture"}


def test_a_reduced_price_is_shown_with_the_one_before(
    load: Callable[..., Any], write: Callable[[str, str], Path], tmp_path: Path
) -> None:
    told = (
        '<offer id="a"><name>Кеды</name><price>900</price><oldprice>1000</oldprice><currencyId>RUR</currencyId>'
        "<categoryId>1</categoryId><picture>https://shop.example/a.jpg</picture></offer>"
    )
    load(write("feed.xml", feed(told)), kind="yml")
    one = etree.fromstring(fetched("yml")).find("shop/offers/offer")
    assert one is not None
    assert (one.findtext("price"), one.findtext("oldprice")) == ("900.00", "1000.00")
    item = etree.fromstring(fetched("google")).find("channel/item")
    assert item is not None
    assert (item.findtext(f"{G}price"), item.findtext(f"{G}sale_price")) == ("1000.00 RUB", "900.00 RUB")
    load(write("feed.xml", feed(told.replace("<oldprice>1000</oldprice>", ""))), kind="yml")
    one = etree.fromstring(fetched("yml")).find("shop/offers/offer")
    assert one is not None
    assert (one.findtext("price"), one.findtext("oldprice")) == ("900.00", None)


def test_google_gets_what_it_needs_and_the_stock_of_each_store(
    load: Callable[..., Any], write: Callable[[str, str], Path], data_set: Callable[[str], Path]
) -> None:
    load(data_set("yml") / "shwei.xml", kind="yml")
    items = list(etree.fromstring(fetched("google")).iter("item"))
    assert len(items) == 132
    needed = ("id", "title", "description", "link", "image_link", "availability", "price", "condition")
    assert all(item.findtext(f"{G}{name}") for item in items for name in needed)
    assert len({item.findtext(f"{G}id") for item in items}) == 132
    assert {item.findtext(f"{G}price", "").partition(" ")[2] for item in items} == {"RUB"}
    picture = "<Картинка>https://shop.example/k.jpg</Картинка>"
    load(
        write("import.xml", catalog(goods("g1", "Кеды", "K-1", more=picture))),
        write("offers.xml", offers(offer("g1", "Кеды", "1990", stores={"w1": "5", "s1": "1"}))),
    )
    [item] = etree.fromstring(fetched("google-local")).iter("item")
    told = {child.tag.removeprefix(G): child.text for child in item}
    assert told == {
        "store_code": "magazin-na-lesnoy",
        "id": "K-1",
        "quantity": "1",
        "price": "1990.00 RUB",
        "availability": "limited_availability",
        "pickup_method": "reserve",
        "pickup_sla": "same_day",
    }


def test_a_feed_is_made_once_for_each_state_of_the_catalogue(
    load: Callable[..., Any], write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edino.integrations.exchange.feeds.time.time", lambda: 1_700_000_000.0)
    load(
        write("import.xml", catalog(goods("g1", "Кеды", "K-1"))), write("offers.xml", offers(offer("g1", "Кеды", "5")))
    )
    client = Client()
    first: Any = client.get("/feeds/yml.xml")
    whole = b"".join(first.streaming_content)
    ran: list[str] = []
    sql.observers.append(ran.append)
    try:
        again: Any = client.get("/feeds/yml.xml")
        assert b"".join(again.streaming_content) == whole
        assert client.get("/feeds/yml.xml", headers={"If-None-Match": first["ETag"]}).status_code == 304
    finally:
        sql.observers.remove(ran.append)
    assert not any("pub.catalogue_variant" in each for each in ran)
    load(write("import.xml", catalog(goods("g1", "Кеды «Волна»", "K-1"))))
    assert "Кеды «Волна»" in fetched("yml", client).decode()
    assert client.get("/feeds/yml.xml?assortment=nobody").status_code == 404
    assert client.post("/feeds/yml.xml").status_code == 405
