"""Quotes under many promotions: `edino bench quote`.

In a database of its own, with 1,000 active promotions (then 200): by SKU, category, brand, for everything, with
codes, thresholds, groups, exclusive ones, bundles, gifts, delivery; a tenth of them limited. Prices baskets of 100 (10)
lines through the door, with the read of the book's version, and prints the CPU milliseconds of this process (user and
system) per quote, of the engine alone beside it, and how many promotions were candidates and applied. Promised: 5 ms
for 100 lines under 1,000, 0.5 ms for 10 lines under 200, as medians of what the door takes.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench import stage

CASES = ((1000, 100, 5.0), (200, 10, 0.5))


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    parser = argparse.ArgumentParser(prog="edino bench quote", description=__doc__)
    parser.add_argument("--quotes", type=int, default=300)
    parser.add_argument("--skus", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(list(arguments))


def run(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 when both promises hold."""
    chosen = options(arguments)
    with stage.database():
        kept = [measure(chosen, *case) for case in CASES]
    return 0 if all(kept) else 1


def measure(chosen: argparse.Namespace, promotions: int, lines: int, promised: float) -> bool:
    """One size; whether its promise holds."""
    from edino.promotions import api  # the settings must be ready first
    from edino.promotions.api.books import book  # as above
    from edino.promotions.queries import promotions as queries  # as above
    from edino.promotions.rules import Limits, evaluate  # as above

    rng = random.Random(chosen.seed)
    fill(rng, promotions, chosen.skus)
    baskets = [basket(rng, lines, chosen.skus) for _ in range(chosen.quotes)]
    kept = book(queries.version()).book
    counts = [(len(why), sum(one.applied for one in why)) for why in (api.quote(basket=one).why for one in baskets)]
    door = cpu(baskets, lambda one: api.quote(basket=one))
    engine = cpu(baskets, lambda one: evaluate(kept, one, {}, Limits()))
    name = f"{lines}_lines_{promotions}_promotions"
    print(f"candidates_{name}={statistics.mean(count for count, _ in counts):.0f}")
    print(f"applied_{name}={statistics.mean(applied for _, applied in counts):.1f}")
    report(f"engine_{name}", engine)
    report(f"quote_{name}", door)
    return statistics.median(door) <= promised


def cpu(baskets: Sequence[Any], work: Callable[[Any], Any]) -> list[float]:
    """CPU milliseconds of this process for each basket, the clock's grain smoothed over five runs."""
    for one in baskets[:50]:
        work(one)
    found = []
    for one in baskets:
        start = time.process_time_ns()
        for _ in range(5):
            work(one)
        found.append((time.process_time_ns() - start) / 5e6)
    return found


def report(name: str, times: Sequence[float]) -> None:
    """Median and tail."""
    ordered = sorted(times)
    print(f"{name}_p50_ms={statistics.median(ordered):.3f}")
    print(f"{name}_p95_ms={ordered[int(len(ordered) * 0.95)]:.3f}")


def fill(rng: random.Random, count: int, skus: int) -> None:
    """Let exactly so many promotions run: those of the size before end."""
    from edino.promotions import api  # the settings must be ready first
    from edino.promotions.types import PromotionInput  # as above
    from edino.staff.api import COMMAND_LINE  # as above

    for one in api.promotions():
        if one.state == "active":
            api.set_promotion_state(uid=one.uid, state="ended", by=COMMAND_LINE)
    for number in range(count):
        told = PromotionInput(definition(rng, number, skus), state="active")
        api.save_promotion(promotion=told, by=COMMAND_LINE)


def definition(rng: random.Random, number: int, skus: int) -> Any:
    """A promotion as a chain has them: most for some goods, a few for everything, a fifth with a code."""
    from edino.promotions.types import Action, Definition, Goods  # the settings must be ready first

    selectors: list[dict[str, Any]] = [
        {"skus": frozenset(f"SKU-{rng.randrange(skus)}" for _ in range(20))},
        {"categories": frozenset({rng.randrange(1, 400)})},
        {"brands": frozenset({f"Brand {rng.randrange(200)}"})},
        {},
    ]
    goods = rng.choices(selectors, weights=[50, 30, 15, 5])[0]
    gift = Goods(skus=frozenset({f"SKU-{rng.randrange(skus)}"}))
    action = rng.choices(
        [
            Action("percent", percent=rng.randrange(300, 3000), base=rng.choice(["unit", "net"])),
            Action("amount", amount=rng.randrange(1000, 20_000), floor_percent=5000),
            Action("bundle", percent=10_000, buy=2, get=1),
            Action("gift", percent=10_000, get=1, goods=gift),
            Action("order_percent", percent=500, cap=100_000),
            Action("order_amount", amount=50_000),
            Action("delivery_percent", percent=10_000),
        ],
        weights=[45, 20, 10, 5, 8, 7, 5],
    )[0]
    return Definition(
        name=f"Promotion {number}",
        action=action,
        currency="RUB",
        priority=rng.randrange(10),
        exclusive=rng.random() < 0.1,
        group=rng.choice(["", "", "", f"group {rng.randrange(20)}"]),
        needs_code=rng.random() < 0.2,
        counted=Goods(**goods),
        min_quantity=rng.choice([0, 0, 2, 3]),
        min_subtotal=rng.choice([0, 0, 0, 500_000, 5_000_000]),
        weekdays=rng.choice([frozenset(), frozenset(), frozenset({6, 7})]),
        customer_groups=rng.choice([frozenset(), frozenset(), frozenset({"club"})]),
        budget=10**12 if rng.random() < 0.1 else None,
    )


def basket(rng: random.Random, lines: int, skus: int) -> Any:
    """Different goods, each in three categories of its branch."""
    from edino.kernel import clock  # the settings must be ready first
    from edino.promotions.types import Basket, BasketLine  # as above

    found = []
    for number in rng.sample(range(skus), lines):
        leaf = 100 + number % 300
        categories = frozenset({leaf, 10 + leaf % 90, 1 + leaf % 9})
        price = rng.randrange(5_000, 900_000)
        brand = f"Brand {number % 200}"
        found.append(
            BasketLine(f"L{number}", number, f"SKU-{number}", number // 4, categories, brand, rng.randint(1, 3), price)
        )
    return Basket("RUB", tuple(found), clock.now(), groups=frozenset({"club"}), channel="site", delivery=29_900)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
