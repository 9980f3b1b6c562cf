"""Where a purchase comes from, with a reason for every choice."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edino.inventory.api import parcels
from edino.inventory.api.parcels import ParcelDay
from edino.inventory.api.reading import availability
from edino.inventory.errors import NoSuchLocation
from edino.inventory.queries import places
from edino.inventory.rules.sourcing import Ask, Sourced, Taken, source
from edino.inventory.types import Allocation, Atp, Choice, Demand, Group, Location, Method, Plan, SourcingRule
from edino.kernel.holds import Owner


def plan(
    *,
    demand: Sequence[Demand],
    method: Method,
    pickup: str | None = None,
    city: str = "",
    channel: str = "",
    exclude: Sequence[str] = (),
    prefer: Sequence[str] = (),
    owner: Owner | None = None,
    known: Sequence[Location] | None = None,
    rules: Sequence[SourcingRule] | None = None,
) -> Plan:
    """Choose where goods come from, by the rules of sourcing. Nothing is held: whoever wants it holds the allocations.

    `pickup`: the location of method pickup and carry; `exclude` and `prefer` are codes of locations. `owner`: what he
    holds himself counts as free. `known`: every location, as the caller read them a moment ago; stock is always
    read anew. `rules`: others than those that hold, to try them out. What cannot be had is in `short`, as (variant,
    units). Besides the allocations, one unit of each of `parcels` is to be held. `NoSuchLocation` for a pickup that is
    none.
    """
    wanted: dict[int, int] = {}
    for one in demand:
        if one.quantity > 0:
            wanted[one.variant_id] = wanted.get(one.variant_id, 0) + one.quantity
    everywhere = places.locations() if known is None else known
    if method != "delivery" and not any(place.code == pickup and place.active for place in everywhere):
        raise NoSuchLocation
    if rules is None:
        rules = places.sourcing_rules()
    keeps = any(rule.kind == "keep_safety" and rule.active and rule.method in {"", method} for rule in rules)
    found = availability(variant_ids=list(wanted), channel=channel, owner=owner)
    atps = {(one.location_id, one.variant_id): one for rows in found.values() for one in rows}
    stock = {pair: one.free if keeps else max(one.free, one.on_hand - one.promised) for pair, one in atps.items()}
    limited = [] if method == "carry" else [place for place in everywhere if place.daily_parcels is not None]
    days = parcels.today(limited) if limited else {}
    full = [place.code for place in limited if days[place.id].free <= 0]
    ask = Ask(wanted, method, pickup or "", city, exclude, prefer, full)
    return _plan(source(ask, everywhere, stock, rules), atps, days)


def _plan(sourced: Sourced, atps: dict[tuple[int, int], Atp], days: Mapping[int, ParcelDay]) -> Plan:
    allocations = tuple(
        Allocation(variant, one.place.id, quantity, atps[one.place.id, variant].capacity_id, one.way)
        for one in sourced.taken
        for variant, quantity in sorted(one.lines.items())
    )
    groups = tuple(Group(one.place.id, one.way, tuple(sorted(one.lines.items()))) for one in sourced.taken)
    why = [Choice(place.code, "exclude", _("Left out by a rule, though it has some.")) for place in sourced.left_out]
    why += [Choice(place.code, "full", _("Packs no more parcels today, though it has some.")) for place in sourced.full]
    why += [Choice(one.place.code, one.rule, _reason(one)) for one in sourced.taken]
    if len(sourced.taken) > 1:
        count = len(sourced.taken)
        text = ngettext(
            "No single place has everything, so it comes from %(count)s place.",
            "No single place has everything, so it comes from %(count)s places.",
            count,
        )
        why.append(Choice("", "split", text % {"count": count}))
    if sourced.whole:
        why.append(Choice("", "one_parcel", _("Nobody has it all, and a rule forbids to split.")))
    elif sourced.short:
        why.append(Choice("", "short", _("Nobody has the rest.")))
    sent = tuple(days[one.place.id].capacity_id for one in sourced.taken if one.way != "carry" and one.place.id in days)
    return Plan(allocations, groups, tuple(sorted(sourced.short.items())), tuple(why), sent)


def _reason(one: Taken) -> str:
    return _REASONS[one.rule]() % {"name": one.place.name, "city": one.place.city, "among": one.among}


_REASONS = {
    "only": lambda: _("%(name)s alone has what is still missing."),
    "prefer": lambda: _("%(name)s was asked for."),
    "own_stock": lambda: _("%(name)s has it on its own shelves, where it is picked up."),
    "fewest_parcels": lambda: _("%(name)s makes for the fewest parcels."),
    "same_city": lambda: _("%(name)s is in the shopper's city, %(city)s."),
    "nearest": lambda: _("%(name)s is nearest."),
    "stores_last": lambda: _("%(name)s is no store: stores are asked last."),
    "location_order": lambda: _("%(name)s comes first in the order of locations."),
    "code": lambda: _("%(name)s comes first by its code; the rules see no difference."),
}
