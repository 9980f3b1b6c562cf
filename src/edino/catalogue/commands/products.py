"""`edino import products`: one row is one variant, the rows of a product together, whatever the columns are called."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from edino.catalogue import api
from edino.catalogue.types import CategoryInput, Media, ProductInput, VariantInput
from edino.channels import api as channels
from edino.channels.types import Source
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written

_LIST: Final = re.compile(r"\s*[;|\n]\s*")
_WAY: Final = re.compile(r"\s*[/>→]\s*")
_VARIANT: Final = re.compile(r"variants\[(\d+)\]\.?(.*)")
_TEXTS: Final = ("names", "descriptions")


class Products:
    """Products and their variants. What a column does not say stays as it is known."""

    help = "Products: one row for each variant; rows with the same product belong together."
    fields = (
        Field("product", help="the source's own id of the product; the SKU where there is none", length=200,
              aliases=("product_id", "group_id", "external_id", "id товара", "товар", "handle")),
        Field("sku", help="the SKU of the variant", aliases=("артикул", "article", "код товара", "variant_sku"),
              length=100),
        Field("variant", help="the source's own id of the variant; the SKU where there is none", length=200,
              aliases=("variant_id", "offer_id", "id предложения")),
        Field("name", help="the name in the first language of the default assortment", length=500,
              aliases=("название", "наименование", "title", "product_name")),
        Field("description", help="the description in the same language", length=50_000,
              aliases=("описание", "body", "body_html")),
        Field("names", "object", help="language and name, or columns names.something"),
        Field("descriptions", "object", help="language and description, or columns descriptions.something"),
        Field("names.*", length=500),
        Field("descriptions.*", length=50_000),
        Field("code", help="our own code of the product", length=100),
        Field("brand", help="who makes it", aliases=("бренд", "vendor", "производитель", "марка"), length=200),
        Field("category", help="the way from the top, as Shoes / Running; missing ones are made", length=500,
              aliases=("категория", "раздел", "product_type", "категории")),
        Field("categories", "any", help="ids or codes of categories, a list or divided by ;"),
        Field("shelves", "any", help="ways of categories with codes and names, as `edino export products` writes them"),
        Field("attributes", "object", help="attribute and value, or columns attributes.something"),
        Field("attributes.*", "any"),
        Field("options", "object", help="axis and value, or columns options.something"),
        Field("options.*", length=100),
        Field("size", help="the size", aliases=("размер",), length=100),
        Field("colour", help="the colour", aliases=("цвет", "color"), length=100),
        Field("barcodes", "any", help="barcodes, a list or divided by ;",
              aliases=("barcode", "штрихкод", "штрих-код", "ean", "gtin", "upc")),
        Field("media", "any", help="pictures: addresses or paths, a list or divided by ;",
              aliases=("image", "images", "image_src", "картинка", "фото", "изображение", "picture")),
        Field("variant_media", "any", help="pictures of this variant only"),
        Field("weight_g", "integer", help="the weight in grams", aliases=("вес г", "weight")),
        Field("tax", help="standard, reduced, zero, none, or a rate such as vat22", aliases=("ндс", "vat"), length=20),
        Field("active", "boolean", help="whether the product is in sale", aliases=("published", "активен")),
        Field("variant_active", "boolean", help="whether the variant is in sale"),
        Field("variant_attributes", "object", help="attributes of this variant only"),
    )  # fmt: skip
    group = "product"
    batch = 2000
    version = 1

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Bring a batch in; what is refused of a product is told for each of its rows."""
        source = channels.source_of_files(name=context.source)
        language = api.default_assortment().languages[0]
        units: dict[str, list[Row]] = {}
        rejections = []
        for row in rows:
            key = row.values.get("product") or row.values.get("sku")
            if key:
                units.setdefault(key, []).append(row)
            else:
                rejections.append(Rejection(row.number, "sku", "required", "there is neither a product nor an SKU"))
        _make_shelves(source, [row.values for row in rows], language)
        groups = list(units.values())
        report = api.upsert_products(
            source=source, products=[_product(key, found, language) for key, found in units.items()]
        )
        for one in report.rejected:
            group = groups[one.index]
            place, field = _place(one.field)
            rejections += [
                Rejection(row.number, field if number == place else "product", one.code, one.message)
                for number, row in enumerate(group)
            ]
        remarks: dict[str, int] = {}
        for one in report.remarks:
            word = f"{_place(one.field)[1].partition('[')[0]}: {one.code}"
            remarks[word] = remarks.get(word, 0) + 1
        same = sum(len(groups[index]) for index in report.untouched)
        return Written(same, rejections, remarks)


