"""Assortments, and the report on where they differ."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api import offering
from edino.catalogue.api.reading import assortment_by_code
from edino.catalogue.screens import words
from edino.catalogue.screens.forms import EditAssortment, lay_beside
from edino.channels import api as channels
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Back, Column, Listing, Page, Share, Status, short

BACK: Final = Back(_("Assortments"), reverse_lazy("assortments"))  # type: ignore[arg-type]  # resolved when printed


@dataclass(frozen=True, slots=True)
class Row:
    """An assortment as the list shows it."""

    code: str
    name: str
    state: Status | None
    channels: str
    currency: str
    languages: str
    rule: Any
    listed: int
    complete: Share


@dataclass(frozen=True, slots=True)
class Difference:
    """A product that is not offered everywhere."""

    id: int
    uid: UUID
    title: str
    name: str
    listed: str
    unlisted: str
    reasons: str


def _listing(*, edits: bool) -> Listing[Row]:
    add = Action(_("New assortment"), reverse("assortment_add"), icon="plus", tone="primary")
    return Listing(
        name="assortments",
        title=_("Assortments"),
        lead=_("What each channel offers, in which currency and languages."),
        columns=(
            Column("name", words.NAME),
            Column("state", _("State"), place="side"),
            Column("channels", _("Channels")),
            Column("rule", _("Offers")),
            Column("currency", _("Currency")),
            Column("languages", _("Languages"), quiet=True),
            Column("listed", _("Products"), kind="number"),
            Column("complete", _("Fully presented")),
        ),
        key="code",
        url=(lambda row: reverse("assortment", args=[row.code])) if edits else None,
        primary=add if edits else None,
    )


@staff.requires("catalogue.see")
def assortments(request: StaffRequest) -> HttpResponseBase:
    """Every assortment, and how much of it is fully presented."""
    counts = offering.offered_counts()
    names = {code: one.name(words.language()) for code, one in channels.channels_by_code().items()}
    rows = []
    for one in api.assortments():
        count = counts.get(one.id)
        listed = count.listed if count else 0
        rows.append(
            Row(
                code=one.code,
                name=one.name,
                state=Status(_("the default"), "info") if one.is_default else None,
                channels=", ".join(names[code] for code in names if code in one.channels),
                currency=one.currency,
                languages=", ".join(one.languages),
                rule=words.RULES[one.rule],
                listed=listed,
                complete=Share(count.complete if count else 0, listed),
            )
        )
    edits = staff.may(request.staff, "catalogue.edit")
    different = offering.count_differences()
    return _listing(edits=edits).respond(
        request, short(rows, key="code"), template="catalogue/assortments.html", different=different
    )


@staff.requires("catalogue.edit")
def add(request: StaffRequest) -> HttpResponse:
    """A new assortment."""
    return _edit(request, EditAssortment(request.POST or None), title=_("New assortment"))


@staff.requires("catalogue.edit")
def change(request: StaffRequest, code: str) -> HttpResponse:
    """Change an assortment; its code stays."""
    known = assortment_by_code(code)
    initial = {name: getattr(known, name) for name in ("code", "name", "currency", "region", "rule", "is_default")}
    initial |= {"languages": ", ".join(known.languages), "channels": sorted(known.channels)}
    form = EditAssortment(request.POST or None, initial=initial)
    form.fields["code"].disabled = True
    form.fields["is_default"].disabled = known.is_default
    return _edit(request, form, title=known.name)


def _edit(request: StaffRequest, form: EditAssortment, *, title: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            offering.save_assortment(by=request.staff, **form.cleaned_data)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("assortments")
    return screen.form_page(request, form, title=title, submit=_("Save"), back=BACK)


DIFFERENCES: Final[Listing[Difference]] = Listing(
    name="differences",
    title=_("Where channels differ"),
    lead=_("Products in sale that some assortments offer and others do not, and why."),
    columns=(
        Column("title", words.NAME, value=lambda row: row.name, sort=True),
        Column("listed", _("Offered in")),
        Column("unlisted", _("Not offered in")),
        Column("reasons", _("Why")),
    ),
    key="id",
    url=lambda row: reverse("product", args=[row.uid]),
    sort="title",
    nothing=_("Every channel offers the same."),
)


@staff.requires("catalogue.see")
def differences(request: StaffRequest) -> HttpResponseBase:
    """The report on where channels differ."""
    names = {one.id: one.name for one in api.assortments()}

    def read(ask: screen.Ask) -> Page[Difference]:
        after = (ask.after_value, ask.after_key) if isinstance(ask.after_key, int) else None
        rows = offering.differences(after=after, limit=ask.limit)
        return Page(
            [
                Difference(
                    id=row.id,
                    uid=row.uid,
                    title=row.title,
                    name=words.said_in(row.names),
                    listed=", ".join(names[id_] for id_ in row.listed),
                    unlisted=", ".join(names[id_] for id_ in row.unlisted),
                    reasons=row.reasons,
                )
                for row in rows
            ],
            offering.count_differences(),
        )

    return DIFFERENCES.respond(request, read, back=BACK)
