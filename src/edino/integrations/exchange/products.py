"""Goods and offers into the catalogue: what the document says now, laid over what the source said before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from edino.catalogue import api as catalogue
from edino.catalogue.types import Media, ProductInput, UpsertReport, VariantInput, taxes
from edino.integrations.exchange import queries, skus
from edino.integrations.exchange.queries import Change, Mirrored, Staged
from edino.integrations.exchange.work import Work, compared

STEP: Final = 300
CHARACTERISTIC: Final = "Характеристика"
"""The axis of variants whose characteristics are told only by their names."""
AXES: Final = frozenset({"цвет", "размер", "color", "colour", "size", CHARACTERISTIC.lower()})
_BRACKETS: Final = re.compile(r"\(([^()]*)\)\s*$")
_FEATURES: Final = ("ВидНоменклатуры", "ТипНоменклатуры", "Полное наименование")
"""Requisites that repeat what is known, or speak of bookkeeping."""


@dataclass(slots=True)
class Words:
    """What the source called its categories, properties and entries of reference books."""

    categories: Mapping[str, str]
    properties: Mapping[str, tuple[str, Mapping[str, str]]]
    references: Mapping[str, str]

    @classmethod
    def of(cls, work: Work) -> "Words":
        """As they are known by now."""
        named = queries.vocabulary(work.source.id, "category")
        told = queries.vocabulary(work.source.id, "property")
        return cls(
            {each: one.body["name"] for each, one in named.items() if one.settled},
            {each: (one.body["name"], one.body.get("values", {})) for each, one in told.items()},
            {each: one.body["name"] for each, one in queries.vocabulary(work.source.id, "reference").items()},
        )

    def said(self, raw: str, directory: Mapping[str, str]) -> str:
        """A value in words; "" for one that only names an entry nobody told of."""
        if raw in directory:
            return directory[raw]
        return self.references.get(raw, "") if skus.is_guid(raw) else raw


@dataclass(slots=True)
class Thing:
    """A product or an offer: what is told now, or else what was told before."""

    kind: str
    ext_id: str
    grp: str
    body: dict[str, Any]
    staged: Staged | None
    before: Mirrored | None
    sku: str = ""
    older: bool = False
    options: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> int:
        """Where the document says it; 0 when it does not."""
        return self.staged.line if self.staged else 0

    @property
    def changed(self) -> bool:
        """Whether the doors have to hear of it."""
        if self.staged is None or self.older:
            return False
        return self.before is None or not self.before.settled or not self.before.active or self.before.body != self.body

    def kept(self, *, settled: bool, catalog: str) -> Mirrored:
        """As the mirror keeps it."""
        article = str(self.body.get("article", ""))
        told_at = self.before.told_at if self.before and self.older else None
        active = self.before.active if self.before and self.older else True
        return Mirrored(
            self.kind, self.ext_id, self.grp, catalog, article, self.sku, self.body, settled, active, told_at
        )


@dataclass(slots=True)
class Product:
    """A product with all its offers."""

    goods: Thing
    offers: list[Thing]
    invented: bool = False
    shared: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether anything of it is new."""
        return self.goods.changed or any(offer.changed for offer in self.offers)


def step(work: Work, words: Words) -> bool:
    """The next few hundred products; False when there are none left."""
    grps = _next(work)
    if not grps:
        return False
    products = _composed(work, grps)
    skus.give(work, products)
    asked = [product for product in products if product.changed]
    inputs = [_input(work, product, words) for product in asked]
    changes: list[Change] = []
    refused: set[str] = set()
    if inputs:
        report = catalogue.upsert_products(source=work.source, products=inputs)
        refused = _answers(work, asked, report, changes)
    things: list[Mirrored] = []
    marked: list[Staged] = []
    for product in products:
        if product.changed and product.goods.ext_id not in refused:
            changes += _diff(work, product, words)
        for thing in (product.goods, *product.offers):
            if thing.staged is None and not (thing.kind == "goods" and product.invented):
                continue
            settled = product.goods.ext_id not in refused
            things.append(thing.kept(settled=settled, catalog=str(thing.body.get("catalog", ""))))
            if thing.staged:
                marked.append(thing.staged)
                _tally(work, thing, settled=settled)
    work.reflect(things)
    work.note(changes)
    work.done(marked)
    return True


def _next(work: Work) -> list[str]:
    for kind in ("goods", "offer"):
        staged = queries.waiting(work.run.id, kind, STEP)
        if staged:
            return list(dict.fromkeys(one.grp for one in staged))
    return []


