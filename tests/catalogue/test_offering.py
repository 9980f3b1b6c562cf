"""Vera keeps the assortments: what each channel offers, where they differ, and what a product lacks where."""

import pytest

from edino.catalogue import api
from edino.catalogue.api import editing, offering
from edino.catalogue.api.reading import presence
from edino.catalogue.models import Product
from edino.catalogue.types import AttributeInput, Media
from edino.catalogue.types.prices import PriceInput
from edino.kernel import sql
from edino.kernel.errors import Invalid
from tests.catalogue.shelf import GTINS, HOUSE, bring, counts, facts, runner, shelves, simple

pytestmark = pytest.mark.django_db


def kiosks(**changes: object) -> None:
    said = {"code": "kiosk", "name": "Kiosks", "currency": "RUB", "languages": ["en"], "channels": ["kiosk"]}
    offering.save_assortment(by=HOUSE, **said | changes)  # type: ignore[arg-type]  # as keywords


def test_every_channel_has_one_assortment_and_there_is_always_a_default() -> None:
    assert (api.default_assortment().code, api.assortment_of("site").code) == ("main", "main")
    kiosks()
    assert api.assortment_of("kiosk").code == "kiosk"
    offering.save_assortment(
        code="app", name="App", currency="RUB", languages=["ru"], channels=["app", "kiosk"], is_default=True, by=HOUSE
    )
    assert api.assortment_of("kiosk").code == "app"
    assert (api.default_assortment().code, api.assortment_of("site").code) == ("app", "app")
    assert [one.is_default for one in api.assortments()].count(True) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "Киоск"}, "code"),
        ({"name": " "}, "name"),
        ({"currency": "rub"}, "currency"),
        ({"languages": []}, "languages"),
        ({"languages": ["Russian!"]}, "languages"),
        ({"rule": "some"}, "rule"),
        ({"channels": ["moon"]}, "channels"),
    ],
)
def test_what_is_wrong_with_an_assortment_is_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        kiosks(**wrong)
    assert [error.field for error in refused.value.fields] == [field]
    assert len(api.assortments()) == 1


def test_where_channels_differ_is_told_with_the_reason() -> None:
    kiosks()
    bring(runner(), simple(1), simple(2, active=False))
    shoes = api.variants_by_sku(skus=["DAWN-41"])["DAWN-41"].product_uid
    assert (offering.differences(), offering.count_differences()) == ([], 0)
    with pytest.raises(Invalid):
        offering.set_listing(assortment="kiosk", products=[shoes], listed=False, by=HOUSE)
    offering.set_listing(assortment="kiosk", products=[shoes], listed=False, reason="Too large for a kiosk", by=HOUSE)
    main, kiosk = api.assortments()
    row = offering.differences()[0]
    assert (row.uid, row.listed, row.unlisted, row.reasons) == (shoes, [main.id], [kiosk.id], "Too large for a kiosk")
    assert (len(offering.differences()), offering.count_differences()) == (1, 1)
    assert [one.name for one in api.search(assortment="kiosk").rows] == ["Socks 1"]
    assert len(api.search().rows) == 2
    assert counts(bring(runner())) == (0, 0, 1, 0)
    offering.set_listing(assortment="kiosk", products=[shoes], listed=None, by=HOUSE)
    assert offering.count_differences() == 0


def test_an_assortment_of_chosen_products_offers_only_those() -> None:
    bring(simple(1), simple(2))
    kiosks(rule="chosen")
    assert api.search(assortment="kiosk").total == 0
    one = api.variants_by_sku(skus=["SOCK-1"])["SOCK-1"].product_uid
    offering.set_listing(assortment="kiosk", products=[one], listed=True, by=HOUSE)
    assert [row.name for row in api.search(assortment="kiosk").rows] == ["Socks 1"]
    bring(simple(3))
    assert api.search(assortment="kiosk").total == 1
    assert api.search().total == 3


def lacks(product_id: int) -> dict[str, tuple[int, tuple[str, ...]]]:
    return {one.assortment: (one.score, one.missing) for one in presence(product_id=product_id)}


