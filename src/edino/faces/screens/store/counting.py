"""Counting what lies in the store: area by area with the scanner, the differences before the book is changed.

The same goods in two areas add up. Which area one stands in is kept in the session of the tablet; what each came to is
kept with the count, so that everybody who counts here sees it, and an empty battery loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.catalogue.types import VariantInfo
from edino.faces.screens.store import finding, frame, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.faces.screens.store.picking import Said
from edino.inventory import api as inventory
from edino.inventory.api import counts
from edino.inventory.errors import NoSuchCount
from edino.inventory.types import Count, CountLine
from edino.kernel.errors import Refusal
from edino.ui.screen import Action, Back, Column, Figure, Listing, Product, Status, short

_KEPT: Final = "store_count"


@dataclass(slots=True)
class Round:
    """Where somebody with this tablet stands: in which count, in which area, and what was scanned last."""

    uid: str = ""
    area: str = ""
    last: str = ""

    @classmethod
    def kept(cls, request: StoreRequest) -> "Round":
        """What the session remembers."""
        told = request.session.get(_KEPT) or {}
        return cls(*(str(told.get(name, "")) for name in ("uid", "area", "last")))

    def keep(self, request: StoreRequest) -> None:
        """Remember it."""
        request.session[_KEPT] = {"uid": self.uid, "area": self.area, "last": self.last}


@dataclass(frozen=True, slots=True)
class Row:
    """A counted line."""

    place: int
    goods: object
    counted: int
    book: int
    difference: object


_LINES: Final[Listing[Row]] = Listing(
    name="counted",
    title=gettext_lazy("Counted"),
    columns=(
        Column("goods", gettext_lazy("Goods")),
        Column("difference", gettext_lazy("Difference"), place="side"),
        Column("counted", gettext_lazy("Counted"), kind="number"),
        Column("book", gettext_lazy("In the book"), kind="number"),
    ),
    key="place",
    sort="place",
    page_size=5000,
    export=False,
    pager=False,
)


@at_store("stock.count")
def begin(request: StoreRequest) -> HttpResponse:
    """Begin to count this store, or go on with the count that is open."""
    kept = Round.kept(request)
    if request.method == "POST":
        full = request.POST.get("full") == "1"
        try:
            found = inventory.open_count(location=request.store.code, by=request.staff, full=full)
        except Refusal as refusal:
            messages.error(request, wording.why_not(refusal))
            return redirect("store_count")
        if kept.uid != str(found.uid):
            kept = Round(str(found.uid))
        kept.area = request.POST.get("area", "").strip()[:60] or kept.area
        kept.keep(request)
        return redirect("store_counting", uid=found.uid)
    open_ = counts.open_at(location=request.store.code)
    if open_ is not None:
        return redirect("store_counting", uid=open_.uid)
    return frame.page(
        request, "count_begin", title=_("Count"), lead=_("The book is changed only at the end, after you have seen it.")
    )


@at_store("stock.count")
def counting(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Scan by scan; each adds one, a number can be typed for the last thing."""
    found = _here(request, uid)
    if request.method == "POST":
        return _scanned(request, found)
    if found.state != "open":
        return redirect("store_counted", uid=uid)
    return frame.page(
        request,
        "count",
        title=_("Count %(number)d") % {"number": found.number},
        back=frame.back(),
        scan_url=reverse("store_counting", args=[uid]),
        scan_label=_("Scan what lies here"),
        scan_target="#work",
        **_context(request, found, None),
    )


