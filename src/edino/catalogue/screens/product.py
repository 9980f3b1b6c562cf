"""One product: its variants, what is said of it, where it is presented and what it lacks there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue import api
from edino.catalogue.api import editing, offering
from edino.catalogue.api.classifying import attributes
from edino.catalogue.api.reading import behind, presence
from edino.catalogue.screens import words
from edino.catalogue.screens.forms import TakeOut, lay_beside
from edino.catalogue.types.pages import Behind, Presence, ProductPage
from edino.kernel.errors import Refusal
from edino.kernel.money import Money
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Part, Text
from edino.ui.screen import Action, Back, Column, Fact, Listing, Product, Status, When, short

BACK: Final = Back(_("Products"), reverse_lazy("products"))  # type: ignore[arg-type]  # resolved when printed


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant in its table."""

    sku: str
    place: int
    shown: Part
    options: str
    barcodes: str
    price: Money | None
    state: Status
    code: str
    id: int
    tax: Text


@dataclass(frozen=True, slots=True)
class Where:
    """An assortment, and how the product stands in it."""

    name: str
    state: Status
    score: Status | None
    missing: str
    reason: str
    actions: Sequence[Action]


@staff.requires("catalogue.see")
def product(request: StaffRequest, uid: UUID) -> HttpResponseBase:
    """The page of a product."""
    language = words.language()
    page = api.product(uid=uid, language=language)
    kept = behind(uid=uid)
    edits = staff.may(request.staff, "catalogue.edit")
    labels = {code: words.said_in(one.names) or code for code, one in attributes().items()}
    offered = api.assortments()
    codes = {one.id: one.code for one in offered} if edits else dict.fromkeys((one.id for one in offered), "")
    currency = offered[0].currency
    costs = api.prices(variant_ids=[one.id for one in page.variants], currency=currency)
    prices = {id_: Money(cost.unit, currency) for id_, cost in costs.items()}
    rows = [_variant(page, place, prices) for place in range(len(page.variants))]
    context: dict[str, Any] = {
        "product": page,
        "pictures": page.pictures,
        "facts": _facts(page, kept),
        "traits": [Fact(one.label, one.text, note=_held(kept, f"attributes.{one.code}")) for one in page.traits],
        "texts": [(words.language_name(code), text) for code, text in sorted(kept.descriptions.items()) if text],
        "variants": _variants(uid if edits else None).read(request, short(rows, key="sku")),
        "places": [_where(one, codes[one.assortment_id], uid, labels) for one in presence(product_id=page.id)],
        "held": _written(page, kept, labels),
        "owner": words.owner(source for source, _text in kept.sources) if edits else "",
        "more": [
            Action(_("Pictures"), reverse("product_pictures", args=[uid]), icon="image"),
            Action(_("Add a variant"), reverse("variant_add", args=[uid]), icon="plus"),
        ],
        "release": Action(_("Give back to the feeds"), reverse("product_release", args=[uid]), "post", icon="undo-2"),
        "edits": edits,
        "reviews": api.reviews(product_id=page.id, limit=5),
        "similar": [_beside(row, currency) for row in api.similar(product_id=page.id, language=language)],
        "together": [_beside(row, currency) for row in api.bought_together(product_id=page.id, language=language)],
    }
    label = Action(_("Print labels"), f"{reverse('product_labels')}?ids={page.id}", icon="qr-code")
    change = Action(_("Change"), reverse("product_change", args=[uid]), icon="pencil", tone="primary")
    return screen.page(
        request,
        "catalogue/product.html",
        title=page.name or page.slug,
        lead=" / ".join(shelf.name for shelf in page.way),
        back=BACK,
        primary=change if edits else None,
        label=label,
        **context,
    )


