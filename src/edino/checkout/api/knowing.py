"""What hardly ever changes, kept in this process for a few seconds: variants, assortments, places, slots, sources."""

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, TypeVar
from uuid import UUID

from edino.catalogue import api as catalogue
from edino.catalogue.types import Assortment, VariantInfo
from edino.channels import api as channels
from edino.channels.types import Source
from edino.checkout.queries import carts as queries
from edino.checkout.queries import deliveries
from edino.checkout.queries.carts import SlotRow
from edino.checkout.types import DeliveryMethod
from edino.inventory import api as inventory
from edino.inventory.api.places import sourcing_rules
from edino.inventory.types import Location, SourcingRule

SECONDS: Final = 5.0
"""A change made elsewhere is seen after so long at most. Prices, stock and coupons are never kept."""
_MOST: Final = 20_000

Found = TypeVar("Found")
_kept: dict[Hashable, tuple[float, Any]] = {}
_lock = threading.Lock()


def forget() -> None:
    """Drop what is kept, so that the next call asks anew."""
    with _lock:
        _kept.clear()


def _once(key: Hashable, ask: Callable[[], Found]) -> Found:
    at = time.monotonic()
    known = _kept.get(key)
    if known is None or at - known[0] > SECONDS:
        known = (at, ask())
        _keep({key: known})
    return known[1]


def _keep(found: dict[Hashable, tuple[float, Any]]) -> None:
    with _lock:
        if len(_kept) > _MOST:
            _kept.clear()
        _kept.update(found)


def variants(ids: Iterable[int], language: str) -> dict[int, VariantInfo]:
    """Variants by id; one statement for those that are not known."""
    at = time.monotonic()
    found: dict[int, VariantInfo] = {}
    missing = []
    for id_ in ids:
        known = _kept.get(("variant", language, id_))
        if known is None or at - known[0] > SECONDS:
            missing.append(id_)
        else:
            found[id_] = known[1]
    if missing:
        asked = catalogue.variants_by_id(ids=missing, language=language)
        _keep({("variant", language, id_): (at, info) for id_, info in asked.items()})
        found.update(asked)
    return found


def variant(sku: str, language: str) -> VariantInfo | None:
    """The variant of a SKU."""
    at = time.monotonic()
    known = _kept.get(("sku", language, sku))
    if known is None or at - known[0] > SECONDS:
        info = catalogue.variants_by_sku(skus=[sku], language=language).get(sku)
        if info is None:
            return None
        known = (at, info)
        _keep({("sku", language, sku): known, ("variant", language, info.id): known})
    return known[1]


def assortment(code: str, channel: str) -> Assortment:
    """The assortment of this code, else that of the channel."""

    def ask() -> Assortment:
        named = [one for one in catalogue.assortments() if one.code == code] if code else []
        return named[0] if named else catalogue.assortment_of(channel)

    return _once(("assortment", code, channel), ask)


def places() -> dict[str, Location]:
    """Every location by its code."""
    return _once("places", lambda: {one.code: one for one in inventory.locations()})


def delivery_methods() -> dict[str, DeliveryMethod]:
    """The methods of delivery that are offered, by code, in their order."""
    return _once("delivery methods", lambda: {one.code: one for one in deliveries.methods() if one.active})


def sourcing() -> list[SourcingRule]:
    """The rules of sourcing."""
    return _once("sourcing", sourcing_rules)


def slot(uid: UUID, location: str) -> SlotRow | None:
    """A pickup slot at a location; what is free of it is never kept. One that is not there is asked for each time."""
    at = time.monotonic()
    known = _kept.get(("slot", uid, location))
    if known is None or at - known[0] > SECONDS:
        found = queries.slot(uid, location)
        if found is None:
            return None
        known = (at, found)
        _keep({("slot", uid, location): known})
    return known[1]


def source(id_: int) -> Source:
    """A source by its number."""
    return _once(("source", id_), lambda: channels.get_source(id=id_))
