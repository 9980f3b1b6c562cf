"""The engine: what a basket costs by a book of rules. docs/algorithms/pricing.md is its specification."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from edino.promotions.rules.book import Book, Compiled
from edino.promotions.rules.taking import DELIVERY, Shares, State, take
from edino.promotions.types import Basket, BasketLine

Candidate = tuple[Compiled, list[int]]
DELIVERY_LAYER = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left of limited rules for this basket, by promotion; one that is not named has no limit of that kind.

    `first_order` says whether it would be the customer's first, where the basket does not.
    """

    uses: Mapping[int, int] = field(default_factory=dict)
    customer_uses: Mapping[int, int] = field(default_factory=dict)
    budget: Mapping[int, int] = field(default_factory=dict)
    first_order: bool | None = None


NO_LIMITS = Limits()
AskLimits = Callable[[Sequence[Compiled]], Limits]
"""Told the candidates, says what is left of their limits."""


@dataclass(slots=True)
class Verdict:
    """What became of a candidate; `values` fill the sentence of its code, `shares` are by place (-1: the delivery)."""

    rule: Compiled
    code: str
    amount: int = 0
    values: tuple[int, ...] = ()
    shares: Shares = ()


@dataclass(slots=True)
class Outcome:
    """The basket after every rule: its lines in the order of their keys, and the verdicts in the order of trying."""

    lines: Sequence[BasketLine]
    net: list[int]
    delivery_net: int
    verdicts: list[Verdict]


def evaluate(
    book: Book, basket: Basket, codes: Mapping[int, str] | None = None, limits: Limits | AskLimits = NO_LIMITS
) -> Outcome:
    """Price a basket. `codes` are the accepted codes, by promotion."""
    lines = sorted(basket.lines, key=lambda line: line.key)
    state = State(lines, basket.delivery)
    found = book.touched(lines, codes or {}, basket.at, basket.currency)
    known = limits if isinstance(limits, Limits) else limits([rule for rule, _ in found])
    asked = Asked(basket, known, Clock(basket.at))
    verdicts: list[Verdict] = []
    for unit in _in_units(found):
        if len(unit) == 1:
            [(rule, counted)] = unit
            one = _try(rule, counted, state, asked)
            if one.code == "applied":
                state.took(rule, one.shares)
            verdicts.append(one)
            continue
        tried = [_try(rule, counted, state, asked) for rule, counted in unit]
        best = max((one for one in tried if one.code == "applied"), key=lambda one: one.amount, default=None)
        for one in tried:
            if one is best:
                state.took(one.rule, one.shares)
            elif one.code == "applied":
                one.code = "not_best"
        verdicts += tried
    return Outcome(lines, state.net, state.delivery_net, verdicts)


def _order(each: Candidate) -> tuple[int, int, int]:
    return each[0].order


def _in_units(found: list[Candidate]) -> list[list[Candidate]]:
    """Candidates in the order in which they are tried; those of one group together, where the first of them stands."""
    found.sort(key=_order)
    units: list[list[Candidate]] = []
    groups: dict[tuple[int, str], list[Candidate]] = {}
    for each in found:
        group = each[0].group
        known = groups.get((each[0].layer, group)) if group else None
        if known is not None:
            known.append(each)
            continue
        units.append([each])
        if group:
            groups[each[0].layer, group] = units[-1]
    return units


class Clock:
    """The moment of a basket in the time zones that are asked for."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._known: dict[ZoneInfo, tuple[int, int]] = {}

    def at(self, zone: ZoneInfo) -> tuple[int, int]:
        """Weekday (1 to 7) and minute of the day there."""
        if zone not in self._known:
            local = self._at.astimezone(zone)
            self._known[zone] = local.isoweekday(), local.hour * 60 + local.minute
        return self._known[zone]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is the same for every rule: the basket, what is left of limits, and the moment."""

    basket: Basket
    limits: Limits
    clock: Clock


def _try(rule: Compiled, counted: list[int], state: State, asked: Asked) -> Verdict:
    """What a rule would do now, or the first reason against it."""
    against = _against(rule, counted, state, asked)
    if against is not None:
        return against
    targets = [DELIVERY] if rule.layer == DELIVERY_LAYER else state.targets(rule, counted)
    if not targets:
        return Verdict(rule, "gift_waiting" if rule.gift else "no_goods", values=(rule.rule.definition.action.get,))
    open_ = state.combinable(rule, targets)
    if not open_:
        return Verdict(rule, "not_combinable")
    shares = take(rule, state, counted, open_)
    amount = sum([share for _, share in shares])
    if not amount:
        return Verdict(rule, "nothing")
    if rule.limited and asked.limits.budget.get(rule.id, amount) < amount:
        return Verdict(rule, "budget", amount)
    return Verdict(rule, "applied", amount, (len(targets) - len(open_),), shares)


def _against(rule: Compiled, counted: list[int], state: State, asked: Asked) -> Verdict | None:
    """The first condition that does not hold."""
    against = "" if rule.plain else _circumstances(rule, asked)
    if against:
        return Verdict(rule, against)
    if rule.min_quantity and (units := state.units(counted)) < rule.min_quantity:
        return Verdict(rule, "quantity", values=(rule.min_quantity, units))
    if rule.min_subtotal and (base := state.base(rule, counted)) < rule.min_subtotal:
        return Verdict(rule, "subtotal", values=(rule.min_subtotal, base))
    if rule.limited and (against := _spent(rule, asked)):
        return Verdict(rule, against)
    return None


def _circumstances(rule: Compiled, asked: Asked) -> str:
    """What of who, where and when stands against a rule."""
    told, basket = rule.rule.definition, asked.basket
    if told.channels and basket.channel not in told.channels:
        return "channel"
    if told.locations and basket.location not in told.locations:
        return "location"
    if told.customer_groups and told.customer_groups.isdisjoint(basket.groups):
        return "group"
    if told.first_order and not (asked.limits.first_order if basket.first_order is None else basket.first_order):
        return "first_order"
    return "" if rule.zone is None or _timely(rule, asked.clock.at(rule.zone)) else "time"


def _timely(rule: Compiled, now: tuple[int, int]) -> bool:
    """Whether weekday and hour fit. Hours past midnight belong to the day they began on."""
    told = rule.rule.definition
    day, minute = now
    since, until = told.from_minute, told.until_minute
    if since > until and minute < until:
        day = day - 1 or 7
    if told.weekdays and day not in told.weekdays:
        return False
    if since == until:
        return True
    return since <= minute < until if since < until else minute >= since or minute < until


def _spent(rule: Compiled, asked: Asked) -> str:
    """Which of a rule's limits is used up."""
    basket, limits = asked.basket, asked.limits
    if rule.rule.definition.per_customer is not None:
        if basket.customer_id is None:
            return "unknown_customer"
        if limits.customer_uses.get(rule.id, 1) < 1:
            return "customer_limit"
    return "limit" if limits.uses.get(rule.id, 1) < 1 else ""
