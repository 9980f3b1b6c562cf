"""Limits count people, not profiles; what returns gives back; gift cards are paid out of and back onto."""

from datetime import datetime
from uuid import UUID

import pytest

from edino.customers import api as customers
from edino.kernel import clock, holds, reconciling, sql
from edino.kernel.holds import Owner
from edino.promotions import api
from edino.promotions.errors import GiftCardEnded, NoSuchCoupon, NoSuchGiftCard, NotEnoughOnCard, NothingToGive
from edino.promotions.types import Goods, Quote
from edino.staff.types import Actor
from tests.customers.city import customer, seen, told
from tests.promotions.till import HOUR, NOON, OLEG, SHOES, VERA, action, made, owner, quoted, shoes, socks, why

pytestmark = pytest.mark.django_db(transaction=True)

CARD, PHONE = ("loyalty_card", "4276001"), ("phone", "+79161234567")
FAR = datetime.max.replace(tzinfo=NOON.tzinfo)


def profile(kind: str, value: str) -> tuple[int, int]:
    """Profile and customer of an identifier."""
    [(profile_id, customer_id)] = sql.tuples(
        "SELECT p.profile_id, p.customer_id FROM pub.customers_profile AS p"
        " JOIN customers_profile AS own ON own.id = p.profile_id"
        " JOIN customers_identifier AS i ON i.id = ANY (own.identifier_ids)"
        " WHERE i.kind = %(kind)s AND i.value = %(value)s",
        {"kind": kind, "value": value},
    )
    return profile_id, customer_id


def bought(quote: Quote, number: int, who: tuple[int, int] = (0, 0)) -> UUID:
    holder = Owner(*owner(number))
    holds.hold(holder, quote.wants, until=clock.now() + HOUR)
    holds.convert(holder)
    profile_id, customer_id = who
    api.redeem(
        order_uid=holder.uid, customer_id=customer_id or None, profile_id=profile_id or None, quote=quote, at=NOON
    )
    return holder.uid


def capacity(kind: str) -> tuple[int, int, int]:
    [found] = sql.tuples("SELECT total, used, held FROM kernel_capacity WHERE kind = %(kind)s", {"kind": kind})
    return tuple(found)


def test_masha_with_a_card_and_a_phone_is_one_customer_with_one_use_and_two_again_after_a_split() -> None:
    told(seen(CARD))
    told(seen(PHONE, day=1))
    made("Once each", action("percent", 10), per_customer=1)
    by_card, by_phone = profile(*CARD), profile(*PHONE)
    bought(quoted(customer_id=by_card[1]), 1, by_card)
    assert why(quoted(customer_id=by_card[1])) == {"Once each": "customer_limit"}
    assert why(quoted(customer_id=by_phone[1])) == {"Once each": "applied"}
    assert why(quoted()) == {"Once each": "unknown_customer"}

    joined = customers.join(customers=[customer(*CARD), customer(*PHONE)], reason="she said so", by=Actor("Oleg"))
    both = profile(*PHONE)[1]
    assert profile(*CARD)[1] == both
    assert why(quoted(customer_id=both)) == {"Once each": "customer_limit"}

    customers.unjoin(decision=joined.decision, reason="two people after all", by=Actor("Oleg"))
    assert why(quoted(customer_id=profile(*CARD)[1])) == {"Once each": "customer_limit"}
    assert why(quoted(customer_id=profile(*PHONE)[1])) == {"Once each": "applied"}


def test_two_uses_of_two_people_who_turn_out_to_be_one_leave_none() -> None:
    told(seen(CARD))
    told(seen(PHONE, day=1))
    made("Twice each", action("percent", 10), per_customer=2)
    bought(quoted(customer_id=profile(*CARD)[1]), 1, profile(*CARD))
    waiting = quoted(customer_id=profile(*PHONE)[1], owner=owner(2))
    holds.hold(Owner(*owner(2)), waiting.wants, until=FAR)
    customers.join(customers=[customer(*CARD), customer(*PHONE)], reason="she said so", by=Actor("Oleg"))
    both = profile(*CARD)[1]
    assert why(quoted(customer_id=both, owner=owner(3))) == {"Twice each": "customer_limit"}
    assert why(quoted(customer_id=both, owner=owner(2))) == {"Twice each": "applied"}


