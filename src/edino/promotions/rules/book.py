"""The book: all rules that may be in force, compiled once and looked up by what a line is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from edino.promotions.types import BasketLine, Goods, Rule

_BIT = {"line": 0, "order": 1, "delivery": 2}
MOST_GOODS = 50_000
"""So many goods are kept with what touches them; beyond, it is worked out anew."""


@dataclass(slots=True, eq=False)
class Compiled:
    """A rule with everything the engine asks of it laid out flat.

    `order` sorts rules: layer, then the highest priority, then the id.
    `plain`: no condition on who, where and when; `targets` None: the counted goods;
    `limited`: it has a capacity of some kind.
    """

    rule: Rule
    id: int
    layer: int
    order: tuple[int, int, int]
    group: str
    name: str
    version: int
    kind: str
    plain: bool
    excepting: bool
    everything: bool
    counted: Goods
    targets: Goods | None
    gift: bool
    starts_at: datetime | None
    ends_at: datetime | None
    currency: str
    by_net: bool
    exclusive: bool
    floored: bool
    limited: bool
    zone: ZoneInfo | None
    percent: int
    min_quantity: int
    min_subtotal: int
    combines: frozenset[int]

    @classmethod
    def of(cls, rule: Rule) -> "Compiled":
        """Lay a rule out."""
        told = rule.definition
        action = told.action
        timed = bool(told.weekdays) or told.from_minute != told.until_minute
        special = told.channels or told.locations or told.customer_groups or told.first_order or timed
        counted = told.counted
        return cls(
            rule=rule,
            id=rule.id,
            layer=_BIT[told.layer],
            order=(_BIT[told.layer], -told.priority, rule.id),
            group=told.group,
            name=told.name,
            version=rule.version,
            kind=action.kind,
            plain=not special,
            excepting=bool(counted.without_skus or counted.without_categories or counted.without_brands),
            everything=counted.everything,
            counted=counted,
            targets=None if action.goods == counted else action.goods,
            gift=action.kind == "gift",
            starts_at=told.starts_at,
            ends_at=told.ends_at,
            currency=told.currency,
            by_net=action.base == "net",
            exclusive=told.exclusive,
            floored=bool(action.floor_percent or action.floor_amount),
            limited=told.uses is not None or told.budget is not None or told.per_customer is not None,
            zone=ZoneInfo(told.time_zone) if timed else None,
            percent=action.percent,
            min_quantity=told.min_quantity,
            min_subtotal=told.min_subtotal,
            combines=told.combines,
        )

    def in_force(self, at: datetime, currency: str) -> bool:
        """Whether it is in force at a moment for baskets of this currency."""
        return (
            (self.starts_at is None or self.starts_at <= at)
            and (self.ends_at is None or at < self.ends_at)
            and (not self.currency or self.currency == currency)
        )


def fits(goods: Goods, line: BasketLine) -> bool:
    """Whether a line fits a selector."""
    if not (
        line.sku in goods.skus
        or line.product_id in goods.products
        or line.brand in goods.brands
        or not goods.categories.isdisjoint(line.category_ids)
        or goods.everything
    ):
        return False
    return not (
        line.sku in goods.without_skus
        or line.brand in goods.without_brands
        or not goods.without_categories.isdisjoint(line.category_ids)
    )


class Book:
    """Rules of one version of the book, found by SKU, product, category and brand; those with a code by their id."""

    def __init__(self, rules: Iterable[Rule], version: int = 0) -> None:
        self.version = version
        self.by_id: dict[int, Compiled] = {rule.id: Compiled.of(rule) for rule in rules}
        self._skus: dict[str, list[Compiled]] = {}
        self._products: dict[int, list[Compiled]] = {}
        self._categories: dict[int, list[Compiled]] = {}
        self._brands: dict[str, list[Compiled]] = {}
        self._everywhere: list[Compiled] = []
        self._touching: dict[tuple[str, int, str, frozenset[int]], tuple[Compiled, ...]] = {}
        """What touches goods of this SKU, product, brand and these categories, as asked before."""
        for rule in self.by_id.values():
            if not rule.rule.definition.needs_code:
                self._place(rule)
        self.asks_first_order = any(rule.rule.definition.first_order for rule in self.by_id.values())

    def _place(self, rule: Compiled) -> None:
        goods = rule.counted
        if goods.everything:
            self._everywhere.append(rule)
            return
        for sku in goods.skus:
            self._skus.setdefault(sku, []).append(rule)
        for product in goods.products:
            self._products.setdefault(product, []).append(rule)
        for category in goods.categories:
            self._categories.setdefault(category, []).append(rule)
        for brand in goods.brands:
            self._brands.setdefault(brand, []).append(rule)

    def _touch(self, line: BasketLine) -> tuple[Compiled, ...]:
        """The rules that name a line's goods, each once. It follows from the book alone, so it is worked out once."""
        goods = (line.sku, line.product_id, line.brand, line.category_ids)
        known = self._touching.get(goods)
        if known is None:
            named = [self._skus.get(line.sku, ()), self._products.get(line.product_id, ())]
            named += [self._brands.get(line.brand, ()), *[self._categories.get(one, ()) for one in line.category_ids]]
            if len(self._touching) >= MOST_GOODS:
                self._touching.clear()
            known = self._touching[goods] = tuple(dict.fromkeys(rule for rules in named for rule in rules))
        return known

    def touched(
        self, lines: Sequence[BasketLine], codes: Mapping[int, str], at: datetime, currency: str
    ) -> list[tuple[Compiled, list[int]]]:
        """The candidates in force, each with the places of the lines it counts, in their order."""
        found: dict[Compiled, list[int]] = {}
        for place, line in enumerate(lines):
            for rule in self._touch(line):
                if rule in found:
                    found[rule].append(place)
                else:
                    found[rule] = [place]
        whole = list(range(len(lines)))
        found |= dict.fromkeys(self._everywhere, whole)
        for id_ in codes:
            asked = self.by_id.get(id_)
            if asked is not None and asked.rule.definition.needs_code:
                found[asked] = [place for place in whole if fits(asked.counted, lines[place])]
        return [
            (rule, kept)
            for rule, places in found.items()
            if rule.in_force(at, currency) and (kept := _counted(rule, places, lines))
        ]


def _counted(rule: Compiled, places: list[int], lines: Sequence[BasketLine]) -> list[int]:
    """The places without what the rule leaves out, and without its own gift."""
    if rule.excepting:
        places = [place for place in places if fits(rule.counted, lines[place])]
    if rule.gift:
        gift = rule.targets or rule.counted
        if gift.only_skus:
            return [place for place in places if lines[place].sku not in gift.skus]
        places = [place for place in places if not fits(gift, lines[place])]
    return places
