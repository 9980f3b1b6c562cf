"""Igor brings the catalogue from files, and carries it into an empty shop."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from edino.catalogue import api
from edino.catalogue.commands.attributes import Attributes
from edino.catalogue.commands.products import Products
from edino.catalogue.models import Attribute, Barcode, Category, Media, Product, Variant
from edino.catalogue.types import AttributeInput, VariantInput
from edino.catalogue.types import Media as Picture
from edino.kernel import sql
from edino.kernel.exports import export
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Report
from tests.catalogue.shelf import GTINS, bring, runner, shelves, simple

pytestmark = pytest.mark.django_db
TABLES = (
    "media",
    "barcode",
    "external",
    "presence",
    "searchable",
    "listing",
    "related",
    "review",
    "variant",
    "product",
)


def imported(path: Path, importer: Any = None, **more: Any) -> Report:
    return run(Job(path, "products", importer or Products(), FieldMap(), Options(), **more))


def totals(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.written, report.unchanged, report.rejected


def rejected(path: Path) -> list[list[str]]:
    with path.with_name(f"{path.name}.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return [line[:3] for line in list(csv.reader(file))[1:]]


def test_a_retailers_own_table_is_understood_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_text(
        "Артикул;Наименование;Бренд;Категория;Размер;Цвет;Штрихкод;Вес г;Фото;НДС\n"
        f"DAWN-41;Кроссовки Рассвет;Полдень;Обувь / Кроссовки;41;синий;{GTINS[0]};320;a.jpg; vat10\n"
        f"SOCK-1;Носки;;Одежда;;;{GTINS[1]}|LABEL;;https://x.example/s.jpg;\n"
        ";Без артикула;;;;;;;;\n",
        encoding="cp1251",
    )
    report = imported(path)
    assert (totals(report), report.reasons) == ((3, 2, 0, 1), {"required": 1, "barcodes: letters": 1})
    assert rejected(path) == [["4", "sku", "required"]]
    assert totals(imported(path, again=True)) == (3, 0, 2, 1)
    one = api.variants_by_sku(skus=["DAWN-41"], language="ru")["DAWN-41"]
    assert (one.name, dict(one.options), one.brand, one.weight_g, one.tax) == (
        "Кроссовки Рассвет",
        {"size": "41", "colour": "синий"},
        "Полдень",
        320,
        "vat10",
    )
    assert [shelf.name for shelf in api.product(uid=one.product_uid).way] == ["Обувь", "Кроссовки"]


def test_rows_of_one_product_belong_together_wherever_they_stand(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["product", "sku", "name", "size", "attributes.drop", "names.en"],
        [1001, "DAWN-41", "Кроссовки Рассвет", 41, 8, "Dawn"],
        [1002, "SOCK-1", "Носки", None, None, None],
        [1001, "DAWN-42", None, 42, None, None],
        [1003, "SOCK-1", "Чужой артикул", None, None, None],
        [1003, "SOCK-9", "Чужой артикул", None, None, None],
    ):
        sheet.append(row)
    path = tmp_path / "goods.xlsx"
    book.save(path)
    assert totals(imported(path)) == (5, 3, 0, 2)
    assert rejected(path) == [["5", "sku", "duplicate"], ["6", "product", "duplicate"]]
    product = Product.objects.get(names__en="Dawn")
    assert (product.names, product.attributes) == ({"ru": "Кроссовки Рассвет", "en": "Dawn"}, {"drop": 8})
    sizes = Variant.objects.filter(product=product).order_by("position").values_list("sku", "options")
    assert list(sizes) == [("DAWN-41", {"size": "41"}), ("DAWN-42", {"size": "42"})]


def catalogue() -> dict[str, Any]:
    """Everything of the catalogue but the numbers that the database gave."""
    codes = dict(Category.objects.values_list("id", "code"))
    skus = dict(Variant.objects.values_list("id", "sku"))
    products = {}
    for one in Product.objects.select_related("brand"):
        own = Variant.objects.filter(product=one).order_by("position", "id")
        pictures = Media.objects.filter(product=one).order_by("position")
        products[one.code or one.names["en"]] = {
            "product": [
                one.names,
                one.descriptions,
                one.attributes,
                one.axes,
                one.is_active,
                one.brand and one.brand.name,
            ],
            "categories": [codes[id_] for id_ in one.category_ids],
            "variants": list(
                own.values_list("sku", "options", "attributes", "position", "weight_g", "tax", "is_active")
            ),
            "barcodes": sorted(
                Barcode.objects.filter(variant__product=one).values_list("variant__sku", "text", "gtin", "problem")
            ),
            "media": [(m.place, m.alt, skus.get(m.variant_id or 0)) for m in pictures],
        }
    return {
        "products": products,
        "attributes": list(Attribute.objects.order_by("code").values_list("code", "kind", "names", "unit", "choices",
                                                                          "is_filter", "is_required", "position")),
        "categories": {
            (one.code, one.parent.code if one.parent else "", json.dumps(one.names, sort_keys=True))
            for one in Category.objects.select_related("parent")
        },
        "found": api.search(text="кроссовки").total,
    }  # fmt: skip


def a_shop_with_everything() -> None:
    shelves()
    api.define_attributes(
        attributes=[
            AttributeInput("season", "choice", {"ru": "Сезон"}, choices={"summer": {"ru": "Лето"}}, is_filter=True),
            AttributeInput("drop", "number", {"en": "Drop"}, unit="mm", is_required=True, position=5),
            AttributeInput("since", "date"),
        ]
    )
    bring(
        runner(code="DAWN", attributes={"season": "Лето", "drop": "8,5 mm", "since": "01.03.2026", "vegan": True}),
        runner(
            external_id="p-2",
            names={"ru": "Кроссовки; «с; разделителем»", "en": 'Quoted "boots"\nof two lines'},
            variants=[
                VariantInput("a", "B-1", {"lining": "fur", "Размер": "1;2"}, ["LABEL", GTINS[2]],
                             attributes={"lace": "long"}, media=[Picture("b.jpg", "B")], tax="vat10"),
                VariantInput("b", "B-2", active=False),
            ],
        ),
        simple(3, active=False),
        simple(4, variants=[]),
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_what_was_exported_makes_the_same_catalogue_in_an_empty_shop(tmp_path: Path, ending: str) -> None:
    a_shop_with_everything()
    before = catalogue()
    paths = {kind: tmp_path / f"{kind}.{ending}" for kind in ("attributes", "products")}
    for kind, path in paths.items():
        answer = CliRunner().invoke(export, [kind, "--output", str(path)], catch_exceptions=False)
        assert answer.exit_code == 0
    for table in (*TABLES, "attribute", "brand"):
        sql.execute(f"DELETE FROM catalogue_{table}")
    sql.execute("UPDATE catalogue_category SET parent_id = NULL")
    sql.execute("DELETE FROM catalogue_category")
    assert Product.objects.count() == 0
    assert totals(imported(paths["attributes"], Attributes())) == (4 + 1, 5, 0, 0)
    report = imported(paths["products"])
    assert (report.rejected, report.reasons) == (0, {"barcodes: letters": 1})
    assert catalogue() == before
    assert imported(paths["products"], again=True).written == 0
    assert catalogue() == before


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_words_of_some_shelves_come_back_to_them_once_the_shelves_are_there(tmp_path: Path, ending: str) -> None:
    shelves()
    shoes = Category.objects.get(names__en="Shoes")
    api.define_attributes(
        attributes=[AttributeInput("drop", "number", categories=[shoes.code]), AttributeInput("since")]
    )
    path = tmp_path / f"attributes.{ending}"
    assert CliRunner().invoke(export, ["attributes", "--output", str(path)], catch_exceptions=False).exit_code == 0
    sql.execute("DELETE FROM catalogue_attribute")
    assert imported(path, Attributes()).rejected == 0
    assert dict(Attribute.objects.values_list("code", "category_ids")) == {"drop": [shoes.pk], "since": []}
    sql.execute("UPDATE catalogue_category SET parent_id = NULL")
    sql.execute("DELETE FROM catalogue_category")
    sql.execute("DELETE FROM catalogue_attribute")
    report = imported(path, Attributes(), again=True)
    assert (report.rejected, report.reasons) == (1, {"unknown": 1})
    assert dict(Attribute.objects.values_list("code", "category_ids")) == {"drop": [], "since": []}
