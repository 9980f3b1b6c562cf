"""Statements of bringing products in, one function per statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from edino.catalogue.types import Attribute
from edino.catalogue.types.kept import CategoryState
from edino.kernel import clock, sql

_SQL = sql.statements("edino.catalogue", "intake.sql")
_REFRESH = sql.statements("edino.catalogue", "refresh.sql")


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as it is kept; `media` are triples of place, alternative text and variant id."""

    id: int
    uid: UUID
    code: str | None
    slug: str
    names: dict[str, str]
    descriptions: dict[str, str]
    attributes: dict[str, Any]
    axes: list[str]
    held: list[str]
    category_ids: list[int]
    brand: str
    is_active: bool
    media: list[list[Any]]


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant as it is kept."""

    id: int
    product_id: int
    sku: str
    options: dict[str, str]
    attributes: dict[str, Any]
    position: int
    weight_g: int | None
    tax: str
    is_active: bool
    held: list[str]
    barcodes: list[str]


def lock() -> None:
    """Be the only writer of the catalogue until the transaction ends."""
    sql.execute(_SQL["lock"])


def externals(source: int, kind: str, texts: Iterable[str]) -> dict[str, tuple[int, bytes | None]]:
    """What the source's ids stand for, and the fingerprint of what it said last."""
    params = {"source": source, "kind": kind, "texts": list(texts)}
    return {
        text: (ref, bytes(mark) if mark is not None else None)
        for text, ref, mark in sql.tuples(_SQL["externals"], params)
    }


def put_externals(source: int, kind: str, given: Sequence[tuple[str, int, bytes | None]]) -> None:
    """Note what the source calls things."""
    if given:
        texts, refs, marks = zip(*given, strict=True)
        fingerprints = [mark.hex() if mark is not None else None for mark in marks]
        params = {"texts": list(texts), "refs": list(refs), "fingerprints": fingerprints}
        sql.execute(_SQL["put_externals"], {"source": source, "kind": kind, **params})


def products_by_code(codes: Iterable[str]) -> dict[str, int]:
    """Products by our own codes."""
    return dict(sql.tuples(_SQL["products_by_code"], {"codes": list(codes)}))


def variants_by_sku(skus: Iterable[str]) -> dict[str, tuple[int, int]]:
    """SKU → variant, product."""
    return {sku: (id_, product) for sku, id_, product in sql.tuples(_SQL["variants_by_sku"], {"skus": list(skus)})}


def variants_by_id(ids: Iterable[int]) -> dict[int, int]:
    """Variant → product."""
    return {id_: product for _, id_, product in sql.tuples(_SQL["variants_by_id"], {"ids": list(ids)})}


def kept_products(ids: Iterable[int]) -> list[ProductRow]:
    """Products as they are now."""
    return sql.rows(_SQL["kept_products"], {"ids": list(ids)}, ProductRow)


def kept_variants(ids: Iterable[int]) -> list[VariantRow]:
    """The variants of products as they are now."""
    return sql.rows(_SQL["kept_variants"], {"ids": list(ids)}, VariantRow)


def ensure_brands(names: Iterable[str]) -> None:
    """Add brands that are not known."""
    sql.execute(_SQL["ensure_brands"], {"names": list(names)})


def insert_products(rows: Sequence[Mapping[str, Any]]) -> dict[UUID, int]:
    """Add products: public id → id."""
    return dict(sql.tuples(_SQL["insert_products"], {"rows": _json(rows), "at": clock.now()}))