def test_a_cancelled_order_gives_its_coupon_and_its_budget_back() -> None:
    spring = made("Spring", action("percent", 10), needs_code=True, budget=1_000_000, uses=5, per_customer=1)
    api.issue_coupons(promotion_code=spring.code, code="ONCE", by=VERA)
    order = bought(quoted(codes=["ONCE"], customer_id=5), 1, (0, 5))
    assert (capacity("coupon"), capacity("promotion_budget")) == ((1, 1, 0), (1_000_000, 84_890, 0))
    assert (capacity("promotion_uses"), capacity("promotion_customer")) == ((5, 1, 0), (0, 0, 0))
    assert quoted(codes=["ONCE"], customer_id=5).discount == 0
    api.unredeem(order_uid=order)
    api.unredeem(order_uid=order)
    assert (capacity("coupon"), capacity("promotion_budget")) == ((1, 0, 0), (1_000_000, 0, 0))
    assert (capacity("promotion_uses"), capacity("promotion_customer")) == ((5, 0, 0), (1, 0, 0))
    assert quoted(codes=["ONCE"], customer_id=5).discount == 84_890
    assert holds.drift() == []


def test_a_return_gives_back_its_part_and_the_use_only_with_the_last_unit() -> None:
    sale = made("Sale", action("percent", 10), budget=1_000_000, uses=5, counted=Goods(categories=frozenset({SHOES})))
    quote = quoted(shoes(3, unit=99_999), socks())
    order = bought(quote, 1)
    api.redeem(order_uid=order, customer_id=None, quote=quote, at=NOON)  # told twice
    assert [(one.amount, one.given_back) for one in api.redemptions(uid=sale.uid)] == [(30_000, 0)]
    api.unredeem(order_uid=order, lines={"shoes": 1, "socks": 1})
    assert (capacity("promotion_budget"), capacity("promotion_uses")) == ((1_000_000, 20_000, 0), (5, 1, 0))
    api.unredeem(order_uid=order, lines={"shoes": 2})
    assert (capacity("promotion_budget"), capacity("promotion_uses")) == ((1_000_000, 0, 0), (5, 0, 0))
    assert (api.promotion(uid=sale.uid).redemptions, api.promotion(uid=sale.uid).discount) == (0, 0)


def test_a_limit_may_be_raised_lowered_and_taken_away() -> None:
    made("Sale", action("percent", 10), uses=1, code="sale")
    bought(quoted(), 1)
    assert why(quoted()) == {"Sale": "limit"}
    made("Sale", action("percent", 10), uses=2, code="sale")
    assert why(quoted()) == {"Sale": "applied"}
    made("Sale", action("percent", 10), uses=1, code="sale")
    assert why(quoted()) == {"Sale": "limit"}
    made("Sale", action("percent", 10), code="sale")
    assert (why(quoted()), quoted().wants) == ({"Sale": "applied"}, ())


