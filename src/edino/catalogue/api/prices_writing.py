"""Recording prices, lists, exceptions, and who waits for a lower price."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_noop as _

from edino.catalogue import events
from edino.catalogue.errors import NoSuchPrice, NoSuchVariant
from edino.catalogue.queries import prices as queries
from edino.catalogue.rules import prices as rules
from edino.catalogue.types import Rejection, UpsertReport
from edino.catalogue.types.prices import PriceInput
from edino.channels.api import actor, channels_by_code
from edino.channels.types import Source
from edino.kernel import clock, log
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

LARGEST: Final = 10**15
"""Minor units; beyond it somebody meant something else."""
STEP: Final = 2000
_WORDS: Final = {
    "sku": ("unknown", _("There is no variant with this SKU.")),
    "price_list": ("unknown", _("There is no such price list.")),
    "amount": ("out_of_range", _("A price is not below zero, and not beyond all measure.")),
    "ends_at": ("past", _("This period is over; the history is not changed afterwards.")),
}


def set_prices(*, source: Source | Person | Actor, rows: Sequence[PriceInput]) -> UpsertReport:
    """Record prices of lists; the history is kept. The same rows again change nothing.

    Within the caller's transaction or its own. Rows that cannot be taken are named in `rejected`, the others count.
    `created` is the first price a list has for a variant, `changed` any later one. Whoever waits for a lower price of
    a variant that changed gets his fact on the log.
    """
    now = clock.now()
    with transaction.atomic():
        lists = queries.lock_lists(sorted({row.price_list for row in rows}))
        variants = queries.variants_of_skus(sorted({row.sku for row in rows}))
        rejected: list[Rejection] = []
        told: list[tuple[int, rules.Told]] = []
        for index, row in enumerate(rows):
            field = _wrong(row, lists, variants)
            if field:
                rejected.append(Rejection(index, field, *_WORDS[field]))
                continue
            pair = (lists[row.price_list], variants[row.sku])
            told.append((index, rules.Told(pair, row.amount, row.starts_at, row.ends_at)))
        known = _known([one for _, one in told], now)
        counts: Counter[str] = Counter()
        new: list[queries.New] = []
        for index, one in told:
            outcome, made = rules.decide(one, known[one.pair], now)
            counts[outcome] += 1
            if outcome == "past":
                rejected.append(Rejection(index, "ends_at", *_WORDS["ends_at"]))
            elif made is not None:
                new.append(queries.New(*one.pair, made.amount, made.starts_at, made.ends_at))
        if new:
            told_by = (source.id, "") if isinstance(source, Source) else (None, source.name)
            queries.add_rows(new, source=told_by[0], author=told_by[1], at=now)
            tell_of_drops(variants=sorted({row.variant_id for row in new}))
    rejected.sort(key=lambda one: one.index)
    return UpsertReport(counts["created"], counts["changed"], counts["unchanged"], 0, tuple(rejected))


def _wrong(row: PriceInput, lists: dict[str, int], variants: dict[str, int]) -> str:
    """The field for which a row is not taken."""
    if row.sku not in variants:
        return "sku"
    if row.price_list not in lists:
        return "price_list"
    if row.amount is None:
        return "amount" if row.ends_at is not None else ""
    if not 0 <= row.amount <= LARGEST:
        return "amount"
    return "ends_at" if row.starts_at and row.ends_at and row.ends_at < row.starts_at else ""


def _known(told: Sequence[rules.Told], now: datetime) -> dict[rules.Pair, rules.Shelf]:
    pairs = [(*one.pair, one.starts_at or now) for one in told]
    known = queries.known_rows(pairs, now) if pairs else []
    rows = [((row.list_id, row.variant_id), rules.Row(row.amount, row.starts_at, row.ends_at)) for row in known]
    return rules.shelves(rows, [one.pair for one in told])


def save_price_list(
    *,
    code: str,
    name: str,
    currency: str,
    by: Person | Actor | Source,
    region: str = "",
    customer_group: str = "",
    priority: int = 0,
    active: bool = True,
    reserved: bool = False,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> bool:
    """Make a price list, or change the one of this code; whether anything changed. A currency is for ever."""
    known = {one.code: one for one in queries.lists()}.get(code)
    wrong = []
    if not code.strip() or not name.strip():
        wrong.append(FieldError("name" if code.strip() else "code", "required", "A price list has a code and a name."))
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        wrong.append(FieldError("currency", "unknown", "A currency is written as in RUB."))
    if known is not None and known.currency != currency:
        wrong.append(FieldError("currency", "fixed", "The currency of a price list cannot be changed."))
    if starts_at and ends_at and ends_at <= starts_at:
        wrong.append(FieldError("ends_at", "before_start", "It ends before it starts."))
    if wrong:
        raise Invalid(fields=wrong)
    values = {
        "code": code,
        "name": name.strip(),
        "currency": currency,
        "region": region,
        "customer_group": customer_group,
        "priority": priority,
        "active": active,
        "reserved": reserved,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    with transaction.atomic():
        changed = queries.save_list(values)
        if changed:
            staff.audit(actor=_who(by), operation="prices.edit", subject=("price list", code), detail={"did": "saved"})
    return changed


def record_price_exception(
    *,
    channel: str,
    reason: str,
    by: Person | Actor,
    currency: str,
    sku: str = "",
    amount: int | None = None,
    price_list: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> int:
    """Record that a channel pays another price, of one variant (`sku`, `amount`) or by a list, and why; its number."""
    now = clock.now()
    lists = {one.code: one for one in queries.lists()}
    variant = queries.variants_of_skus([sku]).get(sku) if sku else None
    wrong = []
    if channel not in channels_by_code():
        wrong.append(FieldError("channel", "unknown", "There is no such channel."))
    if not reason.strip():
        wrong.append(FieldError("reason", "required", "Say why this channel pays another price."))
    if bool(sku) == bool(price_list):
        wrong.append(FieldError("sku", "one_of", "Name a variant with its price, or a price list."))
    elif price_list and (price_list not in lists or lists[price_list].currency != currency):
        wrong.append(FieldError("price_list", *_WORDS["price_list"]))
    elif sku and variant is None:
        wrong.append(FieldError("sku", *_WORDS["sku"]))
    if sku and (amount is None or not 0 <= amount <= LARGEST):
        wrong.append(FieldError("amount", *_WORDS["amount"]))
    if ends_at is not None and ends_at <= (starts_at or now):
        wrong.append(FieldError("ends_at", "before_start", "It ends before it starts."))
    if wrong:
        raise Invalid(fields=wrong)
    values = {
        "channel": channel,
        "variant": variant,
        "list": lists[price_list].id if price_list else None,
        "currency": currency,
        "amount": amount if sku else None,
        "reason": reason.strip(),
        "author": by.name,
        "starts_at": starts_at or now,
        "ends_at": ends_at,
        "at": now,
    }
    with transaction.atomic():
        id_ = queries.add_exception(values)
        staff.audit(
            actor=by, operation="prices.edit", subject=("price exception", str(id_)), detail={"channel": channel}
        )
    return id_


def end_price_exception(*, id: int, by: Person | Actor) -> None:  # noqa: A002 - the field's name
    """Let an exception end now: the channel pays what everybody pays."""
    with transaction.atomic():
        channel = queries.end_exception(id, by=by.name, at=clock.now())
        if channel is None:
            raise NoSuchPrice
        staff.audit(actor=by, operation="prices.edit", subject=("price exception", str(id)), detail={"did": "ended"})


def want_price(*, sku: str, profile_id: int, currency: str, region: str = "") -> bool:
    """Somebody wants to hear when this gets cheaper than it is now; False when he waits already."""
    now = clock.now()
    with transaction.atomic():
        variant = queries.variants_of_skus([sku]).get(sku)
        if variant is None:
            raise NoSuchVariant
        found = queries.prices([variant], currency, region=region, at=now)
        if not found:
            raise NoSuchPrice
        if not queries.wish(variant, profile_id, currency=currency, region=region, seen=found[0].unit, at=now):
            return False
        body = {"sku": sku, "currency": currency, "seen": found[0].unit}
        log.append([log.Fact(events.PRICE_WANTED, "fact", now, body, profile_id=profile_id)])
        return True


def tell_of_drops(*, variants: Sequence[int] | None = None) -> int:
    """Tell those who wait for a lower price that it is there: of these variants, or all; how many were told.

    A price that begins later is found by the timetable (`catalogue.jobs.prices`).
    """
    now = clock.now()
    told = after = 0
    while True:
        with transaction.atomic():
            waiting = queries.open_wishes(after=after, limit=STEP, variants=variants)
            if not waiting:
                return told
            after = waiting[-1].id
            told += _tell(waiting, now)


def erase_wishes(holdings: Sequence[Any]) -> None:
    """Whoever is forgotten waits for no price any more; `holdings` name profiles."""
    queries.forget_wishes([one.profile_id for one in holdings if one.since is None])


def _tell(waiting: Sequence[queries.Wish], now: datetime) -> int:
    lower: list[tuple[queries.Wish, int]] = []
    for currency, region in sorted({(one.currency, one.region) for one in waiting}):
        those = [one for one in waiting if (one.currency, one.region) == (currency, region)]
        found = queries.prices(sorted({one.variant_id for one in those}), currency, region=region, at=now)
        units = {answer.variant_id: answer.unit for answer in found}
        lower += [(one, units[one.variant_id]) for one in those if units.get(one.variant_id, one.seen) < one.seen]
    if lower:
        queries.wishes_told([(one.id, amount) for one, amount in lower], now)
        log.append(
            log.Fact(
                events.PRICE_DROPPED,
                "fact",
                now,
                {"sku": one.sku, "currency": one.currency, "seen": one.seen, "price": amount},
                profile_id=one.profile_id,
            )
            for one, amount in lower
        )
    return len(lower)


def _who(by: Person | Actor | Source) -> Person | Actor:
    return actor(by) if isinstance(by, Source) else by
