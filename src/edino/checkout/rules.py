"""Decisions about carts: how lines change, how carts merge and part, what differs, how tenders add up. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from edino.checkout.errors import NotPayable
from edino.checkout.types import Cart, CartView, DeliveryMethod, Difference, Line, Policy, StockWord, Tender, Zone
from edino.kernel.errors import FieldError

DEVICES: Final = 4
"""So many devices are remembered with what they were shown."""
ALWAYS_FEW: Final = 3
"""So many free pieces and fewer are called few."""


def set_line(lines: Sequence[Line], sku: str, variant_id: int, quantity: int) -> tuple[Line, ...]:
    """The lines after "so many of this SKU" was said; zero takes it out. A new SKU comes last."""
    line = Line(sku, variant_id, quantity)
    if not any(one.variant_id == variant_id for one in lines):
        return (*lines, line) if quantity else tuple(lines)
    changed = [line if one.variant_id == variant_id else one for one in lines]
    return tuple(one for one in changed if one.quantity)


def merged(kept: Sequence[Line], brought: Sequence[Line], policy: Policy, most: int) -> tuple[Line, ...]:
    """The lines of two carts as one, by policy `max` or `sum`. The order of the kept cart, then what is new."""
    theirs = {line.variant_id: line for line in brought}
    own = {line.variant_id for line in kept}
    both = []
    for line in kept:
        other = theirs.get(line.variant_id)
        quantity = line.quantity if other is None else _both(line.quantity, other.quantity, policy)
        both.append(replace(line, quantity=min(quantity, most)))
    return (*both, *(line for line in brought if line.variant_id not in own))


def _both(one: int, other: int, policy: Policy) -> int:
    return one + other if policy == "sum" else max(one, other)


def added(before: Sequence[Line], after: Sequence[Line]) -> dict[str, int]:
    """How many of each SKU a merge added."""
    had = {line.sku: line.quantity for line in before}
    gained = {line.sku: line.quantity - had.get(line.sku, 0) for line in after}
    return {sku: quantity for sku, quantity in gained.items() if quantity > 0}


def given_back(lines: Sequence[Line], brought: Mapping[str, int]) -> tuple[Line, ...]:
    """The lines without what a merge had added; what people changed in between stays, never below nothing."""
    left = [replace(line, quantity=max(0, line.quantity - brought.get(line.sku, 0))) for line in lines]
    return tuple(line for line in left if line.quantity)


def united(codes: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Coupons of two carts, each once."""
    return tuple(dict.fromkeys([*codes, *others]))


def snapshot(view: CartView) -> dict[str, Any]:
    """What a device was shown, in few words: total, and unit, net, quantity and stock of each SKU."""
    lines = {line.sku: [line.unit, line.net, line.quantity, line.stock] for line in view.lines}
    return {"version": view.version, "total": view.total, "lines": lines}


def remembered(shown: Mapping[str, Any], device: str, seen: Mapping[str, Any]) -> dict[str, Any]:
    """What devices were shown, the last few of them."""
    kept = {name: told for name, told in shown.items() if name != device}
    kept[device] = seen
    return dict(list(kept.items())[-DEVICES:])


def drift(seen: Mapping[str, Any] | None, now: Mapping[str, Any], *, own: bool = False) -> tuple[Difference, ...]:
    """What differs from what a device was last shown. `own`: its own change of lines is no news."""
    if not seen:
        return ()
    found = []
    for sku, was in seen["lines"].items():
        found += _line_drift(sku, was, now["lines"].get(sku), own=own)
    if not own:
        found += [Difference("line", sku, 0, one[2]) for sku, one in now["lines"].items() if sku not in seen["lines"]]
        if seen["total"] != now["total"]:
            found.append(Difference("total", "", seen["total"], now["total"]))
    return tuple(found)


