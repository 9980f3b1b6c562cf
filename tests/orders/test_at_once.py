"""The same thing sent twice at the same instant has one effect and the same answer."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from edino.kernel import sql
from edino.kernel.transactions import retried
from edino.orders import api
from edino.orders.api import returns
from edino.orders.errors import TooManyPieces
from edino.orders.queries import book
from edino.orders.types import Inspection, Receipt, ReceiptLine, ReceiptTender, ReturnLineInput
from tests.orders import shop as of
from tests.orders.shop import ANYA, MAY, OLEG, Shop

pytestmark = pytest.mark.django_db(transaction=True)
CONNECTIONS = 8


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Each in a thread with a connection of its own, all beginning together; what each answered or was refused by."""
    gate = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait()
            answers[place] = work()
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def sale(quantity: int = 1) -> Receipt:
    line = ReceiptLine(1, "SOCK", quantity, 49_901, 49_901 * quantity)
    return Receipt(
        of.new_uid(), "till 1", "sale", MAY, "HUB", "RUB", (line,), (ReceiptTender("cash", line.net),), number="1"
    )


def test_one_receipt_from_eight_connections_is_sold_once(shop: Shop) -> None:
    one = sale(2)
    answers = at_once([lambda: api.receive_receipts(source=shop.till, receipts=[one])] * CONNECTIONS)
    states = sorted(verdict[0].state for verdict in answers)
    assert states == ["accepted"] + ["duplicate"] * (CONNECTIONS - 1)
    assert len({verdict[0].hash for verdict in answers}) == 1
    assert of.stock("SOCK", "HUB") == (18, 0, 0)
    assert sql.scalar("SELECT count(*) FROM kernel_log WHERE type = 'Order Completed'") == 1
    assert of.ledger_balances()


def test_overlapping_batches_in_any_order_count_each_receipt_once(shop: Shop) -> None:
    many = [sale() for _ in range(12)]
    batches = [many[:8], many[4:][::-1], many[::2], many[::-3]]
    answers = at_once([partial(api.receive_receipts, source=shop.till, receipts=batch) for batch in batches])
    accepted = [one.uid for verdicts in answers for one in verdicts if one.state == "accepted"]
    assert sorted(accepted) == sorted(one.uid for one in many)
    assert {one.state for verdicts in answers for one in verdicts} == {"accepted", "duplicate"}
    assert of.stock("SOCK", "HUB") == (8, 0, 0)


def test_refunds_of_one_sale_at_once_never_exceed_it(shop: Shop) -> None:
    sold = sale(3)
    api.receive_receipts(source=shop.till, receipts=[sold])
    line = ReceiptLine(1, "SOCK", 1, 49_901, 49_901, refund_of_line=1)
    backs = [
        replace(sold, uid=of.new_uid(), kind="refund", lines=(line,), tenders=(), refund_of=sold.uid)
        for _ in range(CONNECTIONS)
    ]
    at_once([partial(api.receive_receipts, source=shop.till, receipts=[one]) for one in backs])
    order = api.order(uid=sold.uid)
    assert (order.lines[0].returned, order.payments[0].refunded, order.due) == (3, 149_703, 0)
    assert sql.tuples("SELECT line_id IS NULL, count(*) FROM orders_return_line GROUP BY 1 ORDER BY 1") == [
        (False, 3),
        (True, 5),
    ]
    assert of.ledger_balances()


def test_a_refund_and_its_sale_from_two_tills_at_once_belong_together(shop: Shop) -> None:
    for _ in range(6):
        sold = sale(2)
        line = ReceiptLine(1, "SOCK", 1, 49_901, 49_901)
        back = replace(sold, uid=of.new_uid(), kind="refund", lines=(line,), tenders=(), refund_of=sold.uid)
        works = [partial(api.receive_receipts, source=shop.till, receipts=[one]) for one in (back, sold, back, sold)]
        answers = at_once([*works, partial(api.receive_receipts, source=shop.till, receipts=[sale(), back])])
        assert {one.state for verdicts in answers for one in verdicts} == {"accepted", "duplicate"}
        order = api.order(uid=sold.uid)
        assert [(line.returned, order.due, order.paid) for line in order.lines] == [(1, 49_901, 49_901)]
        assert [one.sold_line_id for one in returns.get_return(uid=back.uid).lines] == [order.lines[0].id]
    assert of.ledger_balances()


def test_one_cancellation_from_eight_connections_gives_back_once(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 3, 2)])

    def cancel() -> Any:
        return api.cancel(uid=order.uid, by=OLEG, lines={"SOCK": 1}, reason="customer", key="the same")

    answers = at_once([cancel] * CONNECTIONS)
    assert {answer.due for answer in answers} == {99_800}
    assert len({answer.version for answer in answers}) == 1
    after = api.order(uid=order.uid)
    assert (after.lines[0].cancelled, [one.amount for one in after.refunds]) == (1, [49_901])
    whole = at_once([lambda: api.cancel(uid=order.uid, by=OLEG)] * CONNECTIONS)
    assert {answer.state for answer in whole} == {"cancelled"}
    assert (api.order(uid=order.uid).paid, of.stock("SOCK", "TVER")) == (0, (5, 0, 0))
    assert of.ledger_balances()