def update_products(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write products that have changed."""
    sql.execute(_SQL["update_products"], {"rows": _json(rows), "at": clock.now()})


def insert_variants(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Add variants: SKU → id."""
    return dict(sql.tuples(_SQL["insert_variants"], {"rows": _json(rows)}))


def update_variants(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write variants that have changed."""
    sql.execute(_SQL["update_variants"], {"rows": _json(rows)})


def owners_of_gtins(gtins: Iterable[str]) -> dict[str, int]:
    """Which variants hold these barcodes."""
    return dict(sql.tuples(_SQL["owners_of_gtins"], {"gtins": list(gtins)}))


def replace_barcodes(variants: Sequence[int], rows: Sequence[tuple[int, str, str | None, str]]) -> None:
    """Give variants these barcodes (variant, text, gtin, problem) and no others."""
    sql.execute(_SQL["drop_barcodes"], {"variants": list(variants)})
    if rows:
        ids, texts, gtins, problems = (list(column) for column in zip(*rows, strict=True))
        params = {"variants": ids, "texts": texts, "gtins": gtins, "problems": problems}
        sql.execute(_SQL["add_barcodes"], params)


def replace_media(products: Sequence[int], rows: Sequence[tuple[int, int | None, str, str, int]]) -> None:
    """Give products these pictures (product, variant, place, alternative text, position) and no others."""
    sql.execute(_SQL["drop_media"], {"products": list(products)})
    if rows:
        ids, variants, places, alts, positions = (list(column) for column in zip(*rows, strict=True))
        params = {"products": ids, "variants": variants, "places": places, "alts": alts, "positions": positions}
        sql.execute(_SQL["add_media"], params)


def absent(source: int, present: Iterable[int]) -> list[int]:
    """Active products that only this source tells of, and did not tell of now."""
    return [id_ for (id_,) in sql.tuples(_SQL["absent"], {"source": source, "present": list(present)})]


def active_of_source(source: int) -> int:
    """How many active products this source tells of."""
    return int(sql.scalar(_SQL["active_of_source"], {"source": source}))


def deactivate(ids: Iterable[int]) -> int:
    """Take products out of sale; how many were in it."""
    return sql.execute(_SQL["deactivate"], {"ids": list(ids), "at": clock.now()})


def forget_fingerprints(source: int, ids: Iterable[int]) -> None:
    """What the source said of these products no longer holds."""
    sql.execute(_SQL["forget_fingerprints"], {"source": source, "ids": list(ids)})


def forget_all_fingerprints(ids: Iterable[int]) -> None:
    """What any source says of these products next is news."""
    sql.execute(_SQL["forget_all_fingerprints"], {"ids": list(ids)})


def categories_by_code(codes: Iterable[str]) -> dict[str, int]:
    """Categories by our own codes."""
    return dict(sql.tuples(_SQL["categories_by_code"], {"codes": list(codes)}))


def kept_categories() -> dict[int, CategoryState]:
    """Every category as it is now."""
    return {row.id: row for row in sql.rows(_SQL["kept_categories"], {}, CategoryState)}


def insert_categories(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Add categories: code → id."""
    return dict(sql.tuples(_SQL["insert_categories"], {"rows": _json(rows)}))


def update_categories(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write categories that have changed."""
    sql.execute(_SQL["update_categories"], {"rows": _json(rows)})


def write_paths() -> list[int]:
    """Write the ways from the top; the categories whose way has changed."""
    return [id_ for (id_,) in sql.tuples(_SQL["write_paths"])]


def products_of_categories(ids: Iterable[int]) -> list[int]:
    """The products that stand in any of these categories."""
    return [id_ for (id_,) in sql.tuples(_SQL["products_of_categories"], {"ids": list(ids)})]


def attributes() -> dict[str, Attribute]:
    """Every definition by its code, in order."""
    return {row.code: row for row in sql.rows(_SQL["attributes"], {}, Attribute)}


def put_attributes(rows: Sequence[Mapping[str, Any]]) -> None:
    """Define attributes."""
    sql.execute(_SQL["put_attributes"], {"rows": _json(rows)})


def ensure_axes(codes: Iterable[str]) -> None:
    """Add axes that are not known."""
    sql.execute(_SQL["ensure_axes"], {"codes": list(codes)})


def refresh(ids: Iterable[int]) -> None:
    """Write anew how products are found, where they are offered and what they lack."""
    params = {"ids": list(ids)}
    sql.execute(_REFRESH["refresh_searchable"], params)
    sql.execute(_REFRESH["refresh_presence"], params)


def refresh_presence(ids: Iterable[int]) -> None:
    """Write anew where products are offered and what they lack there."""
    sql.execute(_REFRESH["refresh_presence"], {"ids": list(ids)})


def all_products() -> list[int]:
    """Every product's id."""
    return [id_ for (id_,) in sql.tuples(_REFRESH["all_products"])]


def uids(ids: Iterable[int]) -> dict[int, UUID]:
    """The public ids of products."""
    return dict(sql.tuples(_REFRESH["uids"], {"ids": list(ids)}))


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()
