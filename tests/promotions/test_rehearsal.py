"""Vera tries a promotion on last month's baskets before she lets it loose."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from edino.promotions import api
from edino.promotions.errors import WrongPromotion
from edino.promotions.types import Action, Definition, Goods, PastBasket, PromotionInput, Rehearsal
from tests.promotions.till import NOON, SHOES, action, basket, made, shoes, socks

pytestmark = pytest.mark.django_db


def past(number: int, *lines: object, customer: int | None = None, currency: str = "RUB") -> PastBasket:
    told = basket(*lines, at=NOON - timedelta(days=30 - number), customer_id=customer)  # type: ignore[arg-type]
    return PastBasket(UUID(int=number), replace(told, currency=currency), {"shoes": 500_000})


MONTH = [
    past(1, shoes(), customer=1),
    past(2, shoes(), socks(), customer=1),
    past(3, socks()),
    past(4, shoes(2), customer=2),
    past(5, socks(), currency="EUR"),
]


def tried(action: Action, **more: object) -> Rehearsal:
    definition = Definition("Tried", action, currency="RUB", **more)  # type: ignore[arg-type]
    return api.rehearse(promotion=PromotionInput(definition), baskets=iter(MONTH))


def test_what_it_would_have_cost_and_who_would_have_won() -> None:
    found = tried(action("percent", 10), counted=Goods(categories=frozenset({SHOES})))
    assert (found.baskets, found.touched, found.winners, found.losers, found.skipped) == (4, 3, 3, 0, 1)
    revenue = 799_000 * 4 + 49_900 * 2
    assert (found.revenue_before, found.revenue_after, found.discount) == (revenue, revenue - 319_600, 319_600)
    assert (found.margin_before, found.margin_after) == (299_000 * 4, 299_000 * 4 - 319_600)
    assert (found.costed, found.gross) == (799_000 * 4, revenue)
    assert found.break_even == pytest.approx(1_196_000 / 876_400 - 1)
    assert [(one.order_uid.int, one.before - one.after) for one in found.biggest_winners] == [
        (4, 159_800),
        (2, 79_900),
        (1, 79_900),
    ]
    assert [(one.sku, one.quantity, one.before - one.after) for one in found.sellers] == [("SHOE-42", 4, 319_600)]
    assert api.promotions() == []


def test_limits_are_counted_along() -> None:
    shoes_only = Goods(categories=frozenset({SHOES}))
    assert tried(action("percent", 10), counted=shoes_only, per_customer=1).touched == 2
    assert tried(action("percent", 10), counted=shoes_only, uses=1).touched == 1
    found = tried(action("percent", 10), counted=shoes_only, budget=170_000)
    assert (found.touched, found.discount, found.refused) == (2, 159_800, (("budget", 1),))
    assert tried(action("percent", 10), counted=shoes_only, needs_code=True, starts_at=NOON).touched == 3


def test_an_exclusive_one_that_pushes_out_a_better_one_makes_losers() -> None:
    sale = made("Sale", action("percent", 30), code="sale")
    found = tried(action("percent", 10), counted=Goods(categories=frozenset({SHOES})), exclusive=True, priority=9)
    assert (found.winners, found.losers) == (0, 3)
    assert found.biggest_losers[0] == (found.biggest_losers[0].__class__(UUID(int=4), 1_118_600, 1_438_200))
    weaker = PromotionInput(replace(sale.definition, action=action("percent", 20)), code="sale")
    changed = api.rehearse(promotion=weaker, baskets=MONTH)
    assert (changed.revenue_before, changed.revenue_after) == (3_295_800, 2_636_640)
    assert api.promotion(code="sale").version == 1


def test_what_makes_no_sense_is_not_tried() -> None:
    with pytest.raises(WrongPromotion):
        tried(action("percent", 0))
