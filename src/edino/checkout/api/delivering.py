"""Methods of delivery: what brings goods where, for how much. See docs/algorithms/checkout.md."""

import re
from typing import Final

from django.db import transaction

from edino.checkout import rules
from edino.checkout.api import knowing
from edino.checkout.errors import NoSuchDelivery
from edino.checkout.queries import deliveries
from edino.checkout.types import Delivery, DeliveryMethod, DeliveryOffer, Zone
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

MOST: Final = 1 << 40
LANGUAGES: Final = frozenset({"en", "ru"})
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def delivery_methods() -> list[DeliveryMethod]:
    """Every method of delivery in its order, also those that are not offered now."""
    return deliveries.methods()


def delivery_method(*, code: str) -> DeliveryMethod:
    """One method of delivery; `NoSuchDelivery`."""
    found = next((one for one in deliveries.methods() if one.code == code), None)
    if found is None:
        raise NoSuchDelivery
    return found


def save_delivery_method(*, method: DeliveryMethod, by: Person | Actor) -> DeliveryMethod:
    """Make a method of delivery or change the one of this code. Orders that were placed keep what they were told."""
    _check(method)
    with transaction.atomic():
        deliveries.save_method(method)
        detail = {"did": "saved", "zones": len(method.zones), "active": method.active}
        staff.audit(actor=by, operation="delivery.edit", subject=("delivery method", method.code), detail=detail)
    knowing.forget()
    return method


def offered() -> bool:
    """Whether any method of delivery is offered; otherwise whoever sells says what a delivery costs."""
    return bool(knowing.delivery_methods())


def offers(
    *, currency: str, goods: int, city: str = "", postcode: str = "", language: str = "en"
) -> list[DeliveryOffer]:
    """What can bring goods of so much (minor units, before discounts) there, in the order of the methods."""
    found = []
    for method in knowing.delivery_methods().values():
        zone = rules.zone(method, city, postcode) if method.currency == currency else None
        if zone is not None:
            price = rules.fare(zone, goods)
            told = (method.code, method.name(language), currency, price, zone.price, zone.free_from, zone.days)
            found.append(DeliveryOffer(*told))
    return found


def fare(delivery: Delivery, goods: int, currency: str) -> int | None:
    """What a delivery costs for these goods; None when its service does not go there any more."""
    if not delivery.service or delivery.method != "delivery":
        return delivery.amount
    method = knowing.delivery_methods().get(delivery.service)
    zone = rules.zone(method, delivery.city, delivery.postcode) if method and method.currency == currency else None
    return None if zone is None else rules.fare(zone, goods)


def checked(delivery: Delivery) -> None:
    """`Invalid` when the service that was chosen is none, or does not go there."""
    if not delivery.service:
        return
    if delivery.method != "delivery":
        raise Invalid.field("delivery.service", "no_delivery", "Only a delivery has a service.")
    method = knowing.delivery_methods().get(delivery.service)
    if method is None:
        raise Invalid.field("delivery.service", "unknown", "There is no such way of delivery.")
    if rules.zone(method, delivery.city, delivery.postcode) is None:
        raise Invalid.field("delivery.service", "unreachable", "It is not brought there. Choose another way.")


def _check(method: DeliveryMethod) -> None:
    wrong: list[FieldError] = []
    if not _CODE.fullmatch(method.code):
        wrong.append(FieldError("code", "code", "A code is made of small letters a to z, digits, - and _."))
    if not set(method.names) <= LANGUAGES or not any(name.strip() for name in method.names.values()):
        wrong.append(FieldError("names", "required", "Say its name, in English or in Russian."))
    if any(len(name) > 200 for name in method.names.values()):
        wrong.append(FieldError("names", "too_long", "This is too long."))
    if not _CURRENCY.fullmatch(method.currency):
        wrong.append(FieldError("currency", "unknown", "There is no such currency."))
    if not method.zones:
        wrong.append(FieldError("zones", "required", "Say where it goes, and for how much."))
    for place, zone in enumerate(method.zones):
        wrong += _wrong_in(zone, f"zones[{place}]")
    if wrong:
        raise Invalid(fields=wrong)


def _wrong_in(zone: Zone, where: str) -> list[FieldError]:
    wrong = []
    if not 0 <= zone.price <= MOST or not 0 <= (zone.free_from or 0) <= MOST:
        wrong.append(FieldError(f"{where}.price", "range", "An amount is not less than nothing."))
    if not 0 <= zone.days[0] <= zone.days[1] <= 365:
        wrong.append(FieldError(f"{where}.days", "order", "It takes at least so many days, at most as many or more."))
    if any(not start.isalnum() or start != start.upper() or len(start) > 12 for start in zone.postcodes):
        wrong.append(FieldError(f"{where}.postcodes", "format", "A postcode begins with digits or capital letters."))
    if any(not name.strip() or len(name) > 200 for name in zone.cities):
        wrong.append(FieldError(f"{where}.cities", "required", "A city has a name."))
    return wrong