def test_a_product_says_what_it_lacks_in_each_assortment() -> None:
    shelves()
    bring(runner(), simple(1, variants=[]))
    shoes, socks = Product.objects.order_by("id")
    kiosks()
    assert lacks(shoes.id) == {"Main": (88, ("price",)), "Kiosks": (85, ("price",))}
    gone = ("description:en", "category", "image", "variant", "barcode", "price")
    assert lacks(socks.id) == {"Main": (22, ("description:ru", *gone)), "Kiosks": (14, gone)}
    bring(simple(1, media=[Media("socks.jpg")], categories=["g-1"], descriptions={"en": "Warm"}))
    assert lacks(socks.id) == {
        "Main": (66, ("description:ru", "barcode", "price")),
        "Kiosks": (71, ("barcode", "price")),
    }
    api.define_attributes(attributes=[AttributeInput("season", is_required=True)])
    assert lacks(socks.id)["Kiosks"] == (62, ("barcode", "attribute:season", "price"))
    cost = [PriceInput("DAWN-41", "main", 499_000), PriceInput("DAWN-42", "main", 499_000)]
    api.save_price_list(code="main", name="Main", currency="RUB", by=HOUSE)
    api.set_prices(source=HOUSE, rows=cost[:1])
    assert lacks(shoes.id)["Main"] == (90, ("price",))
    api.set_prices(source=HOUSE, rows=cost)
    assert lacks(shoes.id)["Main"] == (100, ())


def test_a_barcode_that_does_not_check_counts_as_missing() -> None:
    bring(runner())
    product = Product.objects.get()
    assert "barcode" not in lacks(product.id)["Main"][1]
    broken = [
        one.__class__(one.external_id, one.sku, barcodes=[GTINS[0][:-1] + "0"]) for one in runner().variants or ()
    ]
    bring(runner(variants=broken[:1]))
    assert "barcode" in lacks(product.id)["Main"][1]


def test_what_vera_writes_no_feed_overwrites_until_she_gives_it_back() -> None:
    shelves()
    bring(runner())
    uid = Product.objects.get().uid
    assert editing.change_product(
        uid=uid, by=HOUSE, names={"ru": "Кроссовки Рассвет 2"}, attributes={"drop": "9,5"}, brand="Noon"
    )
    product = Product.objects.get()
    assert product.held == ["attributes.drop", "brand", "names.ru"]
    assert product.attributes["drop"] == 9.5
    feed = runner(names={"ru": "Из 1С", "en": "From the feed"}, attributes={"drop": 4, "season": "winter"})
    bring(feed)
    product = Product.objects.get()
    assert product.names == {"ru": "Кроссовки Рассвет 2", "en": "From the feed"}
    assert (product.attributes["drop"], product.attributes["season"]) == (9.5, "winter")
    assert api.variants_by_sku(skus=["DAWN-41"])["DAWN-41"].brand == "Noon"
    editing.release(uid=uid, fields=["names.ru", "brand"], by=HOUSE)
    assert counts(bring(feed)) == (0, 1, 0, 0)
    product = Product.objects.get()
    assert (product.names["ru"], product.held) == ("Из 1С", ["attributes.drop"])


def test_editing_changes_the_search_says_so_on_the_log_and_stands_on_the_trail() -> None:
    bring(simple(1))
    uid = Product.objects.get().uid
    assert not editing.change_product(uid=uid, by=HOUSE, names={"en": "Socks 1"})
    editing.change_product(uid=uid, by=HOUSE, names={"en": "Golf stockings"})
    editing.change_product(uid=uid, by=HOUSE, active=False)
    assert [body["what"] for body in facts()] == ["created", "changed", "deactivated"]
    assert api.search(text="golf").total == 0  # not in sale
    trail = sql.tuples("SELECT detail FROM staff_audit WHERE operation = 'catalogue.edit' ORDER BY id")
    assert [detail for (detail,) in trail] == [{"fields": ["names.en"]}, {"fields": ["active"]}]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"names": {"en": "", "ru": ""}}, "names"),
        ({"names": {"en": "x" * 501}}, "names.en"),
        ({"attributes": {"nothing": 1}}, "attributes.nothing"),
        ({"attributes": {"drop": "high"}}, "attributes.drop"),
        ({"category_ids": [10**9]}, "categories"),
    ],
)
def test_a_wrong_edit_names_its_field_and_changes_nothing(wrong: dict[str, object], field: str) -> None:
    bring(runner())
    before = Product.objects.values().get()
    with pytest.raises(Invalid) as refused:
        editing.change_product(uid=before["uid"], by=HOUSE, **wrong)  # type: ignore[arg-type]  # as keywords
    assert [error.field for error in refused.value.fields] == [field]
    assert Product.objects.values().get() == before
