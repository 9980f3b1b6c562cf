"""The shelves and the words: categories as a tree, definitions of attributes, what axes are called."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue.api import shelving
from edino.catalogue.api.classifying import attributes as definitions
from edino.catalogue.errors import NoSuchAttribute, NoSuchAxis, NoSuchCategory
from edino.catalogue.screens import words
from edino.catalogue.screens.keeping_forms import AttributeForm, AxisForm, CategoryForm
from edino.catalogue.screens.products import shelf_choices
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Text
from edino.ui.screen import Action, Back, Column, Listing, Status, short

CATEGORIES = Back(_("Categories"), reverse_lazy("categories"))  # type: ignore[arg-type]  # resolved when printed
ATTRIBUTES = Back(_("Attributes"), reverse_lazy("attributes"))  # type: ignore[arg-type]  # as above


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category in the list, by its way from the top."""

    id: int
    place: int
    way: str
    products: int
    state: Status
    sources: str
    held: Text


@dataclass(frozen=True, slots=True)
class Definition:
    """An attribute in the list."""

    code: str
    place: int
    name: str
    kind: Text
    about: str
    of: str
    uses: int


@dataclass(frozen=True, slots=True)
class Axis:
    """By what variants differ."""

    code: str
    place: int
    name: str
    products: int


SHELVES: Listing[Shelf] = Listing(
    name="categories",
    title=_("Categories"),
    lead=_("The shelves of the shop, as a tree."),
    columns=(
        Column("way", words.NAME),
        Column("state", _("State"), place="side"),
        Column("products", _("Products"), kind="number"),
        Column("sources", _("Told by"), quiet=True),
        Column("held", _("By hand"), quiet=True),
    ),
    key="id",
    url=lambda row: reverse("category", args=[row.id]),
    sort="place",
    primary=Action(_("New category"), reverse_lazy("category_add"), icon="plus", tone="primary"),  # type: ignore[arg-type]
    nothing=_("No category yet."),
)
DEFINITIONS: Listing[Definition] = Listing(
    name="attributes",
    title=_("Attributes"),
    lead=_("What may be said of goods, of which kind it is, and what shoppers filter by."),
    columns=(
        Column("name", words.NAME),
        Column("kind", _("Kind of value")),
        Column("about", _("Used as"), quiet=True),
        Column("of", _("Of goods in"), quiet=True),
        Column("uses", _("Products"), kind="number"),
    ),
    key="code",
    url=lambda row: reverse("attribute", args=[row.code]),
    sort="place",
    primary=Action(_("New attribute"), reverse_lazy("attribute_add"), icon="plus", tone="primary"),  # type: ignore[arg-type]
    nothing=_("No attribute yet."),
)
AXES: Listing[Axis] = Listing(
    name="axes",
    title=_("By what variants differ"),
    columns=(Column("name", words.NAME), Column("products", _("Products"), kind="number")),
    key="code",
    url=lambda row: reverse("axis", args=[row.code]),
    sort="place",
    export=False,
    pager=False,
    page_size=500,
)


@staff.requires("catalogue.edit")
def categories(request: StaffRequest) -> HttpResponseBase:
    """Every category, below the one it stands in."""
    kept = {one.id: one for one in shelving.categories()}
    ways = [(int(id_), way) for id_, way in shelf_choices()]
    shown = {True: Status(_("shown"), "good"), False: Status(_("hidden"), "quiet")}
    rows = [
        Shelf(
            id=id_,
            place=place,
            way=way,
            products=kept[id_].products,
            state=shown[kept[id_].is_active],
            sources=", ".join(kept[id_].sources),
            held=_("by hand") if kept[id_].held else "",
        )
        for place, (id_, way) in enumerate(ways)
    ]
    return SHELVES.respond(request, short(rows, key="id"))


