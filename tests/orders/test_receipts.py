"""What Anya's till says has happened: once, in any order, a week late, and never more given back than was sold."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from edino.kernel import clock, holds, sql
from edino.orders import api
from edino.orders.api import returns
from edino.orders.errors import TooManyPieces
from edino.orders.types import Receipt, ReceiptLine, ReceiptTender, ReceiptVerdict, ReturnLineInput
from tests.orders import shop as of
from tests.orders.shop import MAY, OLEG, Shop

pytestmark = pytest.mark.django_db
CARD = (("loyalty_card", "77000001"),)


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def sold(position: int, code: str, quantity: int = 1, discount: int = 0, **more: Any) -> ReceiptLine:
    unit = of.PRICES.get(code, 10_000)
    return ReceiptLine(position, code, quantity, unit, unit * quantity - discount, discount, code, "vat20", **more)


def receipt(lines: Iterable[ReceiptLine], at: datetime = MAY, **more: Any) -> Receipt:
    told = tuple(lines)
    total = sum(line.net for line in told)
    kept: dict[str, Any] = {"kind": "sale", "till": "till 1", "location": "TVER", "currency": "RUB"}
    kept |= {"tenders": (ReceiptTender("cash", total),)} if total else {}
    return Receipt(uid=of.new_uid(), occurred_at=at, lines=told, **{**kept, **more})


def take(shop: Shop, *receipts: Receipt) -> list[ReceiptVerdict]:
    return api.receive_receipts(source=shop.till, receipts=receipts)


def states(verdicts: Iterable[ReceiptVerdict]) -> list[str]:
    return [one.state for one in verdicts]


def back(uid: UUID) -> list[tuple[str, int, int, bool]]:
    """(SKU, pieces, amount, whether something sold proves it) of a return's lines."""
    return [
        (one.sku, one.quantity, one.amount, one.sold_line_id is not None) for one in returns.get_return(uid=uid).lines
    ]


def test_a_sale_is_a_closed_order_and_its_goods_are_gone(shop: Shop) -> None:
    one = receipt(
        [sold(1, "DAWN-42"), sold(2, "4006381333931", 2)],
        number="17",
        identifiers=CARD,
        staff_name="Anya",
        sent_at=MAY + timedelta(days=7),
    )
    one = replace(one, lines=(one.lines[0], replace(one.lines[1], unit=49_901, net=99_802)), tenders=())
    one = replace(one, tenders=(ReceiptTender("card", 598_802), ReceiptTender("cash", 100_000)))
    [verdict] = take(shop, one)
    assert (verdict.state, verdict.errors, verdict.warnings, verdict.gap) == ("accepted", (), (), False)
    order = api.order(uid=one.uid)
    assert (order.state, order.origin, order.number, order.total, order.outstanding) == (
        "closed",
        "till",
        "17",
        698_802,
        0,
    )
    assert [(line.sku, line.fulfilled, line.net) for line in order.lines] == [
        ("DAWN-42", 1, 599_000),
        ("SOCK", 2, 99_802),
    ]
    assert [(pay.tender, pay.captured) for pay in order.payments] == [("card", 598_802), ("cash", 100_000)]
    assert [(one.role, one.name, one.location_id) for one in order.credits] == [("served", "Anya", shop.places["TVER"])]
    assert (of.stock("DAWN-42", "TVER"), of.stock("SOCK", "TVER")) == ((4, 0, 0), (3, 0, 0))
    [(_, told)] = of.facts("Order Completed")
    assert (told["properties"]["total"], told["context"]) == (6988.02, {"location": "TVER"})
    assert "77000001" not in str(told)
    assert sql.scalar("SELECT profile_id IS NOT NULL FROM kernel_log WHERE type = 'Order Completed'")


