"""Vera's promotions on Lena's basket: what it costs, why, and what staff and codes change about it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from edino.kernel import holds, sql
from edino.kernel.holds import Owner
from edino.promotions import api
from edino.promotions.errors import CodeTaken, NoSuchPromotion, WrongPromotion
from edino.promotions.types import Action, CodeVerdict, Definition, Goods, PromotionInput
from tests.promotions.till import (
    HOUR,
    NOON,
    SHOES,
    SOCKS,
    VERA,
    action,
    basket,
    made,
    owner,
    quoted,
    shoes,
    socks,
    why,
)

pytestmark = pytest.mark.django_db


def test_a_basket_without_promotions_costs_what_it_costs() -> None:
    quote = quoted(delivery=29_900)
    assert (quote.subtotal, quote.discount, quote.delivery, quote.total) == (848_900, 0, 29_900, 878_800)
    assert (quote.why, quote.codes, quote.wants, quote.frozen) == ((), (), (), {})


def test_every_candidate_says_why_and_what_it_touched_is_frozen() -> None:
    sale = made("Shoes −10 %", action("percent", 10), counted=Goods(categories=frozenset({SHOES})))
    made("Socks for many", action("percent", 50), counted=Goods(skus=frozenset({"SOCKS"})), min_quantity=3)
    made("Hats", action("percent", 50), counted=Goods(brands=frozenset({"Hut"})))
    quote = quoted()
    assert (quote.lines[0].net, quote.lines[1].net, quote.discount) == (719_100, 49_900, 79_900)
    assert [(share.promotion_id, share.version, share.amount) for share in quote.lines[0].shares] == [
        (sale.id, 1, 79_900)
    ]
    assert [(one.name, one.code, one.text) for one in quote.why] == [
        ("Shoes −10 %", "applied", "It takes 799\N{NO-BREAK SPACE}₽ off."),
        ("Socks for many", "quantity", "It needs 3 such items, the basket has 1."),
    ]
    assert [(rule["id"], rule["version"]) for rule in quote.frozen["rules"]] == [(sale.id, 1)]
    with translation.override("ru"):
        assert quoted().why[0].text == "Скидка 799\N{NO-BREAK SPACE}₽."


def test_the_classic_kinds_of_promotions() -> None:
    two, three = made("2 for the price of 1", action("bundle", 100, buy=1, get=1), counted=of(SOCKS)), socks(5, 10_000)
    assert quoted(three).total == 30_000
    api.set_promotion_state(uid=two.uid, state="paused", by=VERA)
    made("Any shoes for 5 990", action("price", amount=599_000), counted=of(SHOES))
    made("500 off from 10 000", action("order_amount", amount=50_000), min_subtotal=1_000_000)
    made("Free delivery from 5 000", action("delivery_percent", 100), min_subtotal=500_000)
    quote = quoted(shoes(2), delivery=29_900)
    assert (quote.lines[0].net, quote.delivery_discount, quote.total) == (1_148_000, 29_900, 1_148_000)


def of(category: int) -> Goods:
    return Goods(categories=frozenset({category}))


def test_a_gift_is_offered_until_it_lies_in_the_basket() -> None:
    made(
        "Socks with shoes",
        action("gift", 100, get=1, goods=Goods(skus=frozenset({"SOCKS"}))),
        min_subtotal=799_000,
    )
    quote = quoted(shoes())
    assert [(gift.skus, gift.quantity) for gift in quote.gifts] == [(("SOCKS",), 1)]
    assert why(quote) == {"Socks with shoes": "gift_waiting"}
    assert (quoted(shoes(), socks(2)).total, quoted(shoes(), socks(2)).gifts) == (848_900, ())
    assert why(quoted(shoes(unit=749_100), socks())) == {"Socks with shoes": "subtotal"}  # not by its own price


def test_an_exclusive_promotion_leaves_alone_what_another_has_reduced() -> None:
    sale = made("Sale", action("percent", 30), counted=of(SHOES), priority=5)
    made("Everything −20 %", action("order_percent", 20), exclusive=True, needs_code=False, code="EVERYTHING")
    quote = quoted()
    assert [line.net for line in quote.lines] == [559_300, 39_920]
    assert (
        quote.why[1].text == "It takes 99.80\N{NO-BREAK SPACE}₽ off; lines that another promotion keeps to itself: 1."
    )
    made(
        "Everything −20 %",
        action("order_percent", 20),
        exclusive=True,
        combines=frozenset({sale.id}),
        code="EVERYTHING",
    )
    assert [line.net for line in quoted().lines] == [447_440, 39_920]


def test_of_a_group_the_best_one_applies() -> None:
    made("−10 %", action("percent", 10), group="march", priority=9)
    made("−1 000 on shoes", action("amount", amount=100_000), group="march", counted=of(SHOES))
    quote = quoted()
    assert why(quote) == {"−10 %": "not_best", "−1 000 on shoes": "applied"}
    assert quote.discount == 100_000


def test_lenas_code_is_taken_in_any_writing_and_the_others_say_why_not() -> None:
    spring = made("Spring", action("percent", 10), needs_code=True, ends_at=NOON + 9 * HOUR)
    made("Winter", action("percent", 90), needs_code=True, code="winter", state="paused")
    api.issue_coupons(promotion_code=spring.code, code="spring10", uses=None, by=VERA)
    api.issue_coupons(promotion_code=spring.code, code="spring11", uses=1, by=VERA)
    api.issue_coupons(promotion_code="winter", code="frost", by=VERA)
    [personal] = api.issue_coupons(promotion_code=spring.code, customer_id=77, by=VERA)
    quote = quoted(codes=[" Spring10 ", "spring11", "FROST", "nothing", personal])
    assert [(one.code, one.accepted, one.reason) for one in quote.codes] == [
        (" Spring10 ", True, "applied"),
        ("spring11", False, "twice"),
        ("FROST", False, "not_running"),
        ("nothing", False, "unknown"),
        (personal, False, "not_yours"),
    ]
    assert (quote.discount, quote.wants) == (84_890, ())
    assert quoted(codes=[personal], customer_id=77).discount == 84_890
    assert quoted().discount == 0
    assert quoted(codes=["spring10"], at=NOON + 9 * HOUR).codes == (
        CodeVerdict("spring10", accepted=False, reason="not_running", text="The promotion of this code does not run."),
    )


def test_a_held_coupon_is_free_for_its_holder_only() -> None:
    spring = made("Spring", action("percent", 10), needs_code=True, uses=1, budget=85_000)
    api.issue_coupons(promotion_code=spring.code, code="ONCE", by=VERA)
    mine = quoted(codes=["ONCE"], owner=owner(1))
    assert sorted(want.quantity for want in mine.wants) == [1, 1, 84_890]
    holds.hold(Owner(*owner(1)), mine.wants, until=NOON + HOUR * 10_000_000)
    again = quoted(codes=["ONCE"], owner=owner(1))
    assert (again.discount, again.wants) == (84_890, mine.wants)
    other = quoted(codes=["ONCE"], owner=owner(2))
    assert (other.discount, other.codes[0].reason) == (0, "used_up")


def test_a_budget_that_does_not_suffice_is_not_taken_in_part() -> None:
    made("Ten", action("percent", 10), budget=80_000)
    assert why(quoted()) == {"Ten": "budget"}
    assert quoted(socks()).discount == 4_990


def test_editing_makes_a_version_and_an_order_keeps_what_it_was_promised() -> None:
    first = made("Sale", action("percent", 10), code="sale")
    promised = quoted().frozen
    second = made("Sale", action("percent", 5), code="sale")
    assert (second.id, second.version, made("Sale", action("percent", 5), code="sale").version) == (first.id, 2, 2)
    assert [one.number for one in api.versions(uid=first.uid)] == [2, 1]
    assert quoted().discount == 42_445
    kept = api.quote(basket=basket(shoes(), socks(2)), frozen=promised)
    assert (kept.discount, [share.version for share in kept.lines[0].shares]) == (89_880, [1])
    api.set_promotion_state(uid=first.uid, state="ended", by=VERA)
    assert quoted().why == ()
    assert api.quote(basket=basket(), frozen=promised).discount == 84_890


def test_a_frozen_code_and_a_frozen_limit_still_count() -> None:
    spring = made("Spring", action("percent", 10), needs_code=True, per_customer=1, first_order=True)
    api.issue_coupons(promotion_code=spring.code, code="ONCE", by=VERA)
    told = basket(codes=["ONCE"], customer_id=5, first_order=True)
    promised = api.quote(basket=told)
    assert promised.discount == 84_890
    kept = api.quote(basket=basket(codes=["once", "more"]), frozen=promised.frozen)
    assert kept.discount == 84_890
    assert [one.accepted for one in kept.codes] == [True, False]


@pytest.mark.parametrize(
    ("definition", "fields"),
    [
        (Definition("", Action("percent", percent=1000)), ["name"]),
        (Definition("x", Action("percent", percent=10_001)), ["action.percent"]),
        (Definition("x", Action("amount", amount=0), currency="RUB"), ["action.amount"]),
        (Definition("x", Action("amount", amount=5)), ["currency"]),
        (Definition("x", Action("bundle", percent=10_000, buy=1)), ["action.buy"]),
        (Definition("x", Action("gift", percent=10_000, get=1)), ["action.goods"]),
        (Definition("x", Action("percent", percent=1), starts_at=NOON, ends_at=NOON), ["ends_at"]),
        (Definition("x", Action("percent", percent=1), weekdays=frozenset({0})), ["weekdays"]),
        (Definition("x", Action("percent", percent=1), time_zone="Moscow"), ["time_zone"]),
        (Definition("x", Action("percent", percent=1), channels=frozenset({"app"})), ["channel_reason"]),
        (Definition("x", Action("percent", percent=1), combines=frozenset({1})), ["combines"]),
        (Definition("x", Action("percent", percent=1), uses=0), ["uses"]),
        (
            Definition("x", Action("percent", percent=1), currency="RUB", issue_budget=100),
            ["needs_code", "issue_value"],
        ),
    ],
)
def test_what_makes_no_sense_is_named(definition: Definition, fields: list[str]) -> None:
    with pytest.raises(WrongPromotion) as refused:
        api.save_promotion(promotion=PromotionInput(definition, state="active"), by=VERA)
    assert [error.field for error in refused.value.fields] == fields
    assert api.promotions() == []


def test_a_promotion_of_one_channel_says_why_not_even_past_the_door() -> None:
    app = made(
        "First steps in the app",
        action("percent", 5),
        channels=frozenset({"app"}),
        channel_reason="Half a year to make the app known",
    )
    assert (quoted(channel="app").discount, why(quoted(channel="site"))) == (42_445, {app.definition.name: "channel"})
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO promotions_version (promotion_id, number, name, definition, author, is_channelled)"
            " VALUES (%s, 2, 'x', '{}', 'Vera', true)",
            [app.id],
        )
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE promotions_version SET definition = '{}'")


def test_a_quote_without_limits_and_codes_is_one_statement() -> None:
    made("Sale", action("percent", 10))
    quoted()
    seen: list[str] = []
    sql.observers.append(seen.append)
    try:
        assert quoted().discount == 84_890
    finally:
        sql.observers.remove(seen.append)
    assert len(seen) == 1


def test_names_are_taken_once_and_unknown_ones_are_not_there() -> None:
    made("Spring", action("percent", 10), needs_code=True, code="spring")
    api.issue_coupons(promotion_code="spring", code="ONE", by=VERA)
    with pytest.raises(CodeTaken):
        api.issue_coupons(promotion_code="spring", code="one", by=VERA)
    with pytest.raises(NoSuchPromotion):
        api.issue_coupons(promotion_code="autumn", by=VERA)
    assert api.coupons().total == 1
