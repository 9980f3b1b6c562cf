"""Promotions said plainly, rule by rule, from docs/algorithms/pricing.md: no index, no compiling, fractions for money.

It shares with the engine only the nouns of `promotions.types`.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

from edino.promotions.types import Basket, BasketLine, Definition, Goods, Rule

DELIVERY = ""


@dataclass
class Answer:
    net: dict[str, int]
    delivery: int
    shares: dict[tuple[int, str], int] = field(default_factory=dict)
    why: dict[int, str] = field(default_factory=dict)


@dataclass
class Left:
    """What is left of limits, by promotion; missing: no limit."""

    uses: dict[int, int] = field(default_factory=dict)
    customer: dict[int, int] = field(default_factory=dict)
    budget: dict[int, int] = field(default_factory=dict)
    first_order: bool | None = None


def fits(goods: Goods, line: BasketLine) -> bool:
    asked: list[tuple[Any, Any]] = [
        (goods.skus, {line.sku}),
        (goods.products, {line.product_id}),
        (goods.categories, line.category_ids),
        (goods.brands, {line.brand}),
    ]
    left_out: list[tuple[Any, Any]] = [
        (goods.without_skus, {line.sku}),
        (goods.without_categories, line.category_ids),
        (goods.without_brands, {line.brand}),
    ]
    wanted = not any(words for words, _ in asked) or any(words & theirs for words, theirs in asked)
    return wanted and not any(words & theirs for words, theirs in left_out)


def half_up(amount: Fraction) -> int:
    return floor(amount + Fraction(1, 2))


def share_out(total: int, weights: dict[str, int]) -> dict[str, int]:
    """Largest remainder; of equal remainders the earlier key."""
    whole = sum(weights.values())
    exact = {key: Fraction(total * weight, whole) for key, weight in weights.items()}
    given = {key: floor(amount) for key, amount in exact.items()}
    by_rest = sorted(weights, key=lambda key: (given[key] - exact[key], key))
    for key in by_rest[: total - sum(given.values())]:
        given[key] += 1
    return given


def price(rules: list[Rule], basket: Basket, codes: set[int], left: Left) -> Answer:
    lines = {line.key: line for line in basket.lines}
    answer = Answer({key: line.unit * line.quantity for key, line in lines.items()}, basket.delivery)
    acted: dict[str, list[Rule]] = {}
    for layer in ("line", "order", "delivery"):
        there = [rule for rule in rules if rule.definition.layer == layer and candidate(rule, basket, codes)]
        there.sort(key=lambda rule: (-rule.definition.priority, rule.id))
        done: set[int] = set()
        for rule in there:
            if rule.id in done:
                continue
            group = rule.definition.group
            unit = [other for other in there if group and other.definition.group == group] or [rule]
            best: tuple[Rule, dict[str, int]] | None = None
            for member in unit:
                done.add(member.id)
                said = attempt(member, basket, answer, acted, left)
                if isinstance(said, str):
                    answer.why[member.id] = said
                    continue
                answer.why[member.id] = "not_best"
                if best is None or sum(said.values()) > sum(best[1].values()):
                    best = (member, said)
            if best is not None:
                winner, shares = best
                answer.why[winner.id] = "applied"
                for key, amount in shares.items():
                    answer.shares[winner.id, key] = amount
                    acted.setdefault(key, []).append(winner)
                    if key == DELIVERY:
                        answer.delivery -= amount
                    else:
                        answer.net[key] -= amount
    return answer


def candidate(rule: Rule, basket: Basket, codes: set[int]) -> bool:
    told = rule.definition
    if told.starts_at is not None and basket.at < told.starts_at:
        return False
    if told.ends_at is not None and basket.at >= told.ends_at:
        return False
    if told.currency and told.currency != basket.currency:
        return False
    if told.needs_code and rule.id not in codes:
        return False
    return bool(counted(told, basket))


def counted(told: Definition, basket: Basket) -> list[BasketLine]:
    found = [line for line in basket.lines if fits(told.counted, line)]
    if told.action.kind == "gift":
        gift = told.action.goods or told.counted
        found = [line for line in found if not fits(gift, line)]
    return found


def attempt(  # noqa: PLR0911 - one for each reason
    rule: Rule, basket: Basket, answer: Answer, acted: dict[str, list[Rule]], left: Left
) -> str | dict[str, int]:
    told, action = rule.definition, rule.definition.action
    circumstance = against(told, basket, left)
    if circumstance:
        return circumstance
    base = dict(answer.net) if action.base == "net" else {line.key: line.unit * line.quantity for line in basket.lines}
    there = counted(told, basket)
    if sum(line.quantity for line in there) < told.min_quantity:
        return "quantity"
    if sum(base[line.key] for line in there) < told.min_subtotal:
        return "subtotal"
    if told.per_customer is not None and basket.customer_id is None:
        return "unknown_customer"
    if told.per_customer is not None and left.customer.get(rule.id, 1) < 1:
        return "customer_limit"
    limited = told.uses is not None or told.budget is not None or told.per_customer is not None
    if limited and left.uses.get(rule.id, 1) < 1:
        return "limit"
    if told.layer == "delivery":
        targets = [DELIVERY]
    else:
        goods = action.goods if action.goods is not None else told.counted
        targets = (
            sorted(line.key for line in basket.lines if fits(goods, line))
            if action.goods
            else sorted(line.key for line in there)
        )
        if not targets:
            return "gift_waiting" if action.kind == "gift" else "no_goods"
    free = [key for key in targets if all(meet(rule, other) for other in acted.get(key, []))]
    if not free:
        return "not_combinable"
    shares = {key: amount for key, amount in taken(rule, basket, answer, base, free).items() if amount}
    if not shares:
        return "nothing"
    if limited and left.budget.get(rule.id, 10**18) < sum(shares.values()):
        return "budget"
    return shares


def meet(one: Rule, other: Rule) -> bool:
    return (not one.definition.exclusive or other.id in one.definition.combines) and (
        not other.definition.exclusive or one.id in other.definition.combines
    )


def against(told: Definition, basket: Basket, left: Left) -> str:  # noqa: PLR0911 - one for each reason
    if told.channels and basket.channel not in told.channels:
        return "channel"
    if told.locations and basket.location not in told.locations:
        return "location"
    if told.customer_groups and not told.customer_groups & basket.groups:
        return "group"
    if told.first_order:
        first = left.first_order if basket.first_order is None else basket.first_order
        if not first:
            return "first_order"
    local = basket.at.astimezone(ZoneInfo(told.time_zone))
    minute = local.hour * 60 + local.minute
    begins, ends = told.from_minute, told.until_minute
    day = local
    if begins < ends and not begins <= minute < ends:
        return "time"
    if begins > ends:
        if ends <= minute < begins:
            return "time"
        if minute < ends:
            day = local - timedelta(days=1)
    if told.weekdays and day.isoweekday() not in told.weekdays:
        return "time"
    return ""


def taken(rule: Rule, basket: Basket, answer: Answer, base: dict[str, int], free: list[str]) -> dict[str, int]:
    """What it takes from each of the lines that are free."""
    action = rule.definition.action
    part = Fraction(action.percent, 10_000)
    if action.kind == "delivery_percent":
        whole = answer.delivery if action.base == "net" else basket.delivery
        return {DELIVERY: capped(min(half_up(whole * part), answer.delivery), action.cap)}
    if action.kind == "delivery_price":
        return {DELIVERY: capped(max(0, answer.delivery - action.amount), action.cap)}
    lines = {line.key: line for line in basket.lines}
    room = {}
    for key in free:
        line = lines[key]
        gross = line.unit * line.quantity
        least = max(
            line.minimum * line.quantity,
            ceil(Fraction(gross * action.floor_percent, 10_000)),
            action.floor_amount * line.quantity,
        )
        room[key] = max(0, answer.net[key] - least)
    if action.kind in {"order_percent", "order_amount"}:
        wanted = action.amount if action.kind == "order_amount" else half_up(sum(base[key] for key in free) * part)
        total = capped(min(wanted, sum(room.values())), action.cap)
        return share_out(total, room) if total else {}
    wanted_by_line = {}
    if action.kind in {"bundle", "gift"}:
        wanted_by_line = units(rule, basket, base, free)
    for key in free:
        line = lines[key]
        if action.kind == "percent":
            wanted_by_line[key] = half_up(base[key] * part)
        elif action.kind == "amount":
            wanted_by_line[key] = action.amount * line.quantity
        elif action.kind == "price":
            wanted_by_line[key] = max(0, answer.net[key] - action.amount * line.quantity)
    shares = {key: min(wanted, room[key]) for key, wanted in wanted_by_line.items() if min(wanted, room[key])}
    total = sum(shares.values())
    return share_out(action.cap, shares) if action.cap is not None and total > action.cap else shares


def capped(amount: int, cap: int | None) -> int:
    return amount if cap is None else min(amount, cap)


def units(rule: Rule, basket: Basket, base: dict[str, int], free: list[str]) -> dict[str, int]:
    """One by one: lay the units out from the cheapest, and mark those that get cheaper."""
    told, action = rule.definition, rule.definition.action
    lines = {line.key: line for line in basket.lines}
    laid = sorted((lines[key].unit, key) for key in free for _ in range(lines[key].quantity))
    if action.kind == "gift":
        count = action.get
    else:
        own = action.goods is None or action.goods == told.counted
        bought = len(laid) if own else sum(line.quantity for line in counted(told, basket))
        sets = bought // (action.buy + action.get if own else action.buy)
        count = action.get * (min(sets, action.times) if action.times else sets)
    marked = [key for _, key in laid[:count]]
    wanted = {}
    for key in sorted(set(marked)):
        some = marked.count(key)
        line = lines[key]
        whole = base[key] * some // line.quantity if action.base == "net" else line.unit * some
        wanted[key] = half_up(Fraction(whole * action.percent, 10_000))
    return wanted