def test_the_same_receipt_is_a_duplicate_and_another_under_its_uid_a_conflict(shop: Shop) -> None:
    one = receipt([sold(1, "SOCK", 2)])
    other = replace(one, lines=(sold(1, "SOCK", 1),), tenders=(ReceiptTender("cash", 49_901),))
    first = take(shop, one, one)
    assert states(first) == ["accepted", "duplicate"]
    assert states(take(shop, replace(one, sent_at=clock.now()), other)) == ["duplicate", "rejected"]
    assert take(shop, other)[0].errors[0].code == "conflict"
    assert of.stock("SOCK", "TVER") == (3, 0, 0)
    assert sql.scalar("SELECT count(*) FROM orders_order") == 1


def test_what_cannot_be_is_rejected_alone(shop: Shop) -> None:
    good = receipt([sold(1, "SOCK")])
    wrong = [
        replace(receipt([sold(1, "SOCK")]), location="NOWHERE"),
        replace(receipt([sold(1, "SOCK")]), tenders=(ReceiptTender("cash", 1),)),
        replace(receipt([sold(1, "SOCK")]), lines=(replace(sold(1, "SOCK"), net=5),)),
        receipt([]),
        replace(receipt([sold(1, "SOCK")]), occurred_at=clock.now() + timedelta(days=3)),
    ]
    verdicts = take(shop, wrong[0], good, *wrong[1:])
    assert states(verdicts) == ["rejected", "accepted", "rejected", "rejected", "rejected", "rejected"]
    assert [one.errors[0].field for one in verdicts if one.errors] == [
        "location",
        "tenders",
        "lines[0].net",
        "lines",
        "occurred_at",
    ]
    assert of.stock("SOCK", "TVER") == (4, 0, 0)


def test_goods_nobody_knows_are_sold_and_reported(shop: Shop) -> None:
    [verdict] = take(shop, receipt([sold(1, "GIFT-WRAP")]))
    assert (verdict.state, [one.code for one in verdict.warnings]) == ("accepted", ["unknown_goods"])


def test_a_till_that_was_offline_sells_what_was_promised_and_opens_a_case(shop: Shop) -> None:
    of.ordered(shop, [of.line(shop, "DAWN-42", 5)])
    [verdict] = take(shop, receipt([sold(1, "DAWN-42", 2)], at=MAY + timedelta(days=1)))
    assert verdict.state == "accepted"
    on_hand, promised, over = of.stock("DAWN-42", "TVER")
    assert (on_hand, promised, over) == (3, 5, 2)
    assert sql.scalar("SELECT count(*) FROM inventory_case") == 1
    assert sql.scalar("SELECT max(occurred_at) FROM inventory_movement WHERE kind = 'sold'") == MAY + timedelta(days=1)


def test_a_missing_receipt_shows_as_a_gap_until_it_comes(shop: Shop) -> None:
    first = receipt([sold(1, "SOCK")])
    second = receipt([sold(1, "SOCK")], previous_hash="")
    [one] = take(shop, first)
    second = replace(second, previous_hash=one.hash)
    [two] = take(shop, second)
    third = receipt([sold(1, "SOCK")], previous_hash=two.hash)
    fifth = receipt([sold(1, "SOCK")], previous_hash="f" * 64, number="5")
    assert [verdict.gap for verdict in take(shop, third, fifth)] == [False, True]
    assert [(gap.number, gap.previous_hash) for gap in api.gaps(days=3650)] == [("5", "f" * 64)]
    fourth = receipt([sold(1, "SOCK")], hash="f" * 64)
    assert [one.code for one in take(shop, fourth)[0].warnings] == ["hash"]
    assert api.gaps(days=3650) == []