def _line_drift(sku: str, was: Sequence[Any], new: Sequence[Any] | None, *, own: bool) -> list[Difference]:
    if new is None:
        return [] if own else [Difference("line", sku, was[2], 0)]
    found = []
    if was[0] != new[0]:
        found.append(Difference("unit", sku, was[0], new[0]))
    if was[2] != new[2]:
        if not own:
            found.append(Difference("quantity", sku, was[2], new[2]))
    elif was[1] != new[1] and was[0] == new[0] and not own:
        found.append(Difference("net", sku, was[1], new[1]))
    if was[3] != new[3]:
        found.append(Difference("stock", sku, was[3], new[3]))
    return found


def united_drift(gone: Sequence[Difference], news: Sequence[Difference]) -> tuple[Difference, ...]:
    """What left the cart and what differs since it was shown, without saying of one SKU twice that it is gone."""
    said = {one.sku for one in gone}
    return (*gone, *(one for one in news if one.what != "line" or one.sku not in said))


def expected(
    cart: Cart, total: int, expected_total: int | None, expected_version: int | None
) -> tuple[Difference, ...]:
    """What is not as the caller expected: his total, his version."""
    found = []
    if expected_version is not None and expected_version != cart.version:
        found.append(Difference("version", "", expected_version, cart.version))
    if expected_total is not None and expected_total != total:
        found.append(Difference("total", "", expected_total, total))
    return tuple(found)


def stock_word(quantity: int, free: int | None) -> StockWord:
    """How a line stands: enough, few (but enough for it), none (too few for it), or unknown."""
    if free is None:
        return "unknown"
    if free < quantity:
        return "none"
    return "few" if free <= ALWAYS_FEW else "enough"


def missing(lines: Sequence[Line], short: Iterable[tuple[int, int]]) -> tuple[Difference, ...]:
    """Which SKU is short, from (variant, how many are missing)."""
    asked = {line.variant_id: line for line in lines}
    found = []
    for variant_id, lacking in short:
        line = asked[variant_id]
        found.append(Difference("stock", line.sku, line.quantity, line.quantity - lacking))
    return tuple(found)


def amounts(tenders: Sequence[Tender], total: int) -> list[int]:
    """The amount of each tender; one may leave it open and pay the rest. `NotPayable` unless they make the total."""
    if not tenders:
        raise NotPayable(fields=[FieldError("tenders", "required", "Say how it is paid.")])
    if any(tender.amount is not None and tender.amount <= 0 for tender in tenders):
        raise NotPayable(fields=[FieldError("tenders", "amount", "An amount is more than nothing.")])
    open_ = [place for place, tender in enumerate(tenders) if tender.amount is None]
    said = sum(tender.amount or 0 for tender in tenders)
    rest = total - said
    if len(open_) > 1:
        raise NotPayable(fields=[FieldError("tenders", "open", "At most one amount may be left open.")])
    if rest < 0 or (rest > 0 and not open_):
        raise NotPayable(fields=[FieldError("tenders", "sum", "The amounts do not add up to the total.")])
    return [rest if tender.amount is None else tender.amount for tender in tenders]


def money_done(states: Iterable[str]) -> str:
    """How a purchase stands by the last attempt of each tender: paid, waiting, failed, none.

    "none" stands for a tender that nobody was asked about.
    """
    found = set(states)
    if found & {"failed", "cancelled"}:
        return "failed"
    if found & {"asked", "none"}:
        return "none"
    return "waiting" if "pending" in found else "paid"


def zone(method: DeliveryMethod, city: str, postcode: str) -> Zone | None:
    """The zone that counts: the longest beginning of the postcode, else the city, else the one for anywhere."""
    bare = "".join(letter for letter in postcode if letter.isalnum()).upper()
    best, found = 0, None
    for one in method.zones:
        fitting = max((len(start) for start in one.postcodes if bare.startswith(start)), default=0)
        if fitting > best:
            best, found = fitting, one
    if found is not None:
        return found
    name = city.strip().casefold()
    named = next((one for one in method.zones if name and name in {each.casefold() for each in one.cities}), None)
    return named or next((one for one in method.zones if not one.cities and not one.postcodes), None)


def fare(zone: Zone, goods: int) -> int:
    """What it costs to bring goods of so much, at their prices before discounts."""
    return 0 if zone.free_from is not None and goods >= zone.free_from else zone.price