def _composed(work: Work, grps: Sequence[str]) -> list[Product]:
    told: dict[tuple[str, str], Staged] = {
        (one.kind, one.ext_id): one for one in queries.staged_of_groups(work.run.id, grps)
    }
    known = {(one.kind, one.ext_id): one for one in queries.mirrored_of_groups(work.source.id, grps)}
    things: dict[str, list[Thing]] = {grp: [] for grp in grps}
    for key in dict.fromkeys((*told, *known)):
        staged, before = told.get(key), known.get(key)
        found = staged or before
        if found is None or found.grp not in things:
            continue
        older = staged is not None and work.older(before)
        if older and before is not None:
            work.odd.note("older_than_known", str(before.body.get("name", "")) or found.ext_id, line=found_line(staged))
            found = before
        sku = before.sku if before else ""
        things[found.grp].append(Thing(found.kind, found.ext_id, found.grp, found.body, staged, before, sku, older))
    return [_product(work, grp, several) for grp, several in things.items()]


def found_line(staged: Staged | None) -> int:
    """Where a document says it."""
    return staged.line if staged else 0


def _product(work: Work, grp: str, things: Sequence[Thing]) -> Product:
    offers = [thing for thing in things if thing.kind == "offer"]
    goods = next((thing for thing in things if thing.kind == "goods"), None)
    invented = goods is None or (goods.staged is None and bool(goods.body.get("invented")))
    if goods is None:
        first = offers[0]
        name = _BRACKETS.sub("", first.body.get("name", "")).strip() or first.body.get("article") or grp
        body = {
            "invented": True,
            "id": grp,
            "name": name,
            "article": first.body.get("article", ""),
            "catalog": first.body.get("catalog"),
        }
        goods = Thing("goods", grp, grp, body, first.staged, None)
    if invented:
        line = next((offer.line for offer in offers if offer.staged), 0)
        work.odd.note("offer_without_goods", f"{goods.body['name']} ({grp})", line=line)
    shared = _shared(offers) if work.run.kind == "yml" else {}
    for offer in offers:
        offer.options = {name: value for name, value in _options(work, goods, offer).items() if name not in shared}
        if offer.staged is not None:
            _remark(work, goods, offer)
    _distinct(work, offers)
    return Product(goods, offers, invented, shared)


def _shared(offers: Sequence[Thing]) -> dict[str, str]:
    """Parameters that all offers of a group have alike: they describe the product, the others tell its variants apart.

    Colour and size are told apart by even where there is only one of them.
    """
    if not offers:
        return {}
    told = [offer.body.get("options", {}) for offer in offers]
    return {
        name: value
        for name, value in told[0].items()
        if name.lower() not in AXES and all(each.get(name) == value for each in told)
    }


def _options(work: Work, goods: Thing, offer: Thing) -> dict[str, str]:
    """The characteristics; of an offer that does not tell them, the words that its name has beyond the product's."""
    told: dict[str, str] = offer.body.get("options", {})
    if told or "#" not in offer.ext_id:
        return dict(told)
    name, product = str(offer.body.get("name", "")), str(goods.body.get("name", ""))
    found = _BRACKETS.search(name)
    words = found[1].strip() if found else name.removeprefix(product).strip(" ,;-–—")
    if offer.staged is not None:
        work.odd.note("options_from_name", name, line=offer.line)
    return {CHARACTERISTIC: words or offer.ext_id.partition("#")[2][:8]}


def _distinct(work: Work, offers: Sequence[Thing]) -> None:
    """Variants that look alike get a piece of their id, so that a shopper can choose one at all."""
    seen: set[tuple[tuple[str, str], ...]] = set()
    for offer in offers:
        look = tuple(sorted(offer.options.items()))
        if look in seen:
            if offer.staged is not None:
                work.odd.note("options_repeated", str(offer.body.get("name", "")), line=offer.line)
            piece = offer.ext_id.partition("#")[2] or offer.ext_id.partition("/")[2] or offer.ext_id
            offer.options = {**offer.options, "№": piece[:8] if skus.is_guid(piece) else piece[-80:]}
        seen.add(tuple(sorted(offer.options.items())))