def test_a_refund_names_its_receipt_and_goods_come_back(shop: Shop) -> None:
    sale = receipt([sold(1, "DAWN-42"), sold(2, "SOCK", 3, 1)])
    lines = [replace(sold(1, "SOCK", 2), unit=49_901, net=99_801, discount=1, refund_of_line=2)]
    refund = receipt(lines, kind="refund", refund_of=sale.uid, reason="size")
    # In the same batch, and before its sale.
    verdicts = take(shop, refund, sale)
    assert states(verdicts) == ["accepted", "accepted"]
    assert back(refund.uid) == [("SOCK", 2, 99_801, True)]
    order = api.order(uid=sale.uid)
    assert [(line.returned, line.left) for line in order.lines] == [(0, 1), (2, 1)]
    assert (order.payments[0].refunded, order.refunds[0].state) == (99_801, "done")
    assert of.stock("SOCK", "TVER") == (4, 0, 0)
    assert returns.get_return(uid=refund.uid).way == "till"
    assert of.ledger_balances()


def test_a_refund_that_comes_a_week_before_its_sale_is_of_that_sale_all_the_same(shop: Shop) -> None:
    """Till 2 is emptied first. What it took back of till 1's sale cannot be brought back, and paid for, once more."""
    paid = (ReceiptTender("card", 99_802), ReceiptTender("cash", 49_901))
    sale = receipt([sold(1, "SOCK", 3)], number="17", tenders=paid)
    two = receipt([sold(1, "SOCK", 2)], at=MAY + timedelta(hours=2), kind="refund", refund_of=sale.uid)
    more = receipt([sold(1, "SOCK", 2)], at=MAY + timedelta(hours=3), kind="refund", refund_of=sale.uid)
    assert states(take(shop, more)) == states(take(shop, two)) == ["accepted"]
    assert back(two.uid) == [("SOCK", 2, 99_802, False)]
    assert states(take(shop, sale)) == ["accepted"]
    assert back(two.uid) == [("SOCK", 2, 99_802, True)]
    assert sorted(back(more.uid)) == [("SOCK", 1, 49_901, False), ("SOCK", 1, 49_901, True)]
    order = api.order(uid=sale.uid)
    assert [(line.quantity, line.returned) for line in order.lines] == [(3, 3)]
    assert [(one.tender, one.refunded, one.state) for one in order.payments] == [
        ("card", 99_802, "refunded"),
        ("cash", 49_901, "refunded"),
    ]
    assert (order.due, order.paid, sum(one.amount for one in order.refunds)) == (0, 0, 149_703)
    assert sql.scalar("SELECT sum(amount) FROM orders_refund") == 4 * 49_901
    assert of.stock("SOCK", "TVER") == (6, 0, 0)
    assert of.ledger_balances()
    with pytest.raises(TooManyPieces):
        returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, order.lines[0].id)], by=OLEG)
    assert states(take(shop, more, two, sale)) == ["duplicate"] * 3
    assert api.order(uid=sale.uid).due == 0


def test_more_than_was_sold_comes_back_without_a_receipt(shop: Shop) -> None:
    sale = receipt([sold(1, "SOCK", 2)], identifiers=CARD)
    refund = receipt([sold(1, "SOCK", 3)], at=MAY + timedelta(days=1), kind="refund", identifiers=CARD)
    stranger = receipt([sold(1, "SOCK", 1)], at=MAY + timedelta(days=1), kind="refund")
    assert states(take(shop, sale, refund, stranger)) == ["accepted"] * 3
    assert sorted(back(refund.uid)) == [("SOCK", 1, 49_901, False), ("SOCK", 2, 99_802, True)]
    assert back(stranger.uid) == [("SOCK", 1, 49_901, False)]
    assert api.order(uid=sale.uid).payments[0].refunded == 99_802
    assert of.stock("SOCK", "TVER") == (7, 0, 0)
    assert of.ledger_balances()


def test_a_refund_beyond_its_sale_is_taken_and_told(shop: Shop) -> None:
    sale = receipt([sold(1, "SOCK", 2)])
    refunds = [receipt([sold(1, "SOCK", 2)], kind="refund", refund_of=sale.uid, at=clock.now()) for _ in range(2)]
    take(shop, sale)
    told = [[one.code for one in verdict.warnings] for verdict in take(shop, *refunds)]
    assert sorted(told) == [[], ["more_than_sold"]]
    assert [line.returned for line in api.order(uid=sale.uid).lines] == [2]
    assert sql.scalar("SELECT sum(quantity) FROM orders_return_line WHERE line_id IS NULL") == 2