def _place(field: str) -> tuple[int, str]:
    found = _VARIANT.fullmatch(field)
    return (int(found[1]), found[2] or "sku") if found else (0, field)


def _make_shelves(source: Source, rows: Sequence[Mapping[str, Any]], language: str) -> None:
    """Categories that are named by their way from the top are made before the products that stand in them."""
    wanted: dict[str, CategoryInput] = {}
    for row in rows:
        above = ""
        for step in _way(row.get("category")):
            key = f"{above}/{step}".lower()
            wanted.setdefault(key, CategoryInput(key, {language: step}, parent=above.lower()))
            above = key
        for way in row.get("shelves") or ():
            parent = ""
            for step in way:
                wanted.setdefault(step["code"], CategoryInput(step["code"], step["names"], parent, step["code"]))
                parent = step["code"]
    if wanted:
        api.upsert_categories(source=source, categories=list(wanted.values()))


def _way(text: str | None) -> list[str]:
    return [step for step in _WAY.split(text or "") if step]


def _product(key: str, rows: Sequence[Row], language: str) -> ProductInput:
    """The product that these rows tell of: what any of them says, the first one first."""
    values: dict[str, Any] = {}
    for row in reversed(rows):
        values |= {name: value for name, value in row.values.items() if value is not None}
    texts = {name: _mapped(values, name) for name in _TEXTS}
    for name, short in (("names", "name"), ("descriptions", "description")):
        if values.get(short):
            texts[name].setdefault(language, values[short])
    return ProductInput(
        external_id=key,
        names=texts["names"] or None,
        descriptions=texts["descriptions"] or None,
        code=values.get("code"),
        brand=values.get("brand"),
        categories=_categories(values),
        attributes=_mapped(values, "attributes") or None,
        media=_media(values.get("media")),
        active=values.get("active"),
        variants=[_variant(row.values) for row in rows if row.values.get("sku") or row.values.get("variant")] or None,
    )


def _variant(values: Mapping[str, Any]) -> VariantInput:
    options = {
        **_mapped(values, "options"),
        **{name: values[name] for name in ("size", "colour") if values.get(name)},
    }
    return VariantInput(
        external_id=values.get("variant") or values.get("sku") or "",
        sku=values.get("sku") or "",
        options={str(axis): str(value) for axis, value in options.items()} or None,
        barcodes=_words(values.get("barcodes")),
        weight_g=values.get("weight_g"),
        active=values.get("variant_active"),
        tax=values.get("tax"),
        attributes=values.get("variant_attributes"),
        media=_media(values.get("variant_media")),
    )


def _mapped(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object field and its family of columns as one."""
    own = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")}
    return {**(values.get(name) or {}), **{key: value for key, value in own.items() if value is not None}}


def _words(value: Any) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, list):
        return [str(one) for one in value]
    return [word for word in _LIST.split(str(value)) if word]


def _media(value: Any) -> list[Media] | None:
    if isinstance(value, list):
        return [Media(one["place"], one.get("alt", "")) if isinstance(one, dict) else Media(str(one)) for one in value]
    words = _words(value)
    return None if words is None else [Media(word) for word in words]


def _categories(values: Mapping[str, Any]) -> list[str] | None:
    if values.get("shelves") is not None:
        return [way[-1]["code"] for way in values["shelves"] if way]
    if values.get("category"):
        key = ""
        for step in _way(values["category"]):
            key = f"{key}/{step}".lower()
        return [key]
    return _words(values.get("categories"))
