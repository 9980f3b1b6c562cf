"""Products out: variants as those who sell them need them, the page of one product, what a code stands for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from edino.catalogue.errors import NoSuchAssortment, NoSuchProduct
from edino.catalogue.queries import intake as definitions
from edino.catalogue.queries import reading as queries
from edino.catalogue.rules import barcodes, short_codes, texts
from edino.catalogue.rules.words import value_text
from edino.catalogue.types import Assortment, Attribute, ShortTarget, VariantInfo
from edino.catalogue.types.pages import (
    AxisPage,
    BarcodeShown,
    Behind,
    Picture,
    Presence,
    ProductPage,
    Shelf,
    Trait,
    VariantPage,
    picture_src,
)


def variants_by_sku(*, skus: Iterable[str], language: str = "en") -> dict[str, VariantInfo]:
    """Variants by SKU, those out of sale too; SKUs that nobody has are missing. One statement."""
    return {row.sku: _info(row, language) for row in queries.variants_by_sku(dict.fromkeys(skus))}


def variants_by_id(*, ids: Iterable[int], language: str = "en") -> dict[int, VariantInfo]:
    """Variants by their internal ids, those out of sale too. One statement."""
    return {row.id: _info(row, language) for row in queries.variants_by_id(dict.fromkeys(ids))}


def sisters(*, skus: Iterable[str], language: str = "en") -> dict[str, VariantInfo]:
    """These variants and every other on sale of their products, by SKU: those asked for first. Three statements."""
    asked = variants_by_sku(skus=skus, language=language)
    ids = queries.sisters([one.id for one in asked.values()])
    every = variants_by_id(ids=ids, language=language)
    return asked | {every[id_].sku: every[id_] for id_ in ids if id_ in every}


def find_variant(*, code: str, language: str = "en") -> VariantInfo | None:
    """What a scanner read: a SKU, a barcode (with or without leading zeros), or a short code or its address.

    None when nothing has it, or when a doubtful barcode is that of several.
    """
    text = texts.clean(code)
    if not text:
        return None
    found = queries.scanned(text, barcodes.normalise(text)[0])
    ids = [id_ for id_, doubt in found if doubt == found[0][1]]
    if not ids:
        target = by_short_code(code=text.rstrip("/").rpartition("/")[2])
        ids = [target.variant_id] if target and target.variant_id else []
    if len(set(ids)) != 1:
        return None
    return variants_by_id(ids=ids, language=language).get(ids[0])


def by_short_code(*, code: str) -> ShortTarget | None:
    """What a printed short code stands for; None for one that was mistyped or that nothing has."""
    decoded = short_codes.decode(code)
    if decoded is None:
        return None
    kind, number = decoded
    row = queries.short_target(**{kind: number})
    if row is None:
        return None
    return ShortTarget(short_codes.encode(kind, number), row.id, row.uid, row.slug, row.variant_id, row.sku)


def assortments() -> list[Assortment]:
    """Every assortment, the default first."""
    return [
        Assortment(
            row.id,
            row.code,
            row.name,
            row.currency,
            tuple(row.languages),
            row.region,
            row.is_default,
            frozenset(row.channels),
            row.rule,
        )
        for row in queries.assortments()
    ]


def default_assortment() -> Assortment:
    """The assortment of every channel that has none of its own."""
    return assortments()[0]


def shop_currency() -> str:
    """The shop's own currency, with which every form begins: that of the default assortment."""
    return default_assortment().currency


def assortment_of(channel: str) -> Assortment:
    """What a channel offers."""
    found = assortments()
    return next((one for one in found if channel in one.channels), found[0])


def assortment_by_code(code: str) -> Assortment:
    """The assortment of this code; the default for an empty one."""
    found = assortments()
    for one in found:
        if one.code == code or (not code and one.is_default):
            return one
    raise NoSuchAssortment


def shelves(*, language: str = "en") -> list[Shelf]:
    """Every category as it is shown, in its order."""
    return [
        Shelf(
            row.id, row.code, texts.said_in(row.names, language), row.parent_id, tuple(row.path), active=row.is_active
        )
        for row in queries.categories()
    ]


