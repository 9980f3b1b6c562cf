"""Real catalogues go out and into an empty shop: nothing is lost on the way, and nothing is put in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.integrations.test_commerceml import load
from tests.integrations.test_feeds import PICTURES, emptied, media, shelves, shop

from edino.kernel import sql

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
__all__ = ["load", "media"]

FILES = {
    "outlet": ("commerceml", "outlet/5f193f2_import0_1.xml", "outlet/5f193f2_offers0_1.xml"),
    "modx": ("commerceml", "modx/import.xml", "modx/offers.xml"),
    "carono": ("commerceml", "carono/import.xml", "carono/classifier.xml", "carono/offers.xml"),
    "shwei": ("yml", "shwei.xml"),
    "samsung": ("yml", "samsung_kz.yml"),
    "mosharov": ("yml", "mosharov.xml"),
}
OFFERED = {"outlet": 2641, "modx": 768, "carono": 5, "shwei": 132, "samsung": 654, "mosharov": 1327}
FEEDS = {"commerceml": ("import.xml", "offers.xml"), "yml": ("yml.xml",)}

GOODS = """
SELECT coalesce(variant.sku, ''), product.names ->> 'ru', product.code, product.names, product.descriptions,
       product.attributes, product.axes, product.is_active, brand.name, variant.options, variant.attributes,
       variant.position, variant.weight_g, variant.tax, variant.is_active,
       ARRAY(SELECT shelf.code FROM unnest(product.category_ids) WITH ORDINALITY AS stands(id, place)
               JOIN catalogue_category AS shelf USING (id) ORDER BY stands.place),
       ARRAY(SELECT row(code.text, code.gtin, code.problem)::text FROM catalogue_barcode AS code
              WHERE code.variant_id = variant.id ORDER BY 1),
       ARRAY(SELECT row(media.place, media.alt, media.variant_id IS NULL)::text FROM catalogue_media AS media
              WHERE media.product_id = product.id AND (media.variant_id IS NULL OR media.variant_id = variant.id)
              ORDER BY media.position, media.id),
       ARRAY(SELECT other.sku FROM catalogue_variant AS other WHERE other.product_id = product.id
              ORDER BY other.position, other.id)
  FROM catalogue_product AS product
  LEFT JOIN catalogue_variant AS variant ON variant.product_id = product.id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
 ORDER BY 1, 2, product.attributes::text, product.id
"""
"""Every field of every variant, and of the products that have none."""
ATTRIBUTES = """
SELECT code, kind, names, unit, choices, is_filter, is_required, position FROM catalogue_attribute ORDER BY code
"""
SHELVES = """
SELECT shelf.code, above.code, shelf.names FROM catalogue_category AS shelf
  LEFT JOIN catalogue_category AS above ON above.id = shelf.parent_id
 WHERE EXISTS (SELECT FROM catalogue_product AS product JOIN catalogue_category AS stands
                   ON stands.id = ANY (product.category_ids) WHERE shelf.id = ANY (stands.path))
 ORDER BY shelf.code
"""
"""Shelves on which, or below which, something stands: a row of a product cannot tell of the others."""


def brought(name: str, load: Callable[..., Any], data_set: Callable[[str], Path]) -> None:
    kind, *files = FILES[name]
    told = load(*(data_set(kind) / file for file in files), kind=kind)
    assert told.exit_code == 0, told.output
    if name == "samsung":
        sql.execute("UPDATE catalogue_assortment SET currency = 'KZT'")
    assert len(shop()) == OFFERED[name]


def as_it_is() -> dict[str, list[tuple[Any, ...]]]:
    return {"goods": sql.tuples(GOODS), "attributes": sql.tuples(ATTRIBUTES), "shelves": sql.tuples(SHELVES)}


def assert_alike(after: list[tuple[Any, ...]], before: list[tuple[Any, ...]]) -> None:
    """Row by row, so that what differs is told and not both catalogues."""
    for new, old in zip(after, before, strict=True):
        assert new == old


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("name", FILES)
def test_what_is_exported_of_a_real_catalogue_makes_the_same_one(
    name: str, ending: str, load: Callable[..., Any], data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    from edino.catalogue import commands  # registers the kinds; Django is set up only after this file is loaded
    from edino.kernel.exports import export  # as above

    assert commands.commands
    brought(name, load, data_set)
    before = as_it_is()
    for kind in ("attributes", "products"):
        answer = CliRunner().invoke(export, [kind, "--output", str(tmp_path / f"{kind}.{ending}")])
        assert answer.exit_code == 0, answer.exception
    emptied()
    assert as_it_is() == {"goods": [], "attributes": [], "shelves": []}
    for kind in ("attributes", "products"):
        told = load(tmp_path / f"{kind}.{ending}", kind=kind)
        assert told.exit_code == 0, told.output
        assert " 0 rejected" in told.output
    after = as_it_is()
    for part, rows in before.items():
        assert_alike(after[part], rows)


@pytest.mark.parametrize("kind", FEEDS)
@pytest.mark.parametrize("name", FILES)
def test_what_is_offered_of_a_real_catalogue_comes_back_by_its_feed(
    name: str, kind: str, load: Callable[..., Any], data_set: Callable[[str], Path], tmp_path: Path
) -> None:
    from edino.integrations.exchange.commands import (
        feed as write_feed,  # Django is set up only after this file is loaded
    )

    brought(name, load, data_set)
    before, stock = shop(), shelves()
    assert CliRunner().invoke(write_feed, [kind, "--folder", str(tmp_path / "out")]).exit_code == 0
    emptied()
    told = load(*(tmp_path / "out" / file for file in FEEDS[kind]), kind=kind)
    assert told.exit_code == 0, told.output
    assert "rejected" not in told.output
    if kind == "commerceml":  # here a product has pictures, and a variant none of its own
        before, after = ([(*row[:PICTURES], *row[PICTURES + 1 :]) for row in rows] for rows in (before, shop()))
        assert_alike(after, before)
        assert shelves() == stock
    else:  # and here it is told how many there are, but not where
        assert_alike(shop(), before)