@at_store("stock.count")
@require_POST
def area(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Go to another shelf."""
    _here(request, uid)
    kept = Round.kept(request)
    kept.uid, kept.last = str(uid), ""
    kept.area = request.POST.get("area", "").strip()[:60]
    kept.keep(request)
    return redirect("store_counting", uid=uid)


@at_store("stock.count")
def closing(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The differences, and then the end of the count."""
    found = _here(request, uid)
    if request.method == "POST" and found.state == "open":
        give_up = "cancel" in request.POST
        try:
            done = counts.cancel_count if give_up else inventory.close_count
            done(uid=uid, by=request.staff)
        except Refusal as refusal:
            messages.error(request, wording.why_not(refusal))
            return redirect("store_counted", uid=uid)
        request.session.pop(_KEPT, None)
        messages.success(
            request, _("Given up: the book is as it was.") if give_up else _("The book says what you counted.")
        )
        return redirect("store_counted", uid=uid)
    lines = [line for line in found.lines if line.difference or found.state == "closed"]
    missing = -sum(line.difference for line in found.lines if line.difference < 0)
    extra = sum(line.difference for line in found.lines if line.difference > 0)
    return frame.page(
        request,
        "count_end",
        title=_("Count %(number)d") % {"number": found.number},
        back=Back(_("Go on counting"), reverse("store_counting", args=[uid]))
        if found.state == "open"
        else frame.back(),
        figures=[
            Figure(_("Counted"), sum(line.counted for line in found.lines), wording.things(len(found.lines))),
            Figure(_("Missing"), missing),
            Figure(_("More than in the book"), extra),
        ],
        open=found.state == "open",
        full=found.is_full,
        table=_LINES.read(request, short(_rows(lines, _known(lines)), "place")),
    )


def _scanned(request: StoreRequest, found: Count) -> HttpResponse:
    text, sku = request.POST.get("q", "").strip()[:200], request.POST.get("sku", "")
    said: Said | None = None
    kept = Round.kept(request)
    try:
        if sku:
            said = _typed(request, kept, found, sku)
        else:
            variant = catalogue.find_variant(code=finding.code_in(text), language=get_language() or "en")
            if variant is None:
                return finding.elsewhere(request, text)
            where: dict[str, Any] = {"area": kept.area, "by": request.staff.name}
            line = inventory.record_count(uid=found.uid, sku=variant.sku, counted=1, **where)
            kept.uid, kept.last = str(found.uid), variant.sku
            said = Said(_("%(name)s: %(number)d") % {"name": variant.name, "number": line.counted})
    except Refusal as refusal:
        said = Said(wording.why_not(refusal), "bad")
    kept.keep(request)
    if not request.headers.get("HX-Request"):
        return redirect("store_counting", uid=found.uid)
    found = counts.count(uid=found.uid)
    return render(request, "faces/store/_count.html", _context(request, found, said))


def _typed(request: StoreRequest, kept: Round, found: Count, sku: str) -> Said:
    quantity = request.POST.get("quantity", "")
    if not quantity.isdecimal() or len(quantity) > 6:
        return Said(_("Type a whole number."), "warn")
    where: dict[str, Any] = {"area": kept.area, "by": request.staff.name}
    line = inventory.record_count(uid=found.uid, sku=sku, counted=int(quantity), add=False, **where)
    kept.uid, kept.last = str(found.uid), sku
    return Said(_("%(name)s: %(number)d") % {"name": sku, "number": line.counted})


def _context(request: StoreRequest, found: Count, said: Said | None) -> dict[str, Any]:
    kept = Round.kept(request)
    known = _known(found.lines)
    last = next((line for line in found.lines if line.sku == kept.last), None)
    newest = sorted(found.lines, key=lambda line: line.sku != kept.last)
    return {
        "said": [said] if said else [],
        "last": _last(last, known) if last else None,
        "url": reverse("store_counting", args=[found.uid]),
        "area_url": reverse("store_count_area", args=[found.uid]),
        "area": kept.area,
        "areas": [
            # who counted there last, if it was somebody else
            (name or _("no area"), number, by if by != request.staff.name else "")
            for name, number, by in counts.areas(uid=found.uid)
        ],
        "counted": wording.things(sum(line.counted for line in found.lines)),
        "table": _LINES.read(request, short(_rows(newest, known), "place")),
        "finish": Action(_("See the differences"), reverse("store_counted", args=[found.uid]), icon="clipboard-check"),
        "empty": not found.lines,
    }


def _last(line: CountLine, known: Mapping[int, VariantInfo]) -> dict[str, Any]:
    return {
        "product": _shown(line, known),
        "figures": [Figure(_("Counted"), line.counted), Figure(_("In the book"), line.book)],
        "sku": line.sku,
        "counted": line.counted,
    }


def _rows(lines: Any, known: Mapping[int, VariantInfo]) -> list[Row]:
    return [
        Row(place, _shown(line, known), line.counted, line.book, _difference(line)) for place, line in enumerate(lines)
    ]


def _difference(line: CountLine) -> Status:
    if not line.difference:
        return Status(_("as in the book"), "good")
    word = f"+{line.difference}" if line.difference > 0 else f"−{-line.difference}"
    return Status(word, "warn" if line.difference > 0 else "bad")


def _known(lines: Any) -> Mapping[int, VariantInfo]:
    ids = [line.variant_id for line in lines]
    return catalogue.variants_by_id(ids=ids, language=get_language() or "en") if ids else {}


def _shown(line: CountLine, known: Mapping[int, VariantInfo]) -> Product:
    info = known.get(line.variant_id)
    about = " · ".join([*(map(str, info.options.values()) if info else ()), line.sku])
    return Product(info.name if info else line.sku, about, image=(info.image or "") if info else "")


def _here(request: StoreRequest, uid: UUID) -> Count:
    """A count of this store; another's is not ours to change."""
    found = counts.count(uid=uid)
    if found.location != request.store.code:
        raise NoSuchCount
    return found
