"""Igor's back office sends the catalogue: clean, dirty, twice, in full, and against what Vera wrote by hand."""

import pytest

from edino.catalogue import api
from edino.catalogue.errors import TooManyVanish
from edino.catalogue.models import Barcode, External, Product, Variant
from edino.catalogue.types import CategoryInput, Media, ProductInput, VariantInput
from tests.catalogue.shelf import GTINS, bring, counts, facts, runner, shelves, simple, source, told

pytestmark = pytest.mark.django_db


def test_running_shoes_arrive_whole() -> None:
    shelves()
    report = bring(runner())
    assert (counts(report), report.rejected, report.remarks) == ((1, 0, 0, 0), (), ())
    found = api.variants_by_sku(skus=["DAWN-41", "DAWN-42", "NOTHING"], language="ru")
    assert sorted(found) == ["DAWN-41", "DAWN-42"]
    one = found["DAWN-42"]
    assert (one.name, dict(one.options), one.brand) == (
        "Кроссовки Рассвет",
        {"size": "42", "colour": "синий"},
        "Полдень",
    )
    assert (one.barcodes, one.weight_g, one.tax, one.active) == ((GTINS[1].zfill(14),), 330, "standard", True)
    assert api.variants_by_id(ids=[one.id], language="en")[one.id].name == "Dawn running shoes"
    page = api.product(uid=one.product_uid, language="ru")
    assert [shelf.name for shelf in page.way] == ["Обувь", "Кроссовки для бега"]
    assert [(axis.code, axis.label, axis.values) for axis in page.axes] == [
        ("size", "Размер", ("41", "42")),
        ("colour", "Цвет", ("синий",)),
    ]
    assert {trait.code: trait.text for trait in page.traits} == {"season": "summer", "drop": "8", "vegan": "да"}
    assert page.slug.startswith("krossovki-rassvet-")
    assert api.product(slug=page.slug).uid == page.uid


def test_the_same_twice_changes_nothing() -> None:
    shelves()
    bring(runner(), simple(1))
    before = list(Product.objects.order_by("id").values())
    assert len(facts()) == 2
    assert counts(bring(runner(), simple(1))) == (0, 0, 2, 0)
    assert list(Product.objects.order_by("id").values()) == before
    assert len(facts()) == 2
    assert counts(shelves()) == (0, 0, 2, 0)


def test_only_what_is_said_changes() -> None:
    shelves()
    bring(runner())
    assert counts(bring(ProductInput("p-1", names={"ru": "Кроссовки Закат"}))) == (0, 1, 0, 0)
    product = Product.objects.get()
    assert product.names == {"ru": "Кроссовки Закат", "en": "Dawn running shoes"}
    assert product.attributes == {"season": "summer", "drop": 8, "vegan": True}
    assert Variant.objects.count() == 2
    bring(ProductInput("p-1", attributes={"season": None}))
    assert Product.objects.get().attributes == {"drop": 8, "vegan": True}


def test_offers_may_come_in_a_file_of_their_own() -> None:
    bring(runner(variants=None))
    bring(ProductInput("p-1", variants=[VariantInput("p-1#41", "DAWN-41", {"Размер": "41"})]))
    bring(ProductInput("p-1", variants=[VariantInput("p-1#42", "DAWN-42", {"Размер": "42"})]))
    assert list(Variant.objects.order_by("position").values_list("sku", "position", "is_active")) == [
        ("DAWN-41", 0, True),
        ("DAWN-42", 1, True),
    ]


def test_another_source_finds_the_same_product_by_its_sku() -> None:
    bring(runner())
    feed = ProductInput("yml-77", variants=[VariantInput("yml-77", "DAWN-41", barcodes=[GTINS[2]])])
    assert counts(bring(feed, by="Feed")) == (0, 1, 0, 0)
    assert Product.objects.count() == 1
    assert External.objects.filter(kind="product").count() == 2
    assert counts(bring(feed, by="Feed")) == (0, 0, 1, 0)
    assert counts(bring(runner())) == (0, 0, 1, 0)


def test_bad_rows_are_told_by_row_and_field_and_the_rest_goes_through() -> None:
    report = bring(
        runner(external_id=" "),
        simple(1),
        runner(external_id="p-2", names={}),
        simple(1),
        simple(2, variants=[VariantInput("x", "SOCK-1")]),
        simple(3, code="S" * 101),
        simple(4),
    )
    assert told(report.rejected) == [
        (0, "external_id", "required"),
        (2, "names", "required"),
        (3, "external_id", "duplicate"),
        (4, "variants[0].sku", "duplicate"),
        (5, "code", "too_long"),
    ]
    assert report.created == 2
    assert sorted(Variant.objects.values_list("sku", flat=True)) == ["SOCK-1", "SOCK-4"]


def test_a_sku_of_another_product_is_refused() -> None:
    bring(simple(1), simple(2))
    report = bring(simple(1, variants=[VariantInput("s-1#", "SOCK-2")]))
    assert told(report.rejected) == [(0, "variants[0].sku", "taken")]
    assert sorted(Variant.objects.values_list("sku", flat=True)) == ["SOCK-1", "SOCK-2"]


