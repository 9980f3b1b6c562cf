"""What a customer brings back: of one order, of several, of a receipt, or of nothing that proves it.

Scanning an order or receipt shows what may still come back of it, scanning goods counts them; the worth of it and how
it goes back is shown on the next page, before anything happens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.checkout import api as checkout
from edino.customers import api as customers
from edino.customers.errors import NoSuchCustomer
from edino.faces.screens.store import finding, frame, sales, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.faces.screens.store.picking import Said
from edino.kernel import ids
from edino.kernel.errors import Refusal
from edino.orders import api as orders
from edino.orders.api import returns
from edino.orders.errors import NoSuchOrder
from edino.orders.types import Line, Order, ReturnLineInput
from edino.ui.screen import Action, Column, Listing, Product, short

_KEPT: Final = "store_back"
_MOST_ORDERS: Final = 10
_MOST_LOOSE: Final = 50


@dataclass(slots=True)
class Heap:
    """What lies on the counter: orders that were shown, pieces of their lines, goods that nothing proves, whose."""

    uid: str
    orders: list[str]
    pieces: dict[str, int]
    loose: dict[str, int]
    customer: str = ""

    @classmethod
    def kept(cls, request: StoreRequest) -> "Heap":
        """The heap of this tablet; a new one where there is none."""
        kept = request.session.get(_KEPT)
        return cls(**kept) if kept else cls(str(ids.uuid7()), [], {}, {})

    def keep(self, request: StoreRequest) -> None:
        """Remember it in this session."""
        request.session[_KEPT] = {
            "uid": self.uid,
            "orders": self.orders[-_MOST_ORDERS:],
            "pieces": {key: count for key, count in self.pieces.items() if count},
            "loose": {key: count for key, count in list(self.loose.items())[-_MOST_LOOSE:] if count},
            "customer": self.customer,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A line that may come back, or goods without proof."""

    place: int
    goods: object
    step: object
    of: object
    worth: object


