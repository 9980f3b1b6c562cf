"""Products in: what a source tells, laid over what is known, written by a handful of statements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import Any, Final, Literal

from django.db import transaction

from edino.catalogue import events
from edino.catalogue.errors import TooManyVanish
from edino.catalogue.queries import intake as queries
from edino.catalogue.rules import barcodes, intake, merging, texts, values
from edino.catalogue.types import Attribute, ProductInput, UpsertReport, Value, VariantInput
from edino.catalogue.types.kept import ProductState, VariantState
from edino.channels.types import Source
from edino.kernel import clock, ids, log

What = Literal["created", "changed", "deactivated"]
BATCH: Final = 5_000
FEW: Final = 20
"""A source that tells of no more products than this may drop them all at once."""


def upsert_products(
    *, source: Source, products: Sequence[ProductInput], full: bool = False, force: bool = False
) -> UpsertReport:
    """Bring in what a source tells of its products; `index` in the report is the place in `products`, from 0.

    A product is known by the source's own id, else by our code, else by the SKU of one of its variants. The same input
    twice changes nothing, also when people changed the product in between. Rows that cannot be written are rejected;
    parts that cannot be kept are left out with a remark. `full`: this is everything the source has, so its products
    and variants that are not named go out of sale, never away; TooManyVanish when that is more than half of them,
    unless `force`.
    """
    with transaction.atomic():
        queries.lock()
        findings = intake.Findings()
        checked = intake.check(products, findings, mark="full" if full else "")
        total = _Done()
        for start in range(0, len(checked), BATCH):
            _Batch(source, findings, full=full).run(checked[start : start + BATCH], total)
        if full:
            total.deactivated = _drop_absent(source, total.products, force=force)
        return UpsertReport(
            total.created,
            total.changed,
            len(total.untouched),
            total.deactivated,
            tuple(sorted(findings.rejected, key=lambda one: one.index)),
            tuple(sorted(findings.remarks, key=lambda one: one.index)),
            frozenset(total.untouched),
        )


def refresh_all() -> int:
    """Write anew how every product is found and what it lacks, as after an upgrade; how many there are."""
    with transaction.atomic():
        queries.lock()
        found = queries.all_products()
        for start in range(0, len(found), BATCH):
            queries.refresh(found[start : start + BATCH])
    return len(found)


def announce(products: Iterable[int], what: What, *, source_id: int | None = None) -> None:
    """Say on the log that these products were created, changed or taken out of sale."""
    at = clock.now()
    log.append(
        log.Fact(events.PRODUCT_CHANGED, "fact", at, {"product": str(uid), "what": what}, source_id=source_id)
        for uid in queries.uids(products).values()
    )


def _drop_absent(source: Source, present: Sequence[int], *, force: bool) -> int:
    known = queries.active_of_source(source.id)
    gone = queries.absent(source.id, present)
    if not gone:
        return 0
    if len(gone) * 2 > known > FEW and not force:
        raise TooManyVanish(vanish=len(gone), known=known)
    queries.deactivate(gone)
    queries.forget_fingerprints(source.id, gone)
    queries.refresh(gone)
    announce(gone, "deactivated", source_id=source.id)
    return len(gone)


@dataclass(slots=True)
class _Done:
    """Counts so far, and the products spoken of."""

    created: int = 0
    changed: int = 0
    deactivated: int = 0
    untouched: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """One row on its way: what was given, what is kept, what will be."""

    index: int
    given: ProductInput
    fingerprint: bytes
    product: int
    before: ProductState | None = None
    after: ProductState | None = None
    variants: list[tuple[VariantState | None, VariantState, VariantInput | None]] = field(default_factory=list)

    @property
    def product_changed(self) -> bool:
        return self.before != self.after

    @property
    def changed(self) -> bool:
        return self.product_changed or any(old != new for old, new, _ in self.variants)


class _Batch:
    """Some thousand rows of one source."""

    def __init__(self, source: Source, findings: intake.Findings, *, full: bool) -> None:
        self.source = source
        self.findings = findings
        self.full = full
        self.attributes: dict[str, Attribute] = {}
        self.categories: dict[str, int] = {}
        self.variant_products: dict[int, int] = {}
        self.variant_ids: dict[str, int] = {}
        self.sku_owner: dict[str, tuple[int, int]] = {}

    def run(self, checked: Sequence[intake.Checked], done: _Done) -> None:
        """Write what is new in these rows."""
        known = queries.externals(self.source.id, "product", [one.product.external_id for one in checked])
        fresh = []
        for one in checked:
            product, mark = known.get(one.product.external_id, (0, None))
            if product and mark == one.fingerprint:
                done.untouched.append(one.index)
                done.products.append(product)
            else:
                fresh.append(_Row(one.index, one.product, one.fingerprint, product))
        if not fresh:
            return
        self._look_around(fresh)
        rows = [row for row in fresh if self._identify(row)]
        self._one_row_each(rows)
        self._lay(rows)
        rows = [row for row in rows if row.after is not None]
        new = [row for row in rows if row.before is None]
        changed = [row for row in rows if row.before is not None and row.changed]
        self._write(rows, new, changed)
        done.created += len(new)
        done.changed += len(changed)
        done.untouched += [row.index for row in rows if row.before is not None and not row.changed]
        done.products += [row.product for row in rows]
        queries.refresh([row.product for row in chain(new, changed)])
        announce([row.product for row in new], "created", source_id=self.source.id)
        announce([row.product for row in changed], "changed", source_id=self.source.id)

    def _look_around(self, rows: Sequence[_Row]) -> None:
        """Everything that the rows name, each kind in one statement."""
        variants = [variant for row in rows for variant in row.given.variants or ()]
        found = queries.externals(self.source.id, "variant", {variant.external_id for variant in variants})
        self.variant_ids = {text: ref for text, (ref, _) in found.items()}
        self.variant_products = queries.variants_by_id(self.variant_ids.values())
        self.sku_owner = queries.variants_by_sku({variant.sku for variant in variants})
        names = {name for row in rows for name in row.given.categories or ()}
        told = queries.externals(self.source.id, "category", names)
        self.categories = queries.categories_by_code(names) | {text: ref for text, (ref, _) in told.items()}
        self.attributes = _known_attributes(rows)
        codes = {row.given.code for row in rows if row.given.code}
        by_code = queries.products_by_code(codes)
        for row in rows:
            owner = by_code.get(row.given.code or "", 0)
            if owner and row.product and owner != row.product:
                self._refuse(row, "code", "taken", "Another product has this code.")
            row.product = row.product or owner

    def _identify(self, row: _Row) -> bool:
        """Find which product the row means; refuse it when its SKUs belong to others."""
        if row.product < 0:
            return False
        owners = {}
        for place, variant in enumerate(row.given.variants or ()):
            by_id = self.variant_products.get(self.variant_ids.get(variant.external_id, 0))
            by_sku = self.sku_owner.get(variant.sku, (0, None))[1]
            owners[place] = {owner for owner in (by_id, by_sku) if owner}
        if not row.product:
            candidates = set().union(*owners.values()) if owners else set()
            row.product = candidates.pop() if len(candidates) == 1 else 0
        for place, found in owners.items():
            if found - {row.product}:
                self._refuse(row, f"variants[{place}].sku", "taken", "This SKU belongs to another product.")
                return False
        return True

    def _one_row_each(self, rows: list[_Row]) -> None:
        """Two rows of a batch may turn out to mean one product: the first stands."""
        taken: set[int] = set()
        codes: set[str] = set()
        for row in list(rows):
            code = row.given.code or ""
            if row.product in taken or code in codes:
                name = "external_id" if row.product in taken else "code"
                self._refuse(row, name, "duplicate", "Another row of the input is the same product.")
                rows.remove(row)
                continue
            taken |= {row.product} - {0}
            codes |= {code} - {""}

    def _lay(self, rows: Sequence[_Row]) -> None:
        wanted = [row.product for row in rows if row.product]
        kept = {one.id: one for one in queries.kept_products(wanted)}
        variants: dict[int, dict[int, VariantState]] = {id_: {} for id_ in kept}
        for one in queries.kept_variants(wanted):
            variants[one.product_id][one.id] = variant_state(one)
        for row in rows:
            if row.product:
                row.before = product_state(kept[row.product], {id_: v.sku for id_, v in variants[row.product].items()})
            elif not any((row.given.names or {}).values()):
                self._refuse(row, "names", "required", "A new product needs a name.")
                continue
            if self._lay_variants(row, variants.get(row.product, {})):
                row.after = self._laid(row)

    def _laid(self, row: _Row) -> ProductState:
        given = row.given
        category_ids = None
        if given.categories is not None:
            category_ids = [self.categories[name] for name in given.categories if name in self.categories]
            for place, name in enumerate(given.categories):
                if name not in self.categories:
                    self.findings.remark(row.index, f"categories[{place}]", "unknown", f"No category {name} is known.")
        skus = {after.sku: before.sku for before, after, _ in row.variants if before is not None}
        return merging.laid(
            row.before or merging.fresh(ids.uuid7()),
            given,
            category_ids=None if category_ids is None else list(dict.fromkeys(category_ids)),
            attributes=self._fitted(row.index, "attributes", given.attributes),
            skus=skus,
        )

    def _lay_variants(self, row: _Row, kept: dict[int, VariantState]) -> bool:
        rest = dict(kept)
        said = row.given.variants
        meant = [self._meant(variant) for variant in said or ()]
        whole = kept.keys() <= set(meant)
        for place, (id_, variant) in enumerate(zip(meant, said or (), strict=True)):
            other = self.sku_owner.get(variant.sku, (id_, 0))[0]
            before = rest.pop(id_, None)
            if (id_ and before is None) or other != id_:
                self._refuse(row, f"variants[{place}].sku", "taken", "This SKU belongs to another variant.")
                return False
            attributes = self._fitted(row.index, f"variants[{place}].attributes", variant.attributes)
            position = place if whole else before.position if before else len(kept) + place
            after = merging.laid_variant(before, variant, position=position, attributes=attributes)
            row.variants.append((before, after, variant))
        if any(after.sku != told.sku for _, after, told in row.variants if told):  # a SKU that is held
            called = [replace(told, sku=after.sku) for _, after, told in row.variants if told]
            row.given = replace(row.given, variants=called)
        for before in rest.values():
            gone = self.full and said is not None and "active" not in before.held
            state = {name: getattr(before, name) for name in before.__slots__}
            after = VariantState(**state | {"is_active": False}) if gone else before
            row.variants.append((before, after, None))
        return True

    def _meant(self, variant: VariantInput) -> int:
        """The variant that is known by these words, or 0."""
        return self.variant_ids.get(variant.external_id) or self.sku_owner.get(variant.sku, (0, 0))[0]

    def _fitted(self, index: int, path: str, given: Mapping[str, Value | None] | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for title, value in (given or {}).items():
            code = values.code(title)
            if value is None:
                found[code] = None
                continue
            try:
                found[code] = values.fitted(value, self.attributes[code])
            except values.Unfit as unfit:
                self.findings.remark(index, f"{path}.{title}", unfit.code, f"The value {unfit}.")
        return found

    def _refuse(self, row: _Row, name: str, code: str, message: str) -> None:
        self.findings.remarks[:] = [one for one in self.findings.remarks if one.index != row.index]
        self.findings.refuse(row.index, name, code, message)
        row.product = -1

    def _write(self, rows: Sequence[_Row], new: Sequence[_Row], changed: Sequence[_Row]) -> None:
        after = {id(row): row.after for row in rows if row.after is not None}
        brands = {state.brand for state in after.values() if state.brand}
        if brands:
            queries.ensure_brands(brands)
        axes = {axis for state in after.values() for axis in state.axes}
        if axes:
            queries.ensure_axes(axes)
        if new:
            made = queries.insert_products([product_row(after[id(row)]) for row in new])
            for row in new:
                row.product = made[after[id(row)].uid]
        touched = [row for row in changed if row.product_changed]
        if touched:
            queries.update_products([product_row(after[id(row)]) for row in touched])
        ids_by_sku = write_variants((row.product, row.variants) for row in chain(new, changed))
        for row in rows:
            ids_by_sku |= {state.sku: state.id for _, state, _ in row.variants if state.id}
        self._barcodes(chain(new, changed), ids_by_sku)
        pictured = [row for row in chain(new, changed) if _pictures(row.before) != _pictures(row.after)]
        write_media(((row.product, after[id(row)].media) for row in pictured), ids_by_sku)
        queries.put_externals(
            self.source.id, "product", [(row.given.external_id, row.product, row.fingerprint) for row in rows]
        )
        told = [
            (given.external_id, ids_by_sku[state.sku], None)
            for row in rows
            for _, state, given in row.variants
            if given
        ]
        queries.put_externals(self.source.id, "variant", told)

    def _barcodes(self, rows: Iterable[_Row], ids_by_sku: Mapping[str, int]) -> None:
        given: list[tuple[int, str, Sequence[str], Callable[[str, str, str], None]]] = []
        for row in rows:
            for place, (old, new, _) in enumerate(row.variants):
                if (old.barcodes if old else ()) != new.barcodes:
                    told = self._teller(row.index)
                    given.append((ids_by_sku[new.sku], f"variants[{place}].barcodes", new.barcodes, told))
        write_barcodes(given)

    def _teller(self, index: int) -> Callable[[str, str, str], None]:
        return lambda name, code, message: self.findings.remark(index, name, code, message)


def write_variants(
    products: Iterable[tuple[int, Sequence[tuple[VariantState | None, VariantState, VariantInput | None]]]],
) -> dict[str, int]:
    """Write what has changed of the variants of these products; SKU → id of the new ones."""
    new, changed = [], []
    for product, variants in products:
        for old, state, _ in variants:
            if old is None:
                new.append(variant_row(state) | {"product_id": product})
            elif old != state:
                changed.append(variant_row(state))
    if changed:
        queries.update_variants(changed)
    return queries.insert_variants(new) if new else {}


def write_barcodes(given: Sequence[tuple[int, str, Sequence[str], Callable[[str, str, str], None]]]) -> None:
    """Give variants their barcodes; a doubtful one stays as a text, and is told of."""
    if not given:
        return
    read = {text: barcodes.normalise(text) for _, _, found, _ in given for text in found}
    changing = {variant for variant, _, _, _ in given}
    owners = {
        gtin: owner
        for gtin, owner in queries.owners_of_gtins({gtin for gtin, _ in read.values() if gtin}).items()
        if owner not in changing
    }
    rows: list[tuple[int, str, str | None, str]] = []
    for variant, path, found, tell in given:
        for place, text in enumerate(found):
            gtin, problem = read[text]
            if gtin and owners.setdefault(gtin, variant) != variant:
                gtin, problem = None, "taken"
            elif gtin and any(row[0] == variant and row[2] == gtin for row in rows[-place:] if place):
                continue  # the same number with and without leading zeros
            if problem:
                tell(f"{path}[{place}]", problem, f"The barcode {text} {_BARCODE_WORDS[problem]}.")
            rows.append((variant, text, gtin, problem))
    queries.replace_barcodes(sorted(changing), rows)


def write_media(products: Iterable[tuple[int, Sequence[tuple[str, str, str]]]], ids_by_sku: Mapping[str, int]) -> None:
    """Give products their pictures."""
    rows, touched = [], []
    for product, media in products:
        touched.append(product)
        for position, (place, alt, sku) in enumerate(media):
            rows.append((product, ids_by_sku.get(sku) if sku else None, place, alt, position))
    if touched:
        queries.replace_media(touched, rows)


_BARCODE_WORDS: Final = {
    "letters": "is not a number",
    "length": "is not of 8, 12, 13 or 14 digits",
    "check_digit": "has a wrong check digit",
    "taken": "belongs to another variant",
}


def _known_attributes(rows: Sequence[_Row]) -> dict[str, Attribute]:
    """Every definition; attributes nobody defined get the one that their first value suggests."""
    known = queries.attributes()
    new = {}
    for row in rows:
        told = [row.given.attributes, *(variant.attributes for variant in row.given.variants or ())]
        for title, value in chain.from_iterable((one or {}).items() for one in told):
            code = values.code(title)
            if value is not None and code not in known and code not in new:
                new[code] = values.suggested(code, value, title if title != code else "")
    if not new:
        return known
    queries.put_attributes([asdict(definition) for definition in new.values()])
    return queries.attributes()


def _pictures(state: ProductState | None) -> Sequence[tuple[str, str, str]]:
    return state.media if state else ()


def product_state(row: queries.ProductRow, skus: Mapping[int, str]) -> ProductState:
    """A product as it is kept, as the rules see it."""
    return ProductState(
        id=row.id,
        uid=row.uid,
        code=row.code,
        names=row.names,
        descriptions=row.descriptions,
        attributes=row.attributes,
        axes=tuple(row.axes),
        held=tuple(row.held),
        category_ids=tuple(row.category_ids),
        brand=row.brand,
        is_active=row.is_active,
        media=tuple((place, alt, skus.get(variant, "") if variant else "") for place, alt, variant in row.media),
    )


def variant_state(row: queries.VariantRow) -> VariantState:
    """A variant as it is kept, as the rules see it."""
    return VariantState(
        id=row.id,
        sku=row.sku,
        options=row.options,
        attributes=row.attributes,
        position=row.position,
        weight_g=row.weight_g,
        tax=row.tax,
        is_active=row.is_active,
        barcodes=tuple(row.barcodes),
        held=tuple(row.held),
    )


def product_row(state: ProductState) -> dict[str, Any]:
    """A product as the statements take it."""
    row = {name: getattr(state, name) for name in state.__slots__ if name != "media"}
    return row | {"slug": texts.slug(texts.said_in(state.names, "ru"))}


def variant_row(state: VariantState) -> dict[str, Any]:
    """A variant as the statements take it."""
    return {name: getattr(state, name) for name in state.__slots__ if name != "barcodes"}