@staff.requires("catalogue.edit")
def category(request: StaffRequest, number: int | None = None) -> HttpResponse:
    """Add a category, or rename, move, show or hide one."""
    known = shelving.categories()
    kept = next((one for one in known if one.id == number), None)
    if number is not None and kept is None:
        raise NoSuchCategory
    below = frozenset(one.id for one in known if number in one.path) if kept else frozenset[int]()
    form = CategoryForm(request.POST if request.method == "POST" else None, kept, below)
    if request.method == "POST" and form.is_valid():
        try:
            shelving.save_category(by=request.staff, id=number, **form.said())
        except Refusal as refusal:
            form.refused(refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("categories")
    release = None
    if kept and kept.held and kept.sources:
        release = Action(_("Give back to the feeds"), reverse("category_release", args=[number]), "post", icon="undo-2")
    return screen.form_page(
        request,
        form,
        title=words.said_in(kept.names) if kept else _("New category"),
        lead=words.owner(kept.sources) if kept else "",
        submit=_("Save"),
        back=CATEGORIES,
        primary=release,
    )


@staff.requires("catalogue.edit")
@require_POST
def category_release(request: StaffRequest, number: int) -> HttpResponse:
    """Give a category back to the sources."""
    shelving.release_category(id=number, by=request.staff)
    messages.success(request, gettext("The next import may change these fields again."))
    return redirect("category", number=number)


@staff.requires("catalogue.edit")
def attributes(request: StaffRequest) -> HttpResponseBase:
    """Every definition, and below them by what variants differ."""
    uses, ways = shelving.uses(), dict(shelf_choices())
    rows = [
        Definition(
            code=one.code,
            place=place,
            name=words.said_in(one.names) or one.code,
            kind=f"{words.KINDS[one.kind]}, {one.unit}" if one.unit else words.KINDS[one.kind],
            about=", ".join(
                str(word)
                for word, so in ((_("filter"), one.is_filter), (_("of a full presentation"), one.is_required))
                if so
            ),
            of=", ".join(ways.get(str(id_), "") for id_ in one.category_ids),
            uses=uses.get(one.code, 0),
        )
        for place, one in enumerate(definitions().values())
    ]
    axes = [
        Axis(one.code, place, words.said_in(one.names) or str(words.AXES.get(one.code, one.code)), one.products)
        for place, one in enumerate(shelving.axes())
    ]
    beside = AXES.read(request, short(axes, key="code"))
    return DEFINITIONS.respond(request, short(rows, key="code"), template="catalogue/attributes.html", axes=beside)


@staff.requires("catalogue.edit")
def attribute(request: StaffRequest, code: str | None = None) -> HttpResponse:
    """Define an attribute, or change its definition; its code stays."""
    kept = definitions().get(code or "")
    if code is not None and kept is None:
        raise NoSuchAttribute
    form = AttributeForm(request.POST if request.method == "POST" else None, kept)
    if request.method == "POST" and form.is_valid():
        try:
            shelving.save_attribute(by=request.staff, given=form.said(), new=kept is None)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("attributes")
    return screen.form_page(
        request,
        form,
        title=words.said_in(kept.names) or kept.code if kept else _("New attribute"),
        lead=_("What is said of goods already stays as it is when the definition changes.") if kept else "",
        submit=_("Save"),
        back=ATTRIBUTES,
    )


@staff.requires("catalogue.edit")
def axis(request: StaffRequest, code: str) -> HttpResponse:
    """What an axis is called, and its place."""
    kept = next((one for one in shelving.axes() if one.code == code), None)
    if kept is None:
        raise NoSuchAxis
    form = AxisForm(request.POST if request.method == "POST" else None, kept.names, kept.position)
    if request.method == "POST" and form.is_valid():
        names = {one: form.cleaned_data[f"name_{one}"] for one in form.languages}
        try:
            shelving.save_axis(by=request.staff, code=code, names=names, position=form.cleaned_data["position"])
        except Refusal as refusal:
            form.add_error(None, refusal.text)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("attributes")
    title = words.said_in(kept.names) or words.AXES.get(code, code)
    return screen.form_page(request, form, title=title, submit=_("Save"), back=ATTRIBUTES)