def product(
    *, uid: UUID | None = None, slug: str | None = None, language: str = "en", assortment: str = ""
) -> ProductPage:
    """A product with its variants, by public id or address, those out of sale too: `active`, `listed` say so."""
    head = queries.product_head(uid=uid, slug=slug) if uid or slug else None
    if head is None:
        raise NoSuchProduct
    offered = assortment_by_code(assortment)
    media = queries.media_of(head.id)
    pictures = tuple(Picture(row.id, row.place, row.alt, row.variant_id) for row in media)
    tree = {shelf.id: shelf for shelf in shelves(language=language)} if head.category_ids else {}
    found = [tree[id_] for id_ in head.category_ids if id_ in tree]
    presence = {row.assortment_id: row for row in queries.presence_of(head.id)}
    attributes = definitions.attributes()
    variants = _variants(head, pictures, attributes, language)
    axes = queries.axes()
    return ProductPage(
        id=head.id,
        uid=head.uid,
        code=head.code,
        slug=head.slug,
        short_code=short_codes.encode("product", head.id),
        name=texts.said_in(head.names, language, *offered.languages),
        description=texts.said_in(head.descriptions, language, *offered.languages),
        brand=head.brand,
        active=head.is_active,
        listed=offered.id in presence and presence[offered.id].is_listed,
        shelves=tuple(found),
        way=tuple(tree[id_] for id_ in found[0].path if id_ in tree) if found else (),
        axes=tuple(_axis(code, axes.get(code, {}), variants, language) for code in head.axes),
        traits=traits(head.attributes, attributes, language),
        variants=variants,
        pictures=pictures,
        rating=round(head.rating_sum / head.rating_count, 2) if head.rating_count else None,
        rating_count=head.rating_count,
        changed_at=head.changed_at,
    )


def behind(*, uid: UUID) -> Behind:
    """A product as those who keep it see it."""
    head = queries.product_head(uid=uid)
    if head is None:
        raise NoSuchProduct
    return Behind(
        id=head.id,
        uid=head.uid,
        names=head.names,
        descriptions=head.descriptions,
        brand=head.brand,
        category_ids=tuple(head.category_ids),
        attributes=head.attributes,
        held=tuple(head.held),
        active=head.is_active,
        created_at=head.created_at,
        changed_at=head.changed_at,
        sources=tuple((row.source, row.text) for row in queries.externals_of(head.id)),
    )


def presence(*, product_id: int) -> list[Presence]:
    """Where a product is offered and what its presentation lacks there, the default assortment first."""
    rows = {row.assortment_id: row for row in queries.presence_of(product_id)}
    return [
        Presence(
            one.id,
            one.name,
            rows[one.id].is_listed,
            rows[one.id].wanted,
            tuple(rows[one.id].missing),
            rows[one.id].by_hand,
            rows[one.id].reason,
        )
        for one in assortments()
        if one.id in rows
    ]


def traits(values: Mapping[str, Any], attributes: Mapping[str, Attribute], language: str) -> tuple[Trait, ...]:
    """Attributes in words, in the order of their definitions."""
    return tuple(
        Trait(code, texts.said_in(one.names, language) or code, value_text(one, values[code], language), values[code])
        for code, one in attributes.items()
        if code in values
    )


def _variants(
    head: queries.HeadRow, pictures: Sequence[Picture], attributes: Mapping[str, Attribute], language: str
) -> tuple[VariantPage, ...]:
    shown: dict[int, list[BarcodeShown]] = {}
    for row in queries.barcodes_of(head.id):
        shown.setdefault(row.variant_id, []).append(BarcodeShown(row.text, row.gtin, row.problem))
    return tuple(
        VariantPage(
            id=one.id,
            sku=one.sku,
            short_code=short_codes.encode("variant", one.id),
            options=one.options,
            active=one.is_active,
            tax=one.tax,
            weight_g=one.weight_g,
            traits=traits(one.attributes, attributes, language),
            barcodes=tuple(shown.get(one.id, ())),
            picture=next((picture for picture in pictures if picture.variant_id == one.id), None)
            or next((picture for picture in pictures if picture.variant_id is None), None),
            held=tuple(one.held),
        )
        for one in definitions.kept_variants([head.id])
    )


def _axis(code: str, names: Mapping[str, str], variants: Sequence[VariantPage], language: str) -> AxisPage:
    found = dict.fromkeys(one.options[code] for one in variants if code in one.options and one.active)
    return AxisPage(code, texts.said_in(names, language) or code.capitalize(), tuple(found))


def _info(row: queries.VariantRow, language: str) -> VariantInfo:
    return VariantInfo(
        id=row.id,
        product_id=row.product_id,
        product_uid=row.product_uid,
        sku=row.sku,
        name=texts.said_in(row.names, language),
        options=row.options,
        active=row.active,
        tax=row.tax,
        weight_g=row.weight_g,
        image=None if row.image is None else picture_src(row.image),
        category_ids=frozenset(row.category_ids),
        brand=row.brand,
        barcodes=tuple(row.barcodes),
        absent=frozenset(row.absent),
    )
