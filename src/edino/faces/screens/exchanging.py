"""An exchange from afar: which pair the customer takes instead, and the store nearby that keeps it for her.

For who speaks with a customer on the phone: he sees each size and colour of what comes back, where it lies, how far
that is from where the customer lives, and has it kept there before he says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from edino.catalogue.api import reading
from edino.catalogue.types import VariantInfo
from edino.faces.screens.shop import where
from edino.faces.screens.store import wording
from edino.inventory import api as inventory
from edino.inventory.types import Atp, Location
from edino.kernel.errors import Refusal
from edino.orders import api as orders
from edino.orders.api import returns
from edino.orders.types import ExchangeLine, Return
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Back, Number, Part, Status
from edino.ui.screen import Column, Listing, short

CHANNEL: Final = "store"


@dataclass(frozen=True, slots=True)
class Row:
    """A size and colour of what comes back: how many lie in stores."""

    place: int
    name: object
    free: object
    url: str


_VARIANTS: Final[Listing[Row]] = Listing(
    name="instead",
    title=gettext_lazy("Sizes and colours"),
    columns=(
        Column("name", gettext_lazy("Which")),
        Column("free", gettext_lazy("In stores"), place="side"),
    ),
    key="place",
    url=lambda row: row.url,
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)


class Keep(forms.Form):
    """The store that keeps the pair."""

    location = forms.ChoiceField(label=gettext_lazy("Where the customer comes for it"), widget=forms.RadioSelect)

    def __init__(self, places: Sequence[tuple[str, object]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["location"].choices = places  # type: ignore[attr-defined]  # a choice field
        self.fields["location"].initial = places[0][0] if places else ""


@staff.requires("returns.take")
def instead(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Sizes, stores by distance, and keeping a pair in one of them."""
    found = returns.get_return(uid=uid)
    back = Back(_("Return %(number)s") % {"number": found.number or str(uid)[:8]}, reverse("return", args=[uid]))
    known = _variants(found)
    chosen = known.get(request.GET.get("sku", "")) or next(iter(known.values()), None)
    stock = inventory.availability(variant_ids=[one.id for one in known.values()], channel=CHANNEL) if known else {}
    places = {place.id: place for place in inventory.locations(kind="store") if place.active and place.pickup}
    city = _city(found)
    near = _near(stock.get(chosen.id, []) if chosen else [], places, city)
    form = Keep(near, request.POST or None)
    if request.method == "POST" and chosen and form.is_valid():
        try:
            _keep(request, found, chosen, form.cleaned_data["location"])
        except Refusal as refusal:
            form.add_error(None, wording.why_not(refusal))
        else:
            return redirect("return", uid=uid)
    rows = [
        Row(place, _named(one, chosen), _count(stock.get(one.id, []), places), f"{request.path}?sku={one.sku}")
        for place, one in enumerate(known.values())
    ]
    return screen.page(
        request,
        "faces/instead.html",
        title=_("What the customer takes instead"),
        lead=_("Nearest to %(city)s first.") % {"city": city} if city else "",
        back=back,
        table=_VARIANTS.read(request, short(rows, "place")),
        chosen=_named(chosen) if chosen else "",
        form=form if near else None,
        status=422 if form.errors else 200,
    )


def _keep(request: StaffRequest, found: Return, chosen: VariantInfo, location: str) -> None:
    kept = returns.exchange(
        uid=found.uid, lines=[ExchangeLine(chosen.sku)], by=request.staff, method="carry", location=location
    )
    place = inventory.location(code=location)
    messages.success(
        request,
        _("%(name)s is kept in %(place)s for three days.") % {"name": kept.lines[0].name, "place": place.name},
    )


def _variants(found: Return) -> Mapping[str, VariantInfo]:
    """Every size and colour of what comes back, those of the same product together, what comes back first."""
    skus = list(dict.fromkeys(line.sku for line in found.lines if line.sku))
    return reading.sisters(skus=skus, language=get_language() or "en")


def _city(found: Return) -> str:
    """Where the customer lives, as far as the order says it."""
    sold = next((line.order_uid for line in found.lines if line.order_uid), None)
    return orders.order(uid=sold).delivery.city if sold else ""


def _near(rows: Sequence[Atp], places: Mapping[int, Location], city: str) -> list[tuple[str, object]]:
    """Stores that have it, the nearest to the city first, each with what one says of it on the phone."""
    origin = where.centre(places.values(), city)
    having = [(places[row.location_id], row.free) for row in rows if row.location_id in places and row.free > 0]
    having.sort(key=lambda one: (bool(city) and one[0].city != city, where.far(one[0], origin)))
    return [(place.code, " · ".join(_said(place, free, origin, city))) for place, free in having]


def _said(place: Location, free: int, origin: tuple[float, float] | None, city: str) -> Iterator[str]:
    yield place.name
    yield ", ".join(part for part in (place.city, place.address) if part)
    if place.city != city and origin is not None and place.latitude is not None:
        yield _("%(km)d km") % {"km": round(where.far(place, origin))}
    yield _("%(number)d there") % {"number": free}


def _named(one: VariantInfo, chosen: VariantInfo | None = None) -> Part | str:
    name = " · ".join([*map(str, one.options.values()), one.sku])
    return Status(name, "info", "check") if one is chosen else name


def _count(rows: Sequence[Atp], places: Mapping[int, Location]) -> object:
    free = sum(row.free for row in rows if row.location_id in places)
    return Number(free) if free else format_html('<span class="quiet">{}</span>', _("none"))
