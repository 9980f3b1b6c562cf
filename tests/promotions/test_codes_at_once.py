"""Twenty tills, sites and apps at once: a coupon is used once, a gift card spent to its kopeck, a budget kept."""

import contextlib
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from edino.kernel import clock, holds, sql
from edino.kernel.holds import Owner
from edino.promotions import api
from edino.promotions.errors import BudgetSpent, NotEnoughOnCard
from edino.promotions.queries import promotions as queries
from edino.promotions.types import Quote
from tests.promotions.till import HOUR, NOON, OLEG, VERA, action, basket, made, owner, quoted, shoes

pytestmark = pytest.mark.django_db(transaction=True)

CONNECTIONS = 20


def at_once(work: Callable[[int], bool]) -> int:
    """Each in a thread with a connection of its own, all beginning together; how many succeeded."""
    gate = threading.Barrier(CONNECTIONS)
    done: list[int] = []
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            gate.wait()
            if work(number):
                done.append(number)
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    return len(done)


def bought(quote: Quote, number: int, customer: int | None = None) -> bool:
    """Hold, promise, note the redemption: what a checkout does with a quote."""
    holder = Owner(*owner(number + 1))
    try:
        holds.hold(holder, quote.wants, until=clock.now() + HOUR)
    except holds.Short:
        return False
    holds.convert(holder)
    api.redeem(order_uid=holder.uid, customer_id=customer, quote=quote, at=NOON)
    return True


def used(kind: str) -> list[tuple[int, int, int]]:
    return sql.tuples("SELECT total, used, held FROM kernel_capacity WHERE kind = %(kind)s ORDER BY id", {"kind": kind})


def test_a_coupon_with_one_use_is_redeemed_once() -> None:
    spring = made("Spring", action("percent", 10), needs_code=True)
    api.issue_coupons(promotion_code=spring.code, code="ONCE", uses=1, by=VERA)
    quotes = [quoted(codes=["once"], owner=owner(number + 1)) for number in range(CONNECTIONS)]
    assert {quote.discount for quote in quotes} == {84_890}
    assert at_once(lambda number: bought(quotes[number], number)) == 1
    assert used("coupon") == [(1, 1, 0)]
    assert len(api.redemptions(uid=spring.uid)) == 1
    assert quoted(codes=["once"]).codes[0].reason == "used_up"


def test_a_budget_is_kept_to_the_kopeck() -> None:
    made("A thousand off", action("order_amount", amount=100_000), budget=750_000)
    quotes = [quoted(owner=owner(number + 1)) for number in range(CONNECTIONS)]
    assert at_once(lambda number: bought(quotes[number], number)) == 7
    assert used("promotion_budget") == [(750_000, 700_000, 0)]
    assert quoted().discount == 0


def test_one_customer_on_twenty_devices_gets_his_two_uses() -> None:
    sale = made("Twice", action("percent", 10), per_customer=2)
    quotes = [quoted(owner=owner(number + 1), customer_id=7) for number in range(CONNECTIONS)]
    assert at_once(lambda number: bought(quotes[number], number, 7)) == 2
    assert len(api.redemptions(uid=sale.uid)) == 2
    assert (quoted(customer_id=7).discount, quoted(customer_id=8).discount) == (0, 84_890)
    assert quoted(customer_id=7).why[0].code == "customer_limit"


def test_a_limit_that_was_raised_is_raised_once_for_all_who_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made("Once", action("percent", 10), code="once", per_customer=1)
    assert bought(quoted(owner=owner(100), customer_id=7), 99, 7)
    sale = made("Twice", action("percent", 10), code="once", per_customer=2)
    seen = threading.Barrier(CONNECTIONS)
    read = queries.allowances

    def together(*asked: Any) -> list[queries.Allowance]:
        """Everybody has read what is left before anybody takes it."""
        found = read(*asked)
        with contextlib.suppress(threading.BrokenBarrierError):
            seen.wait(2)
        return found

    def buy(number: int) -> bool:
        with transaction.atomic():
            quote = quoted(owner=owner(number + 1), customer_id=7)
            return bool(quote.discount) and bought(quote, number, 7)

    monkeypatch.setattr(queries, "allowances", together)
    assert at_once(buy) == 1
    monkeypatch.undo()
    assert len(api.redemptions(uid=sale.uid)) == 2
    assert used("promotion_customer") == [(0, 0, 0)]


def test_a_gift_card_of_a_thousand_is_spent_by_ten_of_twenty() -> None:
    card = api.issue_gift_card(amount=100_000, currency="RUB", by=VERA)

    def spend(number: int) -> bool:
        try:
            return api.spend_gift_card(card_id=card.card.id, order_uid=UUID(int=number), amount=10_000, held=False)
        except NotEnoughOnCard:
            return False

    assert at_once(spend) == 10
    assert api.gift_card(code=card.code).balance == 0
    assert sum(entry.amount for entry in api.gift_entries(card_id=card.card.id)) == 0
    assert api.gift_card_drift() == []


def test_a_gift_card_is_refunded_by_one_of_twenty_that_ask_for_all() -> None:
    card = api.issue_gift_card(amount=100_000, currency="RUB", by=VERA).card
    order = UUID(int=1)
    assert api.spend_gift_card(card_id=card.id, order_uid=order, amount=60_000, held=False)

    def refund(number: int) -> bool:
        try:
            return api.refund_gift_card(card_id=card.id, order_uid=order, amount=60_000, key=f"return {number}")
        except NotEnoughOnCard:
            return False

    assert at_once(refund) == 1
    assert api.gift_card_by_id(card_id=card.id).balance == 100_000
    assert api.gift_card_drift() == []


def test_oleg_gives_away_his_month_and_no_more() -> None:
    made(
        "Sorry",
        action("order_amount", amount=50_000),
        code="sorry",
        needs_code=True,
        issue_budget=250_000,
        issue_value=50_000,
    )

    def give(number: int) -> bool:
        try:
            api.give_coupon(promotion_code="sorry", customer_id=number + 1, by=OLEG, reason="late")
        except BudgetSpent:
            return False
        return True

    assert at_once(give) == 5
    assert used("compensation") == [(250_000, 250_000, 0)]
    assert (api.coupons().total, len(used("coupon"))) == (5, 5)
    code, left = api.give_coupon(promotion_code="sorry", customer_id=9, by=VERA, reason="damaged")
    assert left == 200_000
    assert quoted(codes=[code], customer_id=9, location="tverskaya", channel="store").discount == 50_000
    assert quoted(codes=[code], customer_id=9, channel="site").discount == 50_000
    assert quoted(codes=[code], customer_id=8).discount == 0


def test_a_change_made_elsewhere_is_seen_by_the_next_quote() -> None:
    sale = made("Sale", action("percent", 10), code="sale")
    assert quoted().discount == 84_890

    def elsewhere(number: int) -> bool:
        if number == 0:
            made("Sale", action("percent", 20), code="sale")
        return True

    at_once(elsewhere)
    assert api.quote(basket=basket(shoes())).discount == 159_800
    assert api.promotion(uid=sale.uid).version == 2