def test_an_order_is_placed_and_handed_over_once(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)])
    at_once([lambda: api.place(uid=order.uid)] * 4)
    assert len(of.facts("Order Completed")) == 1
    hand = [lambda: api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)] * CONNECTIONS
    assert {answer.state for answer in at_once(hand)} == {"closed"}
    assert of.stock("SOCK", "TVER") == (3, 0, 0)
    assert len(of.facts("Order Delivered")) == 1


def test_handing_over_and_cancelling_at_once_do_not_both_happen(shop: Shop) -> None:
    for _ in range(4):
        order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
        at_once(
            [
                partial(api.hand_over, uid=order.uid, by=ANYA, code=order.pickup_code),
                partial(api.cancel, uid=order.uid, by=OLEG),
            ]
        )
        line = api.order(uid=order.uid).lines[0]
        assert (line.fulfilled, line.cancelled) in {(1, 0), (0, 1)}
    assert of.ledger_balances()


def test_one_return_from_eight_connections_takes_its_pieces_and_its_money_once(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 2)])
    uid, line = of.new_uid(), ReturnLineInput(1, order.lines[0].id)
    asked = at_once([lambda: returns.request_return(uid=uid, lines=[line], by=ANYA)] * CONNECTIONS)
    assert {answer.number for answer in asked} == {asked[0].number}
    assert api.order(uid=order.uid).lines[0].returned == 1
    returns.receive(uid=uid, location="KLIN", by=ANYA)
    found = [Inspection(asked[0].lines[0].id, "resell")]
    at_once([lambda: returns.inspect(uid=uid, inspections=found, by=ANYA)] * CONNECTIONS)
    assert of.stock("SOCK", "KLIN") == (4, 0, 0)
    settled = at_once([lambda: returns.settle(uid=uid, by=ANYA)] * CONNECTIONS)
    assert {answer.settlement["refunded"] for answer in settled} == {49_901}
    assert [one.amount for one in api.order(uid=order.uid).refunds] == [49_901]
    assert of.ledger_balances()


def test_of_eight_returns_of_two_shoes_two_are_taken(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 2)])
    line = ReturnLineInput(1, order.lines[0].id)
    works = [lambda: returns.request_return(uid=of.new_uid(), lines=[line], by=ANYA)] * CONNECTIONS
    answers = at_once(works)
    refused = [answer for answer in answers if isinstance(answer, TooManyPieces)]
    assert (len(refused), api.order(uid=order.uid).lines[0].returned) == (CONNECTIONS - 2, 2)


def test_one_payment_from_eight_connections_is_noted_once(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})

    def pay() -> Any:
        told = {"order_uid": order.uid, "tender": "card", "amount": 49_901, "key": "1"}
        return retried(lambda: api.add_payment(**told, state="captured"))  # type: ignore[arg-type]  # told is mixed

    answers = at_once([pay] * CONNECTIONS)
    assert len({answer.uid for answer in answers}) == 1
    assert (api.order(uid=order.uid).paid, len(of.facts("payment.captured"))) == (49_901, 1)


def test_money_that_comes_while_an_order_is_cancelled_is_owed_back(shop: Shop) -> None:
    """Kolya pays by transfer in the moment in which Oleg cancels: nothing stays in an order that is nothing."""
    for _ in range(6):
        order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
        told: dict[str, Any] = {"order_uid": order.uid, "tender": "bank", "amount": 49_901, "state": "captured"}
        pay = partial(retried, partial(api.add_payment, **told, key="transfer"))
        at_once([pay, partial(api.cancel, uid=order.uid, by=OLEG), pay])
        found = api.order(uid=order.uid)
        assert (found.state, found.due, found.paid) == ("cancelled", 0, 0)
        assert [(one.tender, one.amount, one.state) for one in found.refunds] == [("bank", 49_901, "due")]
    assert of.ledger_balances()


def test_money_that_was_waited_for_and_a_cancellation_do_not_lock_each_other_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={"cod": 49_901})
    found, cancelling = threading.Event(), threading.Event()
    read, give_up = book.payment, book.give_up_payments

    def slowly(**which: Any) -> Any:
        payment = read(**which)
        if not found.is_set():
            found.set()
            cancelling.wait(1)
        return payment

    def given_up(order_id: int) -> None:
        cancelling.set()
        give_up(order_id)

    def cancel() -> Any:
        found.wait(5)
        return api.cancel(uid=order.uid, by=OLEG)

    monkeypatch.setattr(book, "payment", slowly)
    monkeypatch.setattr(book, "give_up_payments", given_up)
    pay = partial(api.update_payment, order_uid=order.uid, key="0", state="captured")
    paid, cancelled = at_once([transaction.atomic()(pay), cancel])
    assert (paid.captured, cancelled.state) == (49_901, "cancelled")
    after = api.order(uid=order.uid)
    assert (after.paid, [(one.amount, one.state) for one in after.refunds]) == (0, [(49_901, "due")])


def test_what_is_paid_twice_is_owed_back_once(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
    told: dict[str, Any] = {"order_uid": order.uid, "tender": "bank", "amount": 49_901, "state": "captured"}
    at_once([partial(retried, partial(api.add_payment, **told, key=f"transfer {n % 2}")) for n in range(CONNECTIONS)])
    found = api.order(uid=order.uid)
    assert (found.due, found.paid, found.outstanding) == (49_901, 49_901, 0)
    assert [(one.amount, one.state, one.cause_kind) for one in found.refunds] == [(49_901, "due", "payment")]