def test_bad_barcodes_are_told_and_stay_as_text() -> None:
    bring(simple(1, variants=[VariantInput("a", "SOCK-1", barcodes=["0 012345 678905"])]))
    report = bring(
        simple(2, variants=[VariantInput("b", "SOCK-2", barcodes=["4006381333930", "LABEL-7", "12345678905"])])
    )
    assert told(report.remarks) == [
        (0, "variants[0].barcodes[0]", "check_digit"),
        (0, "variants[0].barcodes[1]", "letters"),
        (0, "variants[0].barcodes[2]", "length"),
    ]
    taken = bring(simple(3, variants=[VariantInput("c", "SOCK-3", barcodes=["012345678905"])]))
    assert told(taken.remarks) == [(0, "variants[0].barcodes[0]", "taken")]
    kept = Barcode.objects.order_by("id").values_list("variant__sku", "text", "gtin", "problem")
    assert list(kept) == [
        ("SOCK-1", "0 012345 678905", "00012345678905", ""),
        ("SOCK-2", "4006381333930", None, "check_digit"),
        ("SOCK-2", "LABEL-7", None, "letters"),
        ("SOCK-2", "12345678905", None, "length"),
        ("SOCK-3", "012345678905", None, "taken"),
    ]


def test_a_scanner_finds_by_sku_barcode_and_doubtful_text() -> None:
    bring(
        simple(1, variants=[VariantInput("a", "SOCK-1", barcodes=["012345678905"])]),
        simple(2, variants=[VariantInput("b", "SOCK-2", barcodes=["LABEL-7", "4006381333930"])]),
        simple(3, variants=[VariantInput("c", "SOCK-3", barcodes=["LABEL-8"])]),
        simple(4, variants=[VariantInput("d", "SOCK-4", barcodes=["LABEL-8"])]),
    )

    def scan(code: str) -> str | None:
        found = api.find_variant(code=code)
        return found.sku if found else None

    assert scan("SOCK-3") == "SOCK-3"
    assert [scan(code) for code in ("012345678905", "0012345678905", "00012345678905")] == ["SOCK-1"] * 3
    assert (scan("LABEL-7"), scan("4006381333930"), scan("LABEL-8"), scan("nothing"), scan("")) == (
        "SOCK-2",
        "SOCK-2",
        None,
        None,
        None,
    )


def test_a_full_list_takes_the_rest_out_of_sale_and_a_later_one_brings_it_back() -> None:
    bring(simple(1), simple(2), simple(3))
    bring(simple(9), by="Feed")
    assert counts(bring(simple(1), simple(2), full=True)) == (0, 0, 2, 1)
    assert list(Product.objects.filter(is_active=False).values_list("names__en", flat=True)) == ["Socks 3"]
    assert counts(bring(simple(1), simple(2), full=True)) == (0, 0, 2, 0)
    assert counts(bring(simple(1), simple(2), simple(3, active=True), full=True)) == (0, 1, 2, 0)
    assert Product.objects.filter(is_active=False).count() == 0


def test_a_full_list_takes_variants_out_of_sale_too() -> None:
    bring(runner())
    one = runner().variants[0]  # type: ignore[index]  # the shoes have two
    bring(runner(variants=[one]), full=True)
    assert dict(Variant.objects.values_list("sku", "is_active")) == {"DAWN-41": True, "DAWN-42": False}


def test_an_empty_export_does_not_empty_the_shop() -> None:
    bring(*[simple(number) for number in range(30)])
    with pytest.raises(TooManyVanish):
        bring(simple(1), full=True)
    assert Product.objects.filter(is_active=True).count() == 30
    assert bring(simple(1), full=True, force=True).deactivated == 29


def test_attributes_are_held_to_their_definitions() -> None:
    shelves()
    bring(runner())
    report = bring(runner(attributes={"drop": "12 mm", "vegan": "maybe", "season": "winter"}))
    assert told(report.remarks) == [(0, "attributes.drop", "unit"), (0, "attributes.vegan", "boolean")]
    assert Product.objects.get().attributes == {"season": "winter", "drop": 8, "vegan": True}


def test_unknown_categories_and_impossible_pictures_are_remarks() -> None:
    shelves()
    report = bring(runner(categories=["g-2", "nowhere"], media=[Media("../../etc/passwd"), Media("a.jpg")]))
    assert sorted(told(report.remarks)) == [(0, "categories[1]", "unknown"), (0, "media[0].place", "place")]
    assert report.created == 1


def test_a_category_never_stands_below_itself() -> None:
    shelves()
    report = api.upsert_categories(source=source(), categories=[CategoryInput("g-1", parent="g-2")])
    assert told(report.remarks) == [(0, "parent", "circle")]
    assert next(shelf.path for shelf in api.shelves() if shelf.parent_id is None) == (
        next(shelf.id for shelf in api.shelves() if shelf.name == "Shoes"),
    )


def test_facts_name_the_product_and_nobody() -> None:
    bring(simple(1))
    bring(simple(1, names={"ru": "Гольфы"}))
    uid = str(Product.objects.get().uid)
    assert facts() == [{"product": uid, "what": "created"}, {"product": uid, "what": "changed"}]
