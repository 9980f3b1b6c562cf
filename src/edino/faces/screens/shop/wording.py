"""What the shop says of carts, prices and places: values of the doors turned into words and parts."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote as quoted
from uuid import UUID

import msgspec
import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from edino.checkout import api as checkout
from edino.checkout.types import Act, CartView, CodeView, Difference, LineView
from edino.faces.screens.shop.visit import Guest
from edino.inventory import api as inventory
from edino.kernel.money import Money
from edino.ui.parts import EMPTY, Part, Status, Tone, money_text

FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Good:
    """A line of the cart as it is shown."""

    sku: str
    name: str
    about: str
    image: str
    url: str
    quantity: int
    less: int
    more: int
    unit: Money
    gross: Money
    discount: Money
    net: Money
    stock: Part | str
    deals: tuple[tuple[str, Money], ...]


def options(given: Mapping[str, str]) -> str:
    """What tells a variant from its sisters: 42 · blue."""
    return " · ".join(value for value in given.values() if value)


def product_url(product: UUID | None, sku: str = "") -> str:
    """The page of a product, with a variant chosen."""
    if product is None:
        return reverse("shop_search") + f"?q={quoted(sku)}"
    return reverse("shop_product", args=[product]) + (f"?v={quoted(sku)}" if sku else "")


def qr(text: str, scale: int = 5) -> SafeString:
    """A QR code as an inline SVG that takes the colour of its text (ISO/IEC 18004, level M)."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=3, scale=scale, svgclass="qr", lineclass=None
    )
    # Safe: the drawing is made of numbers, what it encodes is nowhere in it as text.
    return mark_safe(out.getvalue().decode())  # noqa: S308


def goods(view: CartView, channel: str) -> tuple[Good, ...]:
    """The lines of a cart, each with what can be had of it anywhere."""
    found = inventory.availability(variant_ids=[line.variant_id for line in view.lines], channel=channel)
    free = {variant: sum(row.free for row in rows) for variant, rows in found.items()}
    return tuple(_good(line, view.currency, free.get(line.variant_id, 0)) for line in view.lines)


def _good(line: LineView, currency: str, free: int) -> Good:
    return Good(
        sku=line.sku,
        name=line.name,
        about=options(line.options),
        image=line.image or "",
        url=product_url(line.product, line.sku),
        quantity=line.quantity,
        less=line.quantity - 1,
        more=line.quantity + 1,
        unit=Money(line.unit, currency),
        gross=Money(line.gross, currency),
        discount=Money(line.discount, currency),
        net=Money(line.net, currency),
        stock=_stock(line.quantity, free),
        deals=tuple((share.name, Money(share.amount, currency)) for share in line.shares if share.amount),
    )


def _stock(quantity: int, free: int) -> Part | str:
    if free <= 0:
        return Status(_("sold out"), "bad")
    if free < quantity or free <= FEW:
        tone: Tone = "bad" if free < quantity else "warn"
        return Status(ngettext("only %(n)s left", "only %(n)s left", free) % {"n": free}, tone)
    return EMPTY


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a promotion applied or did not."""

    name: str
    text: str
    status: Status
    off: Money


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon in the cart."""

    code: str
    status: Status


@dataclass(frozen=True, slots=True)
class Hands:
    """A line of the cart's history."""

    at: Any
    who: str
    what: str


def cart(view: CartView, guest: Guest) -> dict[str, Any]:
    """All that the cart's page says."""
    history = checkout.history(uid=view.uid)
    devices = {act.device for act in history}
    return {
        "lines": goods(view, guest.source_channel),
        "changes": [change for one in view.drift if (change := difference(one, view))],
        "buying": view.state == "buying",
        "hands": [_act(act, guest, view) for act in history[:20]] if len(devices) > 1 else [],
        **sums(view),
    }