def _remark(work: Work, goods: Thing, offer: Thing) -> None:
    """Where the offer and its product, or its name and its characteristics, say different things."""
    name, told = str(offer.body.get("name", "")), offer.body.get("options", {})
    found = _BRACKETS.search(name)
    if found and told and "#" in offer.ext_id:
        words = {word.strip().lower() for word in re.split(r"[,;/]", found[1]) if word.strip()}
        known = {str(value).strip().lower() for value in told.values()}
        if words and not any(word in value or value in word for word in words for value in known):
            said = ", ".join(f"{axis} {value}" for axis, value in told.items())
            work.odd.note("name_contradicts_options", f"{name} ≠ {said}", line=offer.line)
    article, other = str(offer.body.get("article", "")), str(goods.body.get("article", ""))
    if work.run.kind == "commerceml" and article and other and article != other:
        work.odd.note("article_differs", f"{article} ≠ {other}: {name}", line=offer.line)
    unit, base = (str(body.get("unit", "")).partition(" ")[0] for body in (offer.body, goods.body))
    if unit and base and unit != base:
        work.odd.note("unit_differs", f"{offer.body['unit']} ≠ {goods.body['unit']}: {name}", line=offer.line)
    plain = _BRACKETS.sub("", name).strip()
    product = str(goods.body.get("name", ""))
    if work.run.kind == "commerceml" and product and plain and product not in {plain, name}:
        work.odd.note("names_differ", f"{name} ≠ {product}", line=offer.line)


def _input(work: Work, product: Product, words: Words) -> ProductInput:
    body = product.goods.body
    before = product.goods.before.body if product.goods.before else {}
    attributes: dict[str, Any] = dict.fromkeys(_attributes(work, before, words, quiet=True))
    attributes |= _attributes(work, body, words, quiet=product.goods.staged is None)
    attributes |= {name: value for name, value in product.shared.items() if name not in attributes}
    name, description = str(body.get("name", "")), str(body.get("description", ""))
    told_before = bool(before.get("description"))
    return ProductInput(
        external_id=product.goods.ext_id,
        names={work.language: name},
        descriptions={work.language: description} if description or told_before else None,
        brand=_brand(body, words) or ("" if _brand(before, words) else None),
        categories=_categories(work, product.goods, words),
        attributes=attributes,
        media=_media(work, body, name, line=product.goods.line) or ([] if before.get("pictures") else None),
        active=not body.get("deleted", False),
        variants=[_variant(work, product, offer) for offer in product.offers] or None,
    )


def _variant(work: Work, product: Product, offer: Thing) -> VariantInput:
    goods = product.goods.body
    barcodes = list(offer.body.get("barcodes", ()))
    plain = offer.ext_id == product.goods.ext_id
    if goods.get("barcodes") and (plain or len(product.offers) == 1):
        barcodes = list(dict.fromkeys([*barcodes, *goods["barcodes"]]))
    elif goods.get("barcodes") and product.goods.staged is not None and offer is product.offers[0]:
        text = f"{goods['barcodes'][0]}: {goods.get('name', '')}"
        work.odd.note("barcode_of_product", text, line=product.goods.line)
    inactive = offer.body.get("deleted", False) or (offer.staged is None and offer.before and not offer.before.active)
    media = None
    if offer.body.get("pictures") and offer.body["pictures"] != goods.get("pictures"):
        media = _media(work, offer.body, str(offer.body.get("name", "")), line=offer.line)
    return VariantInput(
        external_id=offer.ext_id,
        sku=offer.sku,
        options=offer.options,
        barcodes=barcodes,
        weight_g=goods.get("weight_g"),
        active=not inactive,
        tax=taxes.kind_of(goods["tax"]) if goods.get("tax") else None,
        media=media,
    )


def _attributes(work: Work, body: Mapping[str, Any], words: Words, *, quiet: bool) -> dict[str, str]:
    """Properties by their names and words, and what else the card says."""
    found: dict[str, str] = {}
    for each, raw in body.get("properties", {}).items():
        name, directory = words.properties.get(each, ("", {}))
        if not name:
            if not quiet:
                work.odd.note("property_unknown", f"{each}: {body.get('name', '')}", line=0)
            continue
        told = {each: words.said(each, directory) for each in raw.split("\n")}
        for unknown in (each for each, said in told.items() if not said and not quiet):
            work.odd.note("property_value_unknown", f"{name} {unknown}: {body.get('name', '')}", line=0)
        if any(told.values()):
            found[name] = ", ".join(filter(None, told.values()))
    for name, value in body.get("attributes", {}).items():
        if name not in _FEATURES:
            found.setdefault(name, value)
    if body.get("unit"):
        found.setdefault("Единица", str(body["unit"]).partition(" ")[2] or str(body["unit"]))
    return found


def _brand(body: Mapping[str, Any], words: Words) -> str:
    return str(body.get("brand", ""))


def _categories(work: Work, goods: Thing, words: Words) -> list[str] | None:
    told = goods.body.get("categories")
    if not told:
        return None
    known = [each for each in told if each in words.categories]
    if goods.staged is not None:
        for each in told:
            if each not in words.categories:
                work.odd.note("category_unknown", f"{each}: {goods.body.get('name', '')}", line=goods.line)
    return known


