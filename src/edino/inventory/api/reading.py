"""What can be promised, and why."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from edino.inventory.api.places import location as place_of
from edino.inventory.errors import NoSuchVariant
from edino.inventory.queries import availability as stock
from edino.inventory.queries import ledger
from edino.inventory.queries.availability import Parts
from edino.inventory.types import Atp, CityStock, Term, Trace
from edino.kernel import clock
from edino.kernel.holds import Owner


def availability(
    *,
    variant_ids: Sequence[int],
    location_ids: Sequence[int] | None = None,
    channel: str = "",
    owner: Owner | None = None,
) -> dict[int, list[Atp]]:
    """What can be promised of variants, by location, in one statement; active locations where the variant ever was.

    `channel`: what it may not sell is kept back. `owner`: what he holds himself counts as free, as for the cart that
    is being checked out. A variant that nobody ever had has an empty list.
    """
    found: dict[int, list[Atp]] = {variant: [] for variant in variant_ids}
    for one in stock.availability(list(found), location_ids, channel, clock.now(), owner):
        found[one.variant_id].append(one)
    return found


def by_city(*, variant_ids: Sequence[int], channel: str = "") -> dict[int, list[CityStock]]:
    """In which cities variants can be had now: units and places of each, by city; what nobody has is missing."""
    found: dict[int, list[CityStock]] = {variant: [] for variant in variant_ids}
    for one in stock.by_city(list(found), channel, clock.now()):
        found[one.variant_id].append(one)
    return found


def trace(*, sku: str, location: str, channel: str = "") -> Trace:
    """How many of an SKU can be promised at a location, with each step of the sum: the answer to "why 3?".

    `NoSuchVariant`, `NoSuchLocation`. The amounts of the terms add up to `free`.
    """
    place = place_of(code=location)
    variant = ledger.variant_ids([sku]).get(sku)
    if variant is None:
        raise NoSuchVariant
    parts = stock.parts(variant, place.id, channel, clock.now())
    if parts is None:
        return Trace(sku, location, channel, (Term("never", 0, _("It never was here.")),), 0)
    terms = [*_terms(parts, channel)]
    left = sum(term.amount for term in terms)
    if left < 0:
        text = _("More is kept back or promised than lies here; nothing more can be promised.")
        terms.append(Term("not_below_zero", -left, text))
        left = 0
    if not parts.active and left:
        terms.append(Term("closed", -left, _("The location is closed.")))
        left = 0
    return Trace(sku, location, channel, tuple(terms), left, tuple(stock.inbound(variant, place.id)))


def _terms(parts: Parts, channel: str) -> list[Term]:
    found = [Term("on_hand", parts.total, _("Lie here in good condition."))]
    if parts.slack:
        found.append(Term("backorder", parts.slack, _("May be promised beyond what lies here.")))
    if parts.used:
        found.append(Term("promised", -parts.used, _("Are sold and have not left yet.")))
    if parts.held:
        found.append(Term("held", -parts.held, _("Are held in carts and orders that are being paid.")))
    if parts.safety:
        text = _("Are kept back as safety stock of this item.") if parts.own_safety else ""
        found.append(Term("safety", -parts.safety, text or _("Are kept back as safety stock of this location.")))
    if parts.reserve:
        text = _("Are not sold in the channel %(channel)s.") % {"channel": channel}
        found.append(Term("reserve", -parts.reserve, text))
    if parts.damaged:
        text = _("Damaged ones lie here beside these: %(count)s.") % {"count": parts.damaged}
        found.append(Term("damaged", 0, text))
    if parts.quarantine:
        text = _("Ones to be inspected lie here beside these: %(count)s.") % {"count": parts.quarantine}
        found.append(Term("quarantine", 0, text))
    return found