def sums(view: CartView) -> dict[str, Any]:
    """The sum of a cart and why it is that."""
    currency = view.currency
    return {
        "view": view,
        "pieces": sum(line.quantity for line in view.lines),
        "subtotal": Money(view.subtotal, currency),
        "discount": Money(view.discount, currency),
        "delivery": Money(view.delivery_amount, currency),
        "total": Money(view.total, currency),
        "codes": [_coupon(one) for one in view.codes],
        "reasons": [reason(one, currency) for one in view.why],
    }


def track(**properties: Any) -> str:
    """Properties of an event as the page keeps them for the tracker."""
    return msgspec.json.encode(properties).decode()


def reason(one: Any, currency: str) -> Reason:
    """Why a promotion applied or not: a promotion's own reason, or the cart's."""
    word = Status(_("applied"), "good") if one.applied else Status(_("not applied"), "quiet")
    return Reason(one.name, one.text, word, Money(one.amount, currency))


def _coupon(one: CodeView) -> Coupon:
    word = _("Coupon %(code)s") % {"code": one.code}
    return Coupon(one.code, Status(word, "good" if one.accepted else "warn", "ticket-percent"))


def difference(one: Difference, view: CartView) -> str:
    """What is not as it was last shown, as a sentence; "" for what needs none."""
    line = next((line for line in view.lines if line.sku == one.sku), None)
    words = {"name": line.name if line else one.sku}
    if isinstance(one.before, int) and isinstance(one.after, int):
        words |= {"before": _money(one.before, view), "after": _money(one.after, view)}
    if one.what == "line" and not one.after:
        text = "" if line else _("%(name)s is not sold any more and was left out.")
    elif one.what == "offer":
        text = _("%(name)s is not offered here and was left out.")
    elif one.what == "delivery":
        text = _("It is not brought there this way any more. Choose another way.")
    elif one.what == "stock":
        text = _short(one)
    else:
        text = str(_DIFFERENCES.get(one.what, ""))
    return text % words if text else ""


def _short(one: Difference) -> str:
    if one.after in {"none", 0}:
        return _("%(name)s: there are not so many left.")
    if isinstance(one.after, int):
        return _("%(name)s: only %(number)s can be had this way. Take fewer, or choose another way.") % {
            "name": "%(name)s",
            "number": one.after,
        }
    return ""


_DIFFERENCES = {
    "total": gettext_lazy("The total is now %(after)s instead of %(before)s."),
    "unit": gettext_lazy("%(name)s costs %(after)s now instead of %(before)s."),
    "line": gettext_lazy("%(name)s was put in on another device."),
    "quantity": gettext_lazy("%(name)s: the number was changed on another device."),
}


def differences(found: Iterable[Difference], view: CartView) -> list[str]:
    """The sentences of what differs, each once."""
    return list(dict.fromkeys(text for one in found if (text := difference(one, view))))


def _money(amount: int, view: CartView) -> str:
    return money_text(Money(amount, view.currency))


def act_said(act: Act, view: CartView) -> str:
    """What was done to a cart, in a few words."""
    if act.what != "line":
        return _ACTS.get(act.what, lambda: act.what)()
    sku = str(act.detail.get("sku", ""))
    name = next((line.name for line in view.lines if line.sku == sku), sku)
    number = act.detail.get("to")
    return (
        _("%(name)s taken out") % {"name": name} if number == 0 else _("%(name)s: %(n)s") % {"name": name, "n": number}
    )


def _act(act: Act, guest: Guest, view: CartView) -> Hands:
    if act.kind == "staff":
        who = act.name or _("our staff")
    elif act.device and act.device == guest.device[: len(act.device)]:
        who = _("this device")
    else:
        who = _("another device")
    return Hands(act.at, who, act_said(act, view))


_ACTS = {
    "opened": lambda: _("cart begun"),
    "code": lambda: _("coupon changed"),
    "delivery": lambda: _("delivery chosen"),
    "contact": lambda: _("contact given"),
    "shared": lambda: _("handed over"),
    "joined": lambda: _("taken over"),
    "adopted": lambda: _("logged in"),
    "merged": lambda: _("two carts became one"),
}
