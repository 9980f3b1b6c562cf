"""How much a rule takes from which lines in the present state of the basket: whole minor units, never below zero."""

from collections.abc import Sequence

from edino.kernel.money import split
from edino.promotions.rules.book import Compiled, fits
from edino.promotions.types import BasketLine

DELIVERY = -1
WHOLE = 10_000
Shares = Sequence[tuple[int, int]]
"""(place of the line, or DELIVERY; what is taken), zeros left out."""


class State:
    """The basket while it is being worked out: what is left of each line, and which rules acted on it."""

    def __init__(self, lines: Sequence[BasketLine], delivery: int) -> None:
        self.lines = lines
        self.places = list(range(len(lines)))
        self.quantities = [line.quantity for line in lines]
        self.gross = [line.unit * line.quantity for line in lines]
        self.net = list(self.gross)
        self.minima = [line.minimum * line.quantity for line in lines]
        self.minimal = any(self.minima)
        self.acted: list[list[Compiled]] = [[] for _ in range(len(lines) + 1)]
        """By place; the last is the delivery, place -1."""
        self.kept: set[int] = set()
        """Where an exclusive rule acted."""
        self.gross_sum = sum(self.gross)
        self.net_sum = self.gross_sum
        self.delivery = delivery
        self.delivery_net = delivery
        self.quantity = sum(self.quantities)
        self._by_sku: dict[str, list[int]] | None = None
        self._floors: dict[tuple[int, int], list[int]] = {}

    def took(self, rule: Compiled, shares: Shares) -> None:
        """Take the shares off."""
        net, acted, taken = self.net, self.acted, 0
        if shares[0][0] == DELIVERY:
            self.delivery_net -= shares[0][1]
            acted[DELIVERY].append(rule)
        else:
            for place, amount in shares:
                net[place] -= amount
                taken += amount
                acted[place].append(rule)
            self.net_sum -= taken
        if rule.exclusive:
            self.kept.update([place for place, _ in shares])

    def base(self, rule: Compiled, places: Sequence[int]) -> int:
        """The base of several lines together."""
        if len(places) == len(self.net):
            return self.net_sum if rule.by_net else self.gross_sum
        amounts = self.net if rule.by_net else self.gross
        return sum([amounts[place] for place in places])

    def units(self, places: Sequence[int]) -> int:
        """How many units these lines have."""
        if len(places) == len(self.quantities):
            return self.quantity
        return sum([self.quantities[place] for place in places])

    def targets(self, rule: Compiled, counted: list[int]) -> list[int]:
        """The lines that a rule would act on."""
        if rule.targets is None and not rule.gift:
            return counted
        goods = rule.targets or rule.counted
        if goods.skus and not (goods.products or goods.categories or goods.brands):
            if self._by_sku is None:
                self._by_sku = {}
                for place, line in enumerate(self.lines):
                    self._by_sku.setdefault(line.sku, []).append(place)
            near = sorted(place for sku in goods.skus for place in self._by_sku.get(sku, ()))
            return [place for place in near if fits(goods, self.lines[place])]
        return [place for place in self.places if fits(goods, self.lines[place])]

    def meets(self, rule: Compiled, place: int) -> bool:
        """Whether a rule may act beside those that have acted here."""
        for other in self.acted[place]:
            if rule.exclusive and other.id not in rule.combines:
                return False
            if other.exclusive and rule.id not in other.combines:
                return False
        return True

    def combinable(self, rule: Compiled, places: list[int]) -> list[int]:
        """The places at which a rule may act beside those that have acted."""
        if rule.exclusive:
            return [place for place in places if self.meets(rule, place)]
        kept = self.kept
        if not kept:
            return places
        return [place for place in places if place not in kept or self.meets(rule, place)]

    def free(self, rule: Compiled) -> bool:
        """Whether a rule may take all that is left of any line."""
        return not (rule.floored or self.minimal)

    def rooms(self, rule: Compiled, places: Sequence[int]) -> list[int]:
        """The most that a rule may take from each of these lines."""
        net = self.net
        if self.free(rule):
            return [net[place] for place in places]
        floors = self._floors_of(rule)
        return [room if (room := net[place] - floors[place]) > 0 else 0 for place in places]

    def _floors_of(self, rule: Compiled) -> list[int]:
        """Below what a rule lets no line fall, by place: the same for every rule with such floors."""
        action = rule.rule.definition.action
        floors = action.floor_percent, action.floor_amount
        known = self._floors.get(floors)
        if known is None:
            known = self._floors[floors] = [
                max(minimum, -(-gross * floors[0] // WHOLE), floors[1] * quantity)
                for minimum, gross, quantity in zip(self.minima, self.gross, self.quantities, strict=True)
            ]
        return known


def part(base: int, percent: int) -> int:
    """A percentage (in hundredths of a percent) of an amount, rounded half up."""
    return (base * percent + WHOLE // 2) // WHOLE


def take(rule: Compiled, state: State, counted: list[int], targets: list[int]) -> Shares:
    """What a rule takes from its targets now."""
    action = rule.rule.definition.action
    if rule.kind == "percent":
        shares = _percent(rule, state, targets)
    elif rule.kind in {"amount", "price"}:
        shares = _each(rule, state, targets)
    elif rule.kind in {"bundle", "gift"}:
        shares = _units(rule, state, targets, _free_units(rule, state, counted, targets))
    elif rule.kind in {"order_percent", "order_amount"}:
        return _together(rule, state, targets)
    else:
        return _delivery(rule, state)
    if action.cap is not None:
        total = sum([amount for _, amount in shares])
        if total > action.cap:
            capped = split(action.cap, [amount for _, amount in shares])
            shares = [(place, amount) for (place, _), amount in zip(shares, capped, strict=True) if amount]
    return shares


def _percent(rule: Compiled, state: State, targets: list[int]) -> Shares:
    percent, half = rule.percent, WHOLE // 2
    amounts, net = (state.net if rule.by_net else state.gross), state.net
    wanted = [(amounts[place] * percent + half) // WHOLE for place in targets]
    rooms = [net[place] for place in targets] if state.free(rule) else state.rooms(rule, targets)
    return _at_most(targets, wanted, rooms)


def _each(rule: Compiled, state: State, targets: list[int]) -> Shares:
    """Take an amount off each unit, or down to a price for each unit."""
    amount = rule.rule.definition.action.amount
    quantities, net = state.quantities, state.net
    if rule.kind == "amount":
        wanted = [amount * quantities[place] for place in targets]
    else:
        wanted = [max(0, net[place] - amount * quantities[place]) for place in targets]
    return _at_most(targets, wanted, state.rooms(rule, targets))


def _at_most(targets: list[int], wanted: list[int], rooms: list[int]) -> Shares:
    """What is wanted of each, as far as there is room."""
    return [
        (place, share if share < room else room)  # noqa: FURB136 - a call costs more than all else here
        for place, share, room in zip(targets, wanted, rooms, strict=True)
        if share and room
    ]


def _free_units(rule: Compiled, state: State, counted: list[int], targets: list[int]) -> int:
    action = rule.rule.definition.action
    if rule.kind == "gift":
        return action.get
    if rule.targets is None:
        sets = state.units(targets) // (action.buy + action.get)
    else:
        sets = state.units(counted) // action.buy
    return (min(sets, action.times) if action.times else sets) * action.get


def _units(rule: Compiled, state: State, targets: list[int], free: int) -> Shares:
    """Take a percentage of so many units, the cheapest."""
    percent = rule.rule.definition.action.percent
    shares = []
    for place in sorted(targets, key=lambda place: (state.lines[place].unit, place)):
        units = min(free, state.quantities[place])
        if not units:
            continue
        free -= units
        base = state.net[place] * units // state.quantities[place] if rule.by_net else state.lines[place].unit * units
        [room] = state.rooms(rule, [place])
        share = min(part(base, percent), room)
        if share:
            shares.append((place, share))
    return sorted(shares)


def _together(rule: Compiled, state: State, targets: list[int]) -> Shares:
    action = rule.rule.definition.action
    wanted = action.amount if rule.kind == "order_amount" else part(state.base(rule, targets), action.percent)
    rooms = state.rooms(rule, targets)
    total = min(wanted, sum(rooms)) if action.cap is None else min(wanted, sum(rooms), action.cap)
    if not total:
        return []
    return [(place, share) for place, share in zip(targets, split(total, rooms), strict=True) if share]


def _delivery(rule: Compiled, state: State) -> Shares:
    action = rule.rule.definition.action
    if rule.kind == "delivery_price":
        wanted = max(0, state.delivery_net - action.amount)
    else:
        wanted = part(state.delivery_net if rule.by_net else state.delivery, action.percent)
    share = min(wanted, state.delivery_net) if action.cap is None else min(wanted, state.delivery_net, action.cap)
    return [(DELIVERY, share)] if share else []
