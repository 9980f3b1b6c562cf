"""Products: the list, with how fully each is presented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api.classifying import attributes
from edino.catalogue.api.searching import as_query
from edino.catalogue.queries import office as queries
from edino.catalogue.screens import words
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Column, Listing, Page, Status, View, choice


@dataclass(frozen=True, slots=True)
class Row:
    """A product as the list shows it."""

    id: int
    uid: UUID
    title: str
    name: str
    sku: str
    score: int
    complete: Status
    missing: str
    brand: str
    variants: int
    state: Status
    changed_at: datetime


def _listing(*, edits: bool) -> Listing[Row]:
    return Listing(
        name="products",
        title=_("Products"),
        columns=(
            Column("title", words.NAME, value=lambda row: row.name, sort=True),
            Column("score", _("Complete"), value=lambda row: row.complete, sort=True, place="side"),
            Column("missing", _("Missing")),
            Column("sku", _("SKU"), quiet=True),
            Column("brand", _("Brand"), quiet=True),
            Column("variants", _("Variants"), kind="number"),
            Column("state", _("State")),
            Column("changed_at", _("Changed"), kind="ago", sort=True),
        ),
        key="id",
        url=lambda row: reverse("product", args=[row.uid]),
        filters=(
            screen.words("q", _("Name, SKU, barcode")),
            choice("category", _("Category"), shelf_choices()),
            choice("missing", _("Missing"), list(words.MISSING.items())),
            choice("active", _("State"), [("1", words.ACTIVE.word), ("0", words.INACTIVE.word)]),
        ),
        views=(
            View(_("In sale"), {"active": "1"}),
            View(_("No price"), {"active": "1", "missing": "price"}),
            View(_("No picture"), {"active": "1", "missing": "image"}),
            View(_("All")),
        ),
        actions=(Action(_("Print labels"), reverse("product_labels"), icon="qr-code"),) if edits else (),
        primary=Action(_("New product"), reverse("product_add"), icon="plus", tone="primary") if edits else None,
        sort="title",
        nothing=_("No product yet. Bring them in: edino import products, or POST /api/v1/products."),
    )


def shelf_choices() -> list[tuple[str, str]]:
    """Categories by their ways from the top, in the order of the alphabet."""
    shelves = api.shelves(language=words.language())
    names = {one.id: one.name for one in shelves}
    ways = [(str(one.id), " / ".join(names.get(step, "") for step in one.path)) for one in shelves]
    return sorted(ways, key=lambda one: one[1].lower())


@staff.requires("catalogue.see")
def products(request: StaffRequest) -> HttpResponseBase:
    """Every product, with how fully it is presented."""
    listing = _listing(edits=staff.may(request.staff, "catalogue.edit"))
    labels = {code: words.said_in(one.names) or code for code, one in attributes().items()}

    def read(ask: screen.Ask) -> Page[Row]:
        given = ask.filters
        typed = given.get("q", "")
        query = as_query(typed)
        if typed and query is None:
            return Page([], 0)
        rows = queries.products(
            query=query,
            active={"1": True, "0": False}.get(given.get("active", "")),
            category=f"c:{given['category']}" if given.get("category") else "",
            missing=given.get("missing", ""),
            sort=ask.sort,
            descending=ask.descending,
            after=ask.after_key if isinstance(ask.after_key, int) else None,
            limit=ask.limit,
        )
        return Page([_row(row, labels) for row in rows], rows[0].total if rows else 0)

    return listing.respond(request, read)


def _row(row: queries.OfficeRow, labels: Mapping[str, str]) -> Row:
    return Row(
        id=row.id,
        uid=row.uid,
        title=row.title,
        name=words.said_in(row.names),
        sku=row.sku or "",
        score=-1 if row.score is None else row.score,
        complete=words.tone(row.score),
        missing=words.missing(row.missing, labels),
        brand=row.brand,
        variants=row.variants,
        state=words.ACTIVE if row.is_active else words.INACTIVE,
        changed_at=row.changed_at,
    )
