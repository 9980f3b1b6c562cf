"""What a source gives, cleaned: one form of every text, what cannot be kept refused or left out, and told by field."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final

from edino.catalogue.rules import options, texts, values
from edino.catalogue.types import CategoryInput, Media, ProductInput, Rejection, Value, VariantInput, taxes

LONGEST: Final = {"external_id": 200, "code": 100, "sku": 100, "brand": 200, "names": 500, "descriptions": 50_000}
MOST: Final = {"variants": 2_000, "media": 100, "categories": 50, "attributes": 300, "barcodes": 50, "options": 20}
HEAVIEST: Final = 2_000_000_000

Tell = Callable[[str, str, str], None]
"""Tells what was wrong: field, code, sentence."""


class Refused(Exception):
    """The row cannot be written at all."""


@dataclass(slots=True)
class Checked:
    """A row that may be written: cleaned, with a fingerprint of all it says."""

    index: int
    product: ProductInput
    fingerprint: bytes


@dataclass(slots=True)
class Findings:
    """What was wrong, row by row."""

    rejected: list[Rejection] = field(default_factory=list)
    remarks: list[Rejection] = field(default_factory=list)

    def refuse(self, index: int, name: str, code: str, message: str) -> None:
        """A row that is not written."""
        self.rejected.append(Rejection(index, name, code, message))

    def remark(self, index: int, name: str, code: str, message: str) -> None:
        """A part that is left out of a row that is written."""
        self.remarks.append(Rejection(index, name, code, message))


def check(products: Sequence[ProductInput], findings: Findings, *, mark: str = "") -> list[Checked]:
    """The rows that may be written. `mark` goes into the fingerprints: what else makes the same words mean the same."""
    checked: list[Checked] = []
    ids: set[str] = set()
    skus: set[str] = set()
    for index, product in enumerate(products):
        remarks = len(findings.remarks)
        try:
            one = _product(product, _teller(findings, index), _refuser(findings, index))
            _once(one, ids, skus, _refuser(findings, index))
        except Refused:
            del findings.remarks[remarks:]
            continue
        told = f"{mark}|{one!r}".encode("utf-8", "surrogatepass")
        checked.append(Checked(index, one, blake2b(told, digest_size=16).digest()))
    return checked


def check_categories(categories: Sequence[CategoryInput], findings: Findings) -> list[tuple[int, CategoryInput]]:
    """The categories that may be written, with their places."""
    checked: list[tuple[int, CategoryInput]] = []
    seen: set[str] = set()
    for index, category in enumerate(categories):
        external_id = texts.clean(category.external_id)
        refuse = _refuser(findings, index)
        try:
            if not external_id:
                refuse("external_id", "required", "Say what the source calls it.")
            _fits("external_id", external_id, refuse)
            if external_id in seen:
                refuse("external_id", "duplicate", "It is in the input twice.")
        except Refused:
            continue
        seen.add(external_id)
        names = None if category.names is None else texts.by_language(category.names)
        parent = None if category.parent is None else texts.clean(category.parent)
        checked.append(
            (index, replace(category, external_id=external_id, names=names, parent=parent, code=category.code.strip()))
        )
    return checked


def _teller(findings: Findings, index: int) -> Tell:
    return lambda name, code, message: findings.remark(index, name, code, message)


def _refuser(findings: Findings, index: int) -> Tell:
    def refuse(name: str, code: str, message: str) -> None:
        findings.refuse(index, name, code, message)
        raise Refused

    return refuse


def _once(product: ProductInput, ids: set[str], skus: set[str], refuse: Tell) -> None:
    """Two rows may not speak of one thing: the first stands."""
    if product.external_id in ids:
        refuse("external_id", "duplicate", "It is in the input twice.")
    own: set[str] = set()
    for place, variant in enumerate(product.variants or ()):
        if variant.sku in skus or variant.sku in own:
            refuse(f"variants[{place}].sku", "duplicate", f"The SKU {variant.sku} is in the input twice.")
        own.add(variant.sku)
    ids.add(product.external_id)
    skus |= own


def _product(product: ProductInput, tell: Tell, refuse: Tell) -> ProductInput:
    external_id = texts.clean(product.external_id)
    if not external_id:
        refuse("external_id", "required", "Say what the source calls it.")
    _fits("external_id", external_id, refuse)
    code = None if product.code is None else texts.clean(product.code)
    brand = None if product.brand is None else texts.clean(product.brand)
    for name, text in (("code", code), ("brand", brand)):
        _fits(name, text or "", refuse)
    return replace(
        product,
        external_id=external_id,
        code=code,
        brand=brand,
        names=_spoken("names", product.names, refuse),
        descriptions=_spoken("descriptions", product.descriptions, refuse),
        categories=_listed("categories", product.categories, tell),
        attributes=_attributes("attributes", product.attributes, refuse),
        media=_media("media", product.media, tell),
        variants=_variants(product.variants, tell, refuse),
    )


def _variants(given: Sequence[VariantInput] | None, tell: Tell, refuse: Tell) -> tuple[VariantInput, ...] | None:
    if given is None:
        return None
    if len(given) > MOST["variants"]:
        refuse("variants", "too_many", f"There are more than {MOST['variants']} variants.")
    found = [_variant(f"variants[{place}]", variant, tell, refuse) for place, variant in enumerate(given)]
    ids = [variant.external_id for variant in found]
    for place, external_id in enumerate(ids):
        if external_id in ids[:place]:
            refuse(f"variants[{place}].external_id", "duplicate", "It is in the product twice.")
    _alike(found, tell)
    return tuple(found)


def _alike(variants: Sequence[VariantInput], tell: Tell) -> None:
    """Variants that say the same options cannot be told apart by a shopper."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for place, variant in enumerate(variants):
        if not variant.options or variant.active is False:
            continue
        key = tuple(sorted(variant.options.items()))
        if key in seen:
            tell(f"variants[{place}].options", "alike", "Another variant has the same options.")
        seen.add(key)