def test_a_gift_card_pays_and_is_paid_back_and_its_code_is_nowhere() -> None:
    issued = api.issue_gift_card(amount=100_000, currency="RUB", by=VERA, expires_at=NOON.replace(year=2099))
    card = api.gift_card(code=issued.code.lower().replace("-", " "))
    assert (card.balance, card.masked) == (100_000, f"•••• {issued.code[-4:]}")
    assert (
        sql.scalar("SELECT count(*) FROM kernel_log WHERE body::text LIKE %(code)s", {"code": f"%{issued.code}%"}) == 0
    )
    order = UUID(int=1)
    holder = Owner("order", order)
    holds.hold(holder, [holds.Want(card.capacity_id, 70_000)], until=clock.now() + HOUR)
    assert api.gift_card(code=issued.code).balance == 30_000
    holds.convert(holder)
    assert api.spend_gift_card(card_id=card.id, order_uid=order, amount=70_000, held=True)
    assert not api.spend_gift_card(card_id=card.id, order_uid=order, amount=70_000, held=True)
    with pytest.raises(NotEnoughOnCard):
        api.spend_gift_card(card_id=card.id, order_uid=UUID(int=2), amount=30_001, held=False)
    assert api.refund_gift_card(card_id=card.id, order_uid=order, amount=20_000, key="return 1")
    assert not api.refund_gift_card(card_id=card.id, order_uid=order, amount=20_000, key="return 1")
    with pytest.raises(NotEnoughOnCard):
        api.refund_gift_card(card_id=card.id, order_uid=order, amount=50_001, key="return 2")
    assert api.gift_card(code=issued.code).balance == 50_000
    assert [(entry.kind, entry.amount) for entry in api.gift_entries(card_id=card.id)] == [
        ("refunded", 20_000),
        ("spent", -70_000),
        ("issued", 100_000),
    ]
    assert api.gift_card_drift() == []


def test_gift_cards_that_are_not_there_or_have_ended_pay_nothing() -> None:
    with pytest.raises(NoSuchGiftCard):
        api.gift_card(code="ABCD-EFGH-JKLM-NPQR")
    with clock.frozen(NOON):
        issued = api.issue_gift_card(amount=5, currency="RUB", by=VERA, expires_at=NOON + HOUR)
    with clock.frozen(NOON + HOUR), pytest.raises(GiftCardEnded):
        api.gift_card(code=issued.code)
    with clock.frozen(NOON + HOUR), pytest.raises(GiftCardEnded):
        api.spend_gift_card(card_id=issued.card.id, order_uid=UUID(int=1), amount=1, held=False)
    again = api.issue_gift_card(amount=9, currency="RUB", by=VERA, seed="site 1")
    assert api.issue_gift_card(amount=9, currency="RUB", by=VERA, seed="site 1") == again


def test_the_doctor_sees_a_card_whose_ledger_is_wrong() -> None:
    card = api.issue_gift_card(amount=100, currency="RUB", by=VERA).card
    assert reconciling.reconcile()["gift cards"] == []
    holds.change_totals([(card.capacity_id, 5)])
    assert api.gift_card_drift() == [(card.id, 100, 105)]
    assert reconciling.reconcile()["gift cards"] == [(f"gift card {card.id}", 105, 100)]
    told = {finding.subject: finding.state for finding in reconciling.looked_at()}
    assert (told["ledger of gift cards"], told["ledger of stock"]) == ("broken", "well")


def test_a_batch_is_made_listed_and_ended() -> None:
    spring = made("Spring", action("percent", 10), needs_code=True)
    codes = api.issue_coupons(promotion_code=spring.code, count=500, reason="for the fair", by=VERA)
    assert len(set(codes)) == 500
    [batch] = api.batches()
    assert (batch.coupons, batch.used, batch.reason) == (500, 0, "for the fair")
    assert api.codes_of(batch=batch.uid) == codes
    page = api.coupons(batch=batch.uid, limit=3)
    assert (page.total, len(page.rows), page.rows[0].left) == (500, 3, 1)
    api.void_coupon(id=page.rows[0].id, by=VERA)
    with pytest.raises(NoSuchCoupon):
        api.void_coupon(id=page.rows[0].id, by=VERA)
    assert quoted(codes=[page.rows[0].code]).codes[0].reason == "void"
    bought(quoted(codes=[page.rows[1].code]), 1)
    assert api.batches()[0].used == 1
    with pytest.raises(NothingToGive):
        api.give_coupon(promotion_code=spring.code, customer_id=1, by=OLEG, reason="late")
