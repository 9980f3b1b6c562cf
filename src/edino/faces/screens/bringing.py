"""Goods that are brought home: what goes there, for how much, in how many days. Shop and store ask by one form."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from edino.checkout.api import delivering
from edino.checkout.types import CartView, Delivery
from edino.kernel.money import Money

PRICE: Final = "EDINO_DELIVERY_PRICE"


@dataclass(frozen=True, slots=True)
class Home:
    """Where goods are to be brought, as it was said, and by which way of delivery (its code)."""

    city: str = ""
    postcode: str = ""
    address: str = ""
    service: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], *, city: str = "") -> "Home":
        """From a form; `city` is meant where the form does not ask for one."""
        said = {name: given.get(name, "").strip()[:500] for name in ("postcode", "address", "service")}
        return cls(given.get("city", city).strip()[:200], said["postcode"][:20], said["address"], said["service"][:40])

    @classmethod
    def of(cls, delivery: Delivery | None, *, city: str = "") -> "Home":
        """From a cart, else that city."""
        if delivery is None or delivery.method != "delivery":
            return cls(city)
        return cls(delivery.city or city, delivery.postcode, delivery.address, delivery.service)


@dataclass(frozen=True, slots=True)
class Service:
    """A way of delivery: what it is called, what it costs for this cart, in how many days, free from which sum."""

    code: str
    label: str
    price: Money
    days: str
    free_from: Money | None
    current: bool


@dataclass(frozen=True, slots=True)
class Bringing:
    """What the form shows: where to, and the ways that go there. Without `by_zone` there are none: `price` counts."""

    home: Home
    services: tuple[Service, ...]
    by_zone: bool
    price: Money

    def delivery(self) -> Delivery:
        """The delivery that is asked for."""
        home = self.home
        where = Delivery("delivery", city=home.city, address=home.address)
        if self.services:
            return replace(where, service=home.service, postcode=home.postcode)
        return replace(where, amount=0 if self.by_zone else self.price.minor)

    def missing(self) -> dict[str, str]:
        """What has still to be said, by field, in the order of the form."""
        errors = {}
        if not self.home.city:
            errors["city"] = _("Say the city.")
        elif self.by_zone and not self.services:
            errors["city"] = _("We do not deliver there yet. Choose another city, or pick it up.")
        if not self.home.address:
            errors["address"] = _("Say street, house and flat.")
        return errors


def bringing(home: Home, view: CartView) -> Bringing:
    """The ways that go there, for the goods of this cart; the one that was named is chosen, else the first."""
    told = {"city": home.city, "postcode": home.postcode, "language": get_language() or "en"}
    found = delivering.offers(currency=view.currency, goods=view.subtotal, **told)
    codes = [one.code for one in found]
    chosen = home.service if home.service in codes else next(iter(codes), "")
    services = tuple(
        Service(
            one.code,
            one.name,
            Money(one.price, one.currency),
            _days(*one.days),
            Money(one.free_from, one.currency) if one.free_from and one.price else None,
            one.code == chosen,
        )
        for one in found
    )
    return Bringing(replace(home, service=chosen), services, delivering.offered(), Money(_price(), view.currency))


def _price() -> int:
    """What a delivery costs where no way of delivery is kept, minor units of the shop's currency, else nothing."""
    told = os.environ.get(PRICE, "0")
    return int(told) if told.isdecimal() else 0


def _days(first: int, last: int) -> str:
    if not last:
        return _("today")
    if first == last:
        return ngettext("in %(count)s day", "in %(count)s days", last) % {"count": last}
    return _("in %(first)s–%(last)s days") % {"first": first, "last": last}