def _variant(path: str, variant: VariantInput, tell: Tell, refuse: Tell) -> VariantInput:
    external_id, sku = texts.clean(variant.external_id), texts.clean(variant.sku)
    if not external_id and not sku:
        refuse(f"{path}.external_id", "required", "Say what the source calls it, or its SKU.")
    if not sku:
        sku = external_id
        tell(f"{path}.sku", "missing", "There is no SKU; the source's own id stands for it.")
    for name, text in (("external_id", external_id), ("sku", sku)):
        if len(text) > LONGEST[name]:
            refuse(f"{path}.{name}", "too_long", f"It is longer than {LONGEST[name]} characters.")
    weight = variant.weight_g
    if weight is not None and not 0 <= weight <= HEAVIEST:
        tell(f"{path}.weight_g", "range", "A weight is not negative.")
        weight = None
    tax = variant.tax
    if tax is not None and not taxes.known(tax):
        tell(
            f"{path}.tax",
            "unknown",
            "A tax is standard, reduced, zero, none, or a rate such as vat22.",
        )
        tax = None
    return VariantInput(
        external_id=external_id or sku,
        sku=sku,
        options=None if variant.options is None else options.options(variant.options),
        barcodes=_listed(f"{path}.barcodes", variant.barcodes, tell),
        weight_g=weight,
        active=variant.active,
        tax=tax,
        attributes=_attributes(f"{path}.attributes", variant.attributes, refuse),
        media=_media(f"{path}.media", variant.media, tell),
    )


def _fits(name: str, text: str, refuse: Tell) -> None:
    if len(text) > LONGEST[name]:
        refuse(name, "too_long", f"It is longer than {LONGEST[name]} characters.")


def _spoken(name: str, given: Mapping[str, str] | None, refuse: Tell) -> dict[str, str] | None:
    if given is None:
        return None
    found = texts.by_language(given)
    for language, text in found.items():
        if len(text) > LONGEST[name]:
            refuse(f"{name}.{language}", "too_long", f"It is longer than {LONGEST[name]} characters.")
    return found


def _listed(name: str, given: Iterable[str] | None, tell: Tell) -> tuple[str, ...] | None:
    """Words of a list, cleaned, each once, no more than may be."""
    if given is None:
        return None
    found = tuple(dict.fromkeys(filter(None, (texts.clean(str(word))[:200] for word in given))))
    most = MOST[name.rpartition(".")[2]]
    if len(found) > most:
        tell(name, "too_many", f"Only the first {most} are taken.")
    return found[:most]


def _attributes(name: str, given: Mapping[str, Value | None] | None, refuse: Tell) -> dict[str, Value | None] | None:
    if given is None:
        return None
    if len(given) > MOST["attributes"]:
        refuse(name, "too_many", f"There are more than {MOST['attributes']}.")
    found = {}
    for title, value in given.items():
        if values.code(title):
            found[texts.clean(title)[:200]] = texts.clean(value) or None if isinstance(value, str) else value
    return found


def _media(name: str, given: Sequence[Media] | None, tell: Tell) -> tuple[Media, ...] | None:
    if given is None:
        return None
    found: dict[str, Media] = {}
    for place, media in enumerate(given[: MOST["media"]]):
        address = texts.clean(media.place)
        if not address:
            continue
        if problem := place_problem(address):
            tell(f"{name}[{place}].place", "place", problem)
            continue
        found.setdefault(address, Media(address, texts.clean(media.alt)[:500]))
    if len(given) > MOST["media"]:
        tell(name, "too_many", f"Only the first {MOST['media']} are taken.")
    return tuple(found.values())


def place_problem(address: str) -> str:
    """Why a place of a picture cannot be kept; "" if it can."""
    if len(address) > 1000:
        return "The address is longer than 1000 characters."
    if address.startswith(("https://", "http://")):
        return ""
    path = address.replace("\\", "/")
    if "://" in path or path.startswith("/") or ".." in path.split("/"):
        return "A picture is an https address, or a path below the folder of media."
    return ""