class Why(forms.Form):
    """Why it comes back; one word for the whole heap."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=wording.CAME_BACK, widget=forms.RadioSelect)


_LINES: Final[Listing[Row]] = Listing(
    name="back",
    title=gettext_lazy("What comes back"),
    columns=(
        Column("goods", gettext_lazy("Goods")),
        Column("worth", gettext_lazy("Paid for one"), kind="money", place="side"),
        Column("step", gettext_lazy("How many")),
        Column("of", gettext_lazy("Of"), quiet=True),
    ),
    key="place",
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)


@at_store("returns.take")
def back(request: StoreRequest) -> HttpResponse:
    """The heap on the counter; a scan adds to it."""
    heap = Heap.kept(request)
    if request.method == "POST":
        return _scanned(request, heap)
    if _linked(request, heap):
        return redirect("store_back")
    return frame.page(
        request,
        "back",
        title=_("Take back"),
        lead=_("Scan the receipt or the order, then what comes back. Without a receipt, scan the card and the goods."),
        back=frame.back(),
        scan_url=reverse("store_back"),
        scan_label=_("Scan a receipt, an order, goods, a card"),
        scan_target="#work",
        **_context(request, heap),
    )


@at_store("returns.take")
@require_POST
def count(request: StoreRequest) -> HttpResponse:
    """One more or one less of a line."""
    heap = Heap.kept(request)
    line, code, quantity = (request.POST.get(name, "") for name in ("line", "code", "quantity"))
    number = int(quantity) if quantity.isdecimal() and len(quantity) < 5 else 0
    if line:
        heap.pieces[line[:20]] = number
    elif code:
        heap.loose[code[:100]] = number
    heap.keep(request)
    return render(request, "faces/store/_back.html", _context(request, heap))


@at_store("returns.take")
@require_POST
def begin(request: StoreRequest) -> HttpResponse:
    """Open the return: its pieces are taken, so that nobody can bring the same thing back twice."""
    heap, form = Heap.kept(request), Why(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it comes back."))
        return redirect("store_back")
    reason = str(form.cleaned_data["reason"])
    try:
        profile = _profile(request, heap)
        made = returns.request_return(
            uid=UUID(heap.uid),
            lines=_given(heap, reason),
            by=request.staff,
            way="store",
            location=request.store.code,
            profile_id=profile,
            reason=reason,
            currency=_currency(heap),
            source_id=sales.source(request).id,
        )
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_back")
    request.session.pop(_KEPT, None)
    return redirect("store_returned", uid=made.uid)


@at_store("returns.take")
@require_POST
def clear(request: StoreRequest) -> HttpResponse:
    """Nothing comes back after all."""
    request.session.pop(_KEPT, None)
    return redirect("store_back")


def _scanned(request: StoreRequest, heap: Heap) -> HttpResponse:
    text = request.POST.get("q", "").strip()[:200]
    said = _taken(request, heap, text)
    if said is None:
        return finding.elsewhere(request, text)
    heap.keep(request)
    if not request.headers.get("HX-Request"):
        if said.tone != "good":
            messages.warning(request, said.text)
        return redirect("store_back")
    return render(request, "faces/store/_back.html", _context(request, heap) | {"said": [said]})


def _taken(request: StoreRequest, heap: Heap, text: str) -> Said | None:
    """What a scan adds: an order or receipt, a piece of goods, the customer; None when it is none of these."""
    code = finding.code_in(text)
    found = orders.find(text=code)
    if found:
        return _with_order(heap, found[0])
    variant = catalogue.find_variant(code=code, language=get_language() or "en")
    if variant is not None:
        return _with_goods(heap, variant.id, variant.sku, variant.name)
    people = [one for one in customers.search(text=code, limit=2) if one.by in {"uid", "identifier"}]
    if len(people) == 1:
        heap.customer = str(people[0].uid)
        return Said(_("Brought back by %(name)s.") % {"name": people[0].name or _("the customer")})
    return None


def _with_order(heap: Heap, found: Order) -> Said:
    values = {"number": found.number}
    if not any(line.left for line in found.lines):
        return Said(_("Nothing of order %(number)s can come back any more.") % values, "warn")
    if str(found.uid) not in heap.orders:
        heap.orders.append(str(found.uid))
    return Said(_("Order %(number)s: now scan what comes back of it.") % values)


def _with_goods(heap: Heap, variant: int, sku: str, name: str) -> Said:
    for line in _lines(heap):
        have = heap.pieces.get(str(line.id), 0)
        if line.variant_id == variant and have < line.left:
            heap.pieces[str(line.id)] = have + 1
            return Said(_("%(name)s comes back.") % {"name": name})
    heap.loose[sku] = heap.loose.get(sku, 0) + 1
    text = _("%(name)s: none of these receipts has it. Scan the card: what the customer bought is looked through.")
    return Said(text % {"name": name}, "info" if heap.customer else "warn")


def _linked(request: StoreRequest, heap: Heap) -> bool:
    """An order or a customer that another page sends here."""
    order, customer = request.GET.get("order", ""), request.GET.get("customer", "")
    try:
        if order:
            found = orders.order(uid=UUID(order))
            _with_order(heap, found)
        if customer:
            heap.customer = str(customers.customer_now(uid=UUID(customer)).uid)
    except (ValueError, NoSuchOrder, NoSuchCustomer):
        return True
    if order or customer:
        heap.keep(request)
    return bool(order or customer)


def _orders(heap: Heap) -> Iterator[Order]:
    for uid in heap.orders:
        try:
            yield orders.order(uid=UUID(uid))
        except NoSuchOrder:
            continue


def _lines(heap: Heap) -> list[Line]:
    return [line for order in _orders(heap) for line in order.lines if line.left]


def _given(heap: Heap, reason: str) -> list[ReturnLineInput]:
    named = [
        ReturnLineInput(min(heap.pieces.get(str(line.id), 0), line.left), line.id, reason=reason)
        for line in _lines(heap)
        if heap.pieces.get(str(line.id))
    ]
    return named + [ReturnLineInput(count, None, sku, reason) for sku, count in heap.loose.items() if count]


def _currency(heap: Heap) -> str:
    found = next(iter(_orders(heap)), None)
    return found.currency if found else catalogue.assortment_of("store").currency


def _profile(request: StoreRequest, heap: Heap) -> int | None:
    if not heap.customer:
        return None
    return checkout.profile_of(customer=UUID(heap.customer), source=sales.source(request))


def _context(request: StoreRequest, heap: Heap) -> dict[str, Any]:
    rows = list(_rows(heap))
    chosen = sum(heap.pieces.values()) + sum(heap.loose.values())
    return {
        "table": _LINES.read(request, short(rows, "place")),
        "form": Why(initial={"reason": wording.CAME_BACK[0][0]}),
        "chosen": chosen,
        "counted": wording.things(chosen) if chosen else "",
        "loose": bool(heap.loose),
        "customer": bool(heap.customer),
        "limit": _limit(heap) if heap.loose else "",
        "urls": {"begin": reverse("store_back_begin")},
        "clear": Action(_("Begin anew"), reverse("store_back_clear"), "post", "x", "plain") if rows else None,
        "said": [],
    }


def _limit(heap: Heap) -> str:
    """How much may come back without a receipt, and what is left of it for this customer."""
    customer = customers.customer_now(uid=UUID(heap.customer)).id if heap.customer else None
    found = returns.allowance(currency=_currency(heap), customer_id=customer)
    values = {
        "times": found.policy.times,
        "sum": wording.plain(found.policy.amount, found.currency),
        "days": found.policy.days,
        "left": found.times,
        "rest": wording.plain(found.amount, found.currency),
    }
    text = _("Without a receipt: at most %(times)d returns for %(sum)s in %(days)d days.") % values
    if customer is None:
        return text
    return f"{text} {_('For this customer %(left)d and %(rest)s are left.') % values}"


def _rows(heap: Heap) -> Iterator[Row]:
    place = 0
    for order in _orders(heap):
        for line in order.lines:
            if not line.left:
                continue
            have = min(heap.pieces.get(str(line.id), 0), line.left)
            step = _step({"line": str(line.id)}, have, line.left)
            worth = wording.sum_of(line.net // line.quantity, order.currency)
            of = _("%(left)d of order %(number)s") % {"left": line.left, "number": order.number}
            yield Row(place, Product(line.name, line.sku), step, of, worth)
            place += 1
    known = catalogue.variants_by_sku(skus=list(heap.loose), language=get_language() or "en") if heap.loose else {}
    for sku, have in heap.loose.items():
        name = known[sku].name if sku in known else sku
        yield Row(place, Product(name, sku), _step({"code": sku}, have, 99), _("without a receipt"), None)
        place += 1


def _step(values: Mapping[str, str], have: int, most: int) -> object:
    return frame.stepper(reverse("store_back_count"), values, have, most=most, least=0)