def _media(work: Work, body: Mapping[str, Any], name: str, *, line: int) -> list[Media]:
    found = []
    for picture in body.get("pictures", ()):
        place = str(picture["place"])
        if "://" not in place:
            kept = work.picture(place)
            if kept is None and not line:
                continue  # told with the file that brought the product
            if kept is None:
                work.odd.note("picture_missing", f"{place}: {name}", line=line)
                continue
            place = kept
        found.append(Media(place, picture.get("caption", "")))
    return found


def _answers(work: Work, asked: Sequence[Product], report: UpsertReport, changes: list[Change]) -> set[str]:
    """What the catalogue refused, as lines of the diff; what it left out, as oddities."""
    refused: dict[str, list[tuple[str, str]]] = {}
    for one in report.rejected:
        refused.setdefault(asked[one.index].goods.ext_id, []).append((one.field, one.message))
    for product in asked:
        if reasons := refused.get(product.goods.ext_id):
            staged = product.goods.staged or next(offer.staged for offer in product.offers if offer.staged)
            name = str(product.goods.body.get("name", ""))
            changes.append(work.refuse("goods", staged, name, reasons))
            told = "; ".join(f"{field}: {message}" for field, message in reasons)
            work.odd.note("goods_refused", f"{name[:80]}: {told}", line=staged.line)
    for one in report.remarks:
        product = asked[one.index]
        if one.field.startswith(("categories", "variants")) and one.code in {"unknown", "check_digit", "length"}:
            continue  # noted already, with the line
        text = f"{product.goods.body.get('name', '')}: {one.field}: {one.message}"
        work.odd.note("not_kept", text, line=product.goods.line)
    return set(refused)


def _tally(work: Work, thing: Thing, *, settled: bool) -> None:
    kind = "goods" if thing.kind == "goods" else "offers"
    if not settled:
        work.count(kind, "rejected")
    elif not thing.changed:
        work.count(kind, "older" if thing.older else "unchanged")
    else:
        work.count(kind, "created" if thing.before is None else "changed")


def _diff(work: Work, product: Product, words: Words) -> list[Change]:
    """The lines of the human diff for a product: itself, and each of its offers that is new or other than before."""
    changes = []
    for thing in (product.goods, *product.offers):
        if not thing.changed:
            continue
        name = str(thing.body.get("name", "")) or thing.ext_id
        if thing.before is None:
            changes.append(Change(thing.kind, "created", thing.grp, thing.ext_id, name, thing.line))
            continue
        fields = compared(_readable(work, thing.before.body, words), _readable(work, thing.body, words))
        if not thing.before.active:
            fields = [("active", "−", "+"), *fields]
        if fields:
            changes.append(Change(thing.kind, "changed", thing.grp, thing.ext_id, name, thing.line, fields))
    return changes


def _readable(work: Work, body: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A card in words that people know."""
    plain = {
        name: body.get(name) for name in ("name", "article", "barcodes", "description", "brand", "weight_g", "tax")
    }
    plain["categories"] = [words.categories.get(each, each) for each in body.get("categories", ())]
    plain["pictures"] = [picture["place"] for picture in body.get("pictures", ())]
    plain["deleted"] = body.get("deleted") or None
    plain |= body.get("options", {})
    return plain | _attributes(work, body, words, quiet=True)


def deactivated(work: Work, things: Sequence[Mirrored]) -> None:
    """Goods or offers that a whole full exchange did not name go out of sale; nothing is deleted."""
    if not things:
        return
    if things[0].kind == "goods":
        inputs = [ProductInput(one.ext_id, active=False) for one in things]
    else:
        by_product: dict[str, list[Mirrored]] = {}
        for one in things:
            by_product.setdefault(one.grp, []).append(one)
        inputs = [ProductInput(grp, variants=_all_of(work, grp, gone)) for grp, gone in by_product.items()]
    catalogue.upsert_products(source=work.source, products=inputs)
    queries.deactivate(work.source.id, things[0].kind, [one.ext_id for one in things])
    work.note([Change(one.kind, "deactivated", one.grp, one.ext_id, str(one.body.get("name", ""))) for one in things])
    work.count("goods" if things[0].kind == "goods" else "offers", "deactivated", len(things))


def _all_of(work: Work, grp: str, gone: Sequence[Mirrored]) -> list[VariantInput]:
    """All variants of a product, since a list of them replaces the one before; those that are gone are inactive."""
    ids = {one.ext_id for one in gone}
    known = [one for one in queries.mirrored_of_groups(work.source.id, [grp]) if one.kind == "offer" and one.sku]
    return [
        VariantInput(one.ext_id, one.sku, active=one.active and one.ext_id not in ids and not one.body.get("deleted"))
        for one in known
    ]
