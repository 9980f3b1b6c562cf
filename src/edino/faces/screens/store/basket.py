"""A cart as the counter sees it: lines with steps, what stands in the way, and the sum with its why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.checkout import api as checkout
from edino.checkout.types import MOST, CartView, Difference, LineView
from edino.faces.screens.bringing import Bringing, Home, bringing
from edino.faces.screens.shop.wording import act_said
from edino.faces.screens.store import frame, wording
from edino.faces.screens.store.frame import StoreRequest
from edino.kernel.money import Money
from edino.ui.parts import EMPTY, Text
from edino.ui.screen import Action, Column, Fact, Listing, Product, Status, Why, short

WAYS: Final[tuple[tuple[str, Text], ...]] = (
    ("carry", gettext_lazy("takes it now")),
    ("pickup", gettext_lazy("picks it up here later")),
    ("delivery", gettext_lazy("has it brought home")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the sale."""

    place: int
    goods: object
    step: object
    note: object
    net: Money


_LINES: Final[Listing[Row]] = Listing(
    name="cart",
    title=gettext_lazy("Goods"),
    columns=(
        Column("goods", gettext_lazy("Goods")),
        Column("net", gettext_lazy("Sum"), kind="money", place="side"),
        Column("step", gettext_lazy("How many")),
        Column("note", gettext_lazy("Note")),
    ),
    key="place",
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)


def home(request: StoreRequest, shown: CartView) -> Bringing | None:
    """Where to and by which way it is brought home; None when it leaves another way."""
    if shown.delivery is None or shown.delivery.method != "delivery":
        return None
    return bringing(Home.of(shown.delivery, city=request.store.city), shown)


def context(request: StoreRequest, shown: CartView, *, asked: bool = False) -> dict[str, Any]:
    """Everything the cart's page prints; `asked`: also what has to be said before it can be paid."""
    url = reverse("store_cart_change", args=[shown.uid])
    method = shown.delivery.method if shown.delivery else "carry"
    rows = [_row(place, line, shown, url, method) for place, line in enumerate(shown.lines)]
    lacking = [line for line in shown.lines if line.stock == "none" or line.free < line.quantity]
    pay = Action(_("Take the payment"), reverse("store_pay", args=[shown.uid]), icon="banknote", tone="primary")
    bring = home(request, shown)
    return {
        "cart": shown,
        "change_url": url,
        "table": _LINES.read(request, short(rows, "place")),
        "counted": wording.things(sum(line.quantity for line in shown.lines)),
        "ways": [(code, word, code == method) for code, word in WAYS],
        "bring": bring,
        "errors": bring.missing() if bring and asked else {},
        "codes": [(one.code, one.accepted, one.reason) for one in shown.codes],
        "total": list(total(shown)),
        "drift": [drift(one, shown.currency) for one in shown.drift],
        "lacking": bool(lacking) and method == "carry",
        "pay": pay if shown.lines else None,
        "drop": Action(_("Leave it and begin anew"), reverse("store_drop"), "post", "x", "plain"),
        "known": shown.known,
        "acts": _acts(shown),
        "said": [],
    }


def _row(place: int, line: LineView, shown: CartView, url: str, method: str) -> Row:
    about = " · ".join([*map(str, line.options.values()), line.sku])
    goods = Product(line.name, about, reverse("store_goods", args=[line.sku]), line.image or "")
    return Row(place, goods, _step(line, url), _note(line, shown.currency, method), Money(line.net, shown.currency))


def _step(line: LineView, url: str) -> SafeString:
    return frame.stepper(url, {"do": "line", "sku": line.sku}, line.quantity, most=MOST)


def _note(line: LineView, currency: str, method: str) -> SafeString:
    """What one should know of a line: how little there is, why it costs what it costs."""
    pieces: list[object] = []
    if line.free < line.quantity:
        where = _("not here") if method == "carry" else _("nowhere enough")
        pieces.append(Status(where if not line.free else _("only %(number)d") % {"number": line.free}, "bad"))
    elif line.stock == "few":
        pieces.append(Status(_("the last ones"), "warn"))
    if line.discount:
        shares = format_html_join(
            "", "<li>{}: −{}</li>", ((share.name, wording.sum_of(share.amount, currency)) for share in line.shares)
        )
        before = format_html("<s>{}</s> ", wording.sum_of(line.gross, currency))
        pieces.append(format_html("{}{}", before, Why(format_html("<ul>{}</ul>", shares))))
    elif line.quantity > 1:
        pieces.append(format_html("{} × {}", line.quantity, wording.sum_of(line.unit, currency)))
    return format_html_join(" · ", "{}", ((piece,) for piece in pieces))


def total(shown: CartView) -> Iterator[Fact]:
    """The sum, part by part."""
    currency = shown.currency
    yield Fact(_("Goods"), wording.sum_of(shown.subtotal, currency))
    if shown.discount or shown.why:
        yield Fact(_("Discount"), wording.sum_of(-shown.discount, currency), why=_why(shown))
    if shown.delivery is not None and shown.delivery.method == "delivery":
        fare = wording.sum_of(shown.delivery_amount, currency) if shown.delivery_amount else _("free")
        yield Fact(_("Delivery"), fare)
    yield Fact(_("To pay"), format_html("<b>{}</b>", wording.sum_of(shown.total, currency)))


def _why(shown: CartView) -> Why | None:
    """Each promotion that was tried: applied or not, and why."""
    rows = (
        (
            one.name,
            one.text,
            format_html(" −{}", wording.sum_of(one.amount, shown.currency)) if one.amount else EMPTY,
        )
        for one in shown.why
    )
    listed = format_html_join("", "<li><b>{}</b>: {}{}</li>", rows)
    return Why(format_html("<ul>{}</ul>", listed)) if listed else None


def drift(one: Difference, currency: str) -> str:
    """What changed since this tablet saw the cart, in a sentence."""
    values = {"sku": one.sku, "before": _said(one, one.before, currency), "after": _said(one, one.after, currency)}
    return {
        "unit": _("%(sku)s: the price was %(before)s and is %(after)s now."),
        "net": _("%(sku)s: the sum was %(before)s and is %(after)s now."),
        "quantity": _("%(sku)s: somebody changed %(before)s to %(after)s."),
        "stock": _("%(sku)s: stock changed from %(before)s to %(after)s."),
        "line": _("%(sku)s: there were %(before)s, now %(after)s."),
        "offer": _("%(sku)s is not offered here and was left out."),
        "delivery": _("It is not brought there this way any more. Choose another way."),
        "total": _("The sum was %(before)s and is %(after)s now."),
    }.get(one.what, _("The cart was changed on another device.")) % values


def _said(one: Difference, value: object, currency: str) -> object:
    if one.what in {"unit", "net", "total"} and isinstance(value, int):
        amount = Money(value, currency).amount
        return f"{amount.normalize():f} {currency}" if amount == amount.to_integral_value() else f"{amount} {currency}"
    return {"enough": _("enough"), "few": _("few"), "none": _("none"), "unknown": _("unknown")}.get(
        str(value), value if value is not None else _("none")
    )


def _acts(shown: CartView) -> list[Mapping[str, object]]:
    """Who touched this cart, so that nobody wonders where a line comes from."""
    words = {"shopper": _("the customer"), "source": _("a system"), "staff": _("staff")}
    return [
        {
            "at": act.at,
            "who": act.name or words.get(act.kind, act.kind),
            "device": act.device,
            "what": act_said(act, shown),
        }
        for act in checkout.history(uid=shown.uid, most=8)
    ]