def test_what_a_till_held_before_it_went_offline_is_what_it_sells(shop: Shop) -> None:
    lease = of.new_uid()
    [(capacity,)] = sql.tuples(
        "SELECT capacity_id FROM inventory_level WHERE variant_id = %s AND location_id = %s",
        [shop.variants["SOCK"], shop.places["TVER"]],
    )
    holds.hold(holds.Owner("lease", lease), [holds.Want(capacity, 5)], until=clock.now() + timedelta(days=7))
    assert of.stock("SOCK", "TVER") == (5, 5, 0)
    take(shop, receipt([sold(1, "SOCK", 5)], leases=(lease,)))
    assert of.stock("SOCK", "TVER") == (0, 0, 0)
    assert sql.scalar("SELECT count(*) FROM inventory_case") == 0
    assert sql.scalar("SELECT leases FROM orders_receipt") == [lease]


def test_damaged_goods_do_not_go_on_sale(shop: Shop) -> None:
    refund = receipt([sold(1, "SOCK", 2, disposition="damaged")], kind="refund")
    take(shop, refund)
    assert of.stock("SOCK", "TVER") == (5, 0, 0)
    assert sql.scalar("SELECT sum(damaged) FROM inventory_level") == 2


def test_money_given_back_beyond_what_was_paid_stands_alone(shop: Shop) -> None:
    sale = receipt([sold(1, "SOCK", 1, 40_000)], identifiers=CARD)
    dear = receipt([sold(1, "SOCK", 1)], at=MAY + timedelta(days=1), kind="refund", identifiers=CARD)
    take(shop, sale, dear)
    order = api.order(uid=sale.uid)
    assert (order.payments[0].captured, order.payments[0].refunded) == (9_901, 9_901)
    assert sql.tuples("SELECT payment_id IS NULL, amount FROM orders_refund ORDER BY amount") == [
        (False, 9_901),
        (True, 40_000),
    ]


def test_an_order_of_the_site_may_be_refunded_at_a_till(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "DAWN-42", 2)])
    refund = receipt([sold(1, "DAWN-42")], kind="refund", refund_of=order.uid, at=clock.now())
    take(shop, refund)
    assert back(refund.uid) == [("DAWN-42", 1, 599_000, True)]
    assert [one.returned for one in api.order(uid=order.uid).lines] == [1]
    whose = of.ordered(shop, [of.line(shop, "SOCK", 1)], profile=of.shopper(shop))
    api.hand_over(uid=whose.uid, by=OLEG, code=whose.pickup_code)
    theirs = receipt([sold(1, "SOCK")], kind="refund", identifiers=(("phone", "+79161234567"),), at=clock.now())
    take(shop, theirs)
    assert back(theirs.uid) == [("SOCK", 1, 49_901, True)]
    assert api.order(uid=whose.uid).payments[0].refunded == 49_901


def test_five_thousand_receipts_take_a_handful_of_statements(shop: Shop) -> None:
    counted: list[str] = []
    batch = [receipt([sold(1, "SOCK", 1), sold(2, "DAWN-42", 1)], location="HUB") for _ in range(200)]
    sql.observers.append(counted.append)
    try:
        take(shop, *batch)
        few = len(counted)
        counted.clear()
        take(shop, *[replace(one, uid=of.new_uid()) for one in batch * 5])
        many = len(counted)
    finally:
        sql.observers.remove(counted.append)
    assert few == many
    assert few <= 20
    assert of.stock("SOCK", "HUB") == (20 - 1200, 0, 0) or of.stock("SOCK", "HUB")[0] == 20 - 1200
