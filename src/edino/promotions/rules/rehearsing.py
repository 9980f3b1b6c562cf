"""A promotion tried on baskets of the past: priced without it and with it, its own limits counted along."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from heapq import nlargest

from edino.promotions.rules.book import Book
from edino.promotions.rules.engine import Limits, Outcome, evaluate
from edino.promotions.types import Basket, Moved, PastBasket, Rehearsal, Rule, Seller

SHOWN = 20


class Stage:
    """One rehearsal: `rules` are those that run, without the one that is tried."""

    def __init__(self, tried: Rule, rules: Iterable[Rule], currency: str) -> None:
        others = list(rules)
        self.tried = replace(tried, definition=replace(tried.definition, starts_at=None, ends_at=None))
        self.currency = currency
        self._before = Book(others)
        self._after = Book([*others, self.tried])
        self._uses = 0
        self._spent = 0
        self._by_customer: Counter[int] = Counter()
        self._moved: list[Moved] = []
        self._sellers: dict[str, list[int]] = {}
        self._refused: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()

    def show(self, past: PastBasket, codes: Mapping[int, str]) -> None:
        """Price one basket twice. `codes` are those it gave, by promotion; the tried one's code everybody gives."""
        basket = past.basket
        sums = self._sums
        sums["baskets"] += 1
        before = evaluate(self._before, basket, codes)
        after = evaluate(self._after, basket, {**codes, self.tried.id: "*"}, self._limits(basket))
        touched = 0
        for one in after.verdicts:
            if one.rule.id == self.tried.id:
                self._refused.update([one.code] if one.code != "applied" else [])
                touched = one.amount if one.code == "applied" else 0
        if touched:
            self._uses += 1
            self._spent += touched
            sums["touched"] += 1
            sums["discount"] += touched
            if basket.customer_id is not None:
                self._by_customer[basket.customer_id] += 1
        self._compare(past, before, after, touched=bool(touched))

    def _limits(self, basket: Basket) -> Limits:
        told, id_ = self.tried.definition, self.tried.id
        uses = {} if told.uses is None else {id_: told.uses - self._uses}
        budget = {} if told.budget is None else {id_: told.budget - self._spent}
        customer = {}
        if told.per_customer is not None and basket.customer_id is not None:
            customer = {id_: told.per_customer - self._by_customer[basket.customer_id]}
        return Limits(uses, customer, budget)

    def _compare(self, past: PastBasket, before: Outcome, after: Outcome, *, touched: bool) -> None:
        sums = self._sums
        totals = [sum(one.net) + one.delivery_net for one in (before, after)]
        sums["before"] += totals[0]
        sums["after"] += totals[1]
        margins = [0, 0]
        for place, line in enumerate(before.lines):
            sums["gross"] += line.unit * line.quantity
            cost = past.costs.get(line.key)
            if cost is not None:
                sums["costed"] += line.unit * line.quantity
                margins[0] += before.net[place] - cost * line.quantity
                margins[1] += after.net[place] - cost * line.quantity
            if before.net[place] != after.net[place]:
                seller = self._sellers.setdefault(line.sku, [0, 0, 0])
                seller[0] += line.quantity
                seller[1] += before.net[place]
                seller[2] += after.net[place]
        sums["margin_before"] += margins[0]
        sums["margin_after"] += margins[1]
        if touched:
            sums["touched_before"] += margins[0]
            sums["touched_after"] += margins[1]
        if totals[0] != totals[1]:
            sums["winners" if totals[1] < totals[0] else "losers"] += 1
            self._moved.append(Moved(past.order_uid, totals[0], totals[1], past.number))
            if len(self._moved) > 1000:
                self._moved = [*self._biggest(1), *self._biggest(-1)]

    def _biggest(self, sign: int) -> list[Moved]:
        there = [one for one in self._moved if (one.before - one.after) * sign > 0]
        return nlargest(SHOWN, there, key=lambda one: (abs(one.before - one.after), str(one.order_uid)))

    def told(self, skipped: int = 0) -> Rehearsal:
        """What it came to."""
        sums = self._sums
        costed = sums["costed"]
        sold = nlargest(SHOWN, self._sellers.items(), key=lambda item: (abs(item[1][1] - item[1][2]), item[0]))
        even = None
        if costed and sums["touched_after"] > 0:
            even = sums["touched_before"] / sums["touched_after"] - 1
        return Rehearsal(
            currency=self.currency,
            baskets=sums["baskets"],
            touched=sums["touched"],
            winners=sums["winners"],
            losers=sums["losers"],
            revenue_before=sums["before"],
            revenue_after=sums["after"],
            discount=sums["discount"],
            margin_before=sums["margin_before"] if costed else None,
            margin_after=sums["margin_after"] if costed else None,
            costed=costed,
            gross=sums["gross"],
            break_even=even,
            biggest_winners=tuple(self._biggest(1)),
            biggest_losers=tuple(self._biggest(-1)),
            sellers=tuple(Seller(sku, *amounts) for sku, amounts in sold),
            refused=tuple(sorted(self._refused.items(), key=lambda item: (-item[1], item[0]))),
            skipped=skipped,
        )
