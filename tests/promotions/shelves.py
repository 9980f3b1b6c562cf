"""Baskets and promotions that Hypothesis draws: small numbers, so that rules meet, collide and round."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from edino.promotions.types import Action, Basket, BasketLine, Definition, Goods, Rule

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SKUS = [f"S{number}" for number in range(6)]
BRANDS = ["", "Nord", "Sud"]

goods = st.builds(
    Goods,
    skus=st.frozensets(st.sampled_from(SKUS), max_size=3),
    products=st.frozensets(st.integers(1, 3), max_size=1),
    categories=st.frozensets(st.integers(1, 4), max_size=2),
    brands=st.frozensets(st.sampled_from(BRANDS[1:]), max_size=1),
    without_skus=st.frozensets(st.sampled_from(SKUS), max_size=1),
    without_categories=st.frozensets(st.integers(1, 4), max_size=1),
)
kinds = st.sampled_from(
    [
        "percent",
        "amount",
        "price",
        "bundle",
        "gift",
        "order_percent",
        "order_amount",
        "delivery_percent",
        "delivery_price",
    ]
)
actions = st.builds(
    Action,
    kind=kinds,
    percent=st.sampled_from([1, 333, 1000, 3333, 5000, 9999, 10_000]),
    amount=st.integers(1, 700),
    buy=st.integers(1, 3),
    get=st.integers(1, 2),
    times=st.integers(0, 2),
    goods=st.one_of(st.none(), st.none(), goods),
    base=st.sampled_from(["unit", "net"]),
    floor_percent=st.sampled_from([0, 0, 0, 5001]),
    floor_amount=st.sampled_from([0, 0, 7]),
    cap=st.one_of(st.none(), st.integers(1, 500)),
)


def circumstances(draw: st.DrawFn) -> dict[str, Any]:
    """Who, where and when, one or two of them: all at once would leave nothing that ever applies."""
    window = draw(st.sampled_from([(720, 780), (1320, 360), (900, 890)]))
    each: dict[str, dict[str, Any]] = {
        "starts": {"starts_at": draw(st.sampled_from([NOON, NOON + timedelta(hours=1)]))},
        "ends": {"ends_at": draw(st.sampled_from([NOON, NOON + timedelta(hours=1)]))},
        "days": {"weekdays": draw(st.sampled_from([frozenset({1, 2}), frozenset({7})]))},
        "hours": {"from_minute": window[0], "until_minute": window[1]},
        "groups": {"customer_groups": frozenset({"club"})},
        "channels": {"channels": frozenset({"app"}), "channel_reason": "first steps in the app"},
        "locations": {"locations": frozenset({"tverskaya"})},
        "first": {"first_order": True},
        "code": {"needs_code": True},
        "euro": {"currency": "EUR"},
    }
    chosen = draw(st.lists(st.sampled_from(sorted(each)), min_size=1, max_size=2, unique=True))
    found: dict[str, Any] = {"time_zone": draw(st.sampled_from(["UTC", "Europe/Moscow", "America/New_York"]))}
    for one in chosen:
        found |= each[one]
    return found


def limits(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "min_quantity": draw(st.sampled_from([0, 2, 5])),
        "min_subtotal": draw(st.sampled_from([0, 500, 3000])),
        "uses": draw(st.sampled_from([None, 5])),
        "budget": draw(st.sampled_from([None, 10_000])),
        "per_customer": draw(st.sampled_from([None, None, 1])),
    }


SOMETIMES = st.sampled_from([True, False, False])


def definition(draw: st.DrawFn) -> Definition:
    exclusive = draw(SOMETIMES)
    more = circumstances(draw) if draw(SOMETIMES) else {}
    more |= limits(draw) if draw(SOMETIMES) else {}
    return Definition(
        name="Promotion",
        action=draw(actions),
        priority=draw(st.integers(0, 2)),
        exclusive=exclusive,
        combines=draw(st.frozensets(st.integers(1, 8), max_size=3)) if exclusive else frozenset(),
        group=draw(st.sampled_from(["", "", "", "a", "b"])),
        counted=draw(st.one_of(st.just(Goods()), goods)),
        **more,
    )


@st.composite
def books(draw: st.DrawFn) -> list[Rule]:
    return [Rule(number, 1, definition(draw)) for number in range(1, draw(st.integers(2, 8)) + 1)]


lines = st.builds(
    BasketLine,
    key=st.text("abcdefgh", min_size=1, max_size=2),
    variant_id=st.integers(1, 9),
    sku=st.sampled_from(SKUS),
    product_id=st.integers(1, 4),
    category_ids=st.frozensets(st.integers(1, 5), max_size=3),
    brand=st.sampled_from(BRANDS),
    quantity=st.integers(1, 5),
    unit=st.integers(0, 1000),
    minimum=st.sampled_from([0, 0, 0, 50]),
)
baskets = st.builds(
    Basket,
    currency=st.just("RUB"),
    lines=st.lists(lines, min_size=1, max_size=8, unique_by=lambda line: line.key).map(tuple),
    at=st.sampled_from([NOON, NOON + timedelta(hours=12), NOON - timedelta(hours=35)]),
    customer_id=st.sampled_from([None, 1]),
    groups=st.frozensets(st.sampled_from(["club", "staff"])),
    channel=st.sampled_from(["site", "app"]),
    location=st.sampled_from(["", "tverskaya"]),
    delivery=st.sampled_from([0, 299, 500]),
    first_order=st.sampled_from([None, True, False]),
)
left = st.dictionaries(st.integers(1, 8), st.integers(0, 2))
budgets = st.dictionaries(st.integers(1, 8), st.integers(0, 900))