@staff.requires("catalogue.edit")
@require_POST
def release(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Give everything that was written by hand back to the feeds."""
    editing.release(uid=uid, fields=(*behind(uid=uid).held, editing.WHOLE), by=request.staff)
    messages.success(request, gettext("The next import may change these fields again."))
    return redirect("product", uid=uid)


@staff.requires("catalogue.edit")
@require_POST
def offer(request: StaffRequest, uid: UUID, code: str) -> HttpResponse:
    """Put the product into an assortment, or let the rule of the assortment decide again."""
    listed = True if request.POST.get("listed") == "1" else None
    try:
        offering.set_listing(assortment=code, products=[uid], listed=listed, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, gettext("Saved"))
    return redirect("product", uid=uid)


@staff.requires("catalogue.edit")
def take_out(request: StaffRequest, uid: UUID, code: str) -> HttpResponse:
    """Take the product out of an assortment, with the reason."""
    page = api.product(uid=uid, language=words.language())
    form = TakeOut(request.POST or None)
    back = Back(page.name, reverse("product", args=[uid]))
    if request.method == "POST" and form.is_valid():
        try:
            offering.set_listing(
                assortment=code, products=[uid], listed=False, reason=form.cleaned_data["reason"], by=request.staff
            )
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("product", uid=uid)
    return screen.form_page(request, form, title=_("Take out of the assortment"), submit=_("Take out"), back=back)


def _facts(page: ProductPage, kept: Behind) -> list[Fact]:
    facts = [
        Fact(_("State"), words.ACTIVE if page.active else words.INACTIVE, note=_held(kept, "active")),
        *(
            Fact(words.language_name(code), name, note=_held(kept, f"names.{code}"))
            for code, name in sorted(kept.names.items())
        ),
        Fact(_("Brand"), page.brand, note=_held(kept, "brand")),
        Fact(_("Categories"), ", ".join(shelf.name for shelf in page.shelves), note=_held(kept, "categories")),
        Fact(_("Code"), page.code or ""),
        Fact(_("Label"), page.short_code),
        Fact(_("Changed"), When(kept.changed_at, "full")),
        *(Fact(source, text) for source, text in kept.sources),
    ]
    return [fact for fact in facts if fact.value != ""]


def _written(page: ProductPage, kept: Behind, labels: dict[str, str]) -> list[str]:
    """What was written by hand, of the product and of its variants."""
    return [
        *(_field(name, labels) for name in kept.held),
        *(gettext("variant %(sku)s") % {"sku": one.sku} for one in page.variants if one.held),
    ]


def _held(kept: Behind, name: str) -> str:
    return gettext("by hand") if name in kept.held else ""


def _field(name: str, labels: dict[str, str]) -> str:
    kind, _dot, rest = name.partition(".")
    if kind == "attributes":
        return labels.get(rest, rest)
    said = {
        "names": gettext("name"),
        "descriptions": gettext("description"),
        "brand": gettext("brand"),
        "active": gettext("state"),
    }
    said |= {"categories": gettext("categories"), "media": gettext("pictures"), "code": gettext("code")}
    return f"{said.get(kind, kind)} ({rest})" if rest else said.get(kind, kind)


def _variants(uid: UUID | None) -> Listing[VariantRow]:
    """The table of variants; with the product's id each opens to be changed."""
    return Listing(
        name="variants",
        title=_("Variants"),
        columns=(
            Column("shown", _("Variant")),
            Column("state", _("State"), place="side"),
            Column("sku", _("SKU")),
            Column("barcodes", _("Barcodes")),
            Column("price", _("Price"), kind="money"),
            Column("tax", _("VAT"), quiet=True),
            Column("code", _("Label"), quiet=True),
        ),
        key="sku",
        url=(lambda row: reverse("variant", args=[uid, row.id])) if uid else None,
        sort="place",
        export=False,
        pager=False,
        page_size=500,
        nothing=_("Without a variant in sale nobody can buy it."),
    )


def _variant(page: ProductPage, place: int, prices: dict[int, Money]) -> VariantRow:
    one = page.variants[place]
    codes = [
        f"{code.text} ({words.BARCODES.get(code.problem, code.problem)})" if code.problem else code.text
        for code in one.barcodes
    ]
    image = one.picture.src(80) if one.picture else ""
    labels = {axis.code: axis.label for axis in page.axes}
    about = ", ".join(f"{labels.get(axis, axis)}: {value}" for axis, value in one.options.items())
    return VariantRow(
        sku=one.sku,
        place=place,
        shown=Product(words.options(one.options) or one.sku, about, image=image),
        options=about,
        barcodes=", ".join(codes),
        price=prices.get(one.id),
        state=words.ACTIVE if one.active else words.INACTIVE,
        code=one.short_code,
        id=one.id,
        tax=words.TAXES.get(one.tax, one.tax),
    )


def _where(one: Presence, code: str, uid: UUID, labels: dict[str, str]) -> Where:
    """How a product stands in an assortment; without a code nothing can be done about it."""
    actions = []
    if code and one.is_listed:
        actions.append(Action(_("Take out"), reverse("product_take_out", args=[uid, code]), icon="eye-off"))
    if code and not one.is_listed:
        put = (("listed", "1"),)
        actions.append(Action(_("Put in"), reverse("product_offer", args=[uid, code]), "post", "eye", values=put))
    if code and one.by_hand is not None:
        actions.append(Action(_("By the rule again"), reverse("product_offer", args=[uid, code]), "post", "undo-2"))
    return Where(
        name=one.assortment,
        state=Status(_("offered"), "good") if one.is_listed else Status(_("not offered"), "quiet"),
        score=words.tone(one.score) if one.is_listed else None,
        missing=words.missing(one.missing, labels) if one.is_listed else "",
        reason=one.reason,
        actions=actions,
    )


def _beside(row: Any, currency: str) -> Product:
    price = None if row.price_from is None else Money(row.price_from, currency)
    return Product(row.name, row.brand, reverse("product", args=[row.uid]), row.image or "", price)
