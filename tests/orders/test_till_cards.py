"""Gift cards at tills: debited and credited once, also a week late, and an overdraft is a case, never a refusal."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from edino.kernel import clock, sql
from edino.orders import api
from edino.orders.api import office, returns
from edino.orders.types import Inspection, Receipt, ReceiptLine, ReceiptTender, ReturnLineInput
from edino.orders.types.book import Tender
from edino.promotions import api as promotions
from tests.orders import shop as of
from tests.orders.shop import ANYA, OLEG, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


@pytest.fixture
def code(shop: Shop) -> str:
    return promotions.issue_gift_card(amount=100_000, currency=of.currency(), by=ANYA).code


def sale(*tenders: tuple[Tender, int, str], **more: Any) -> Receipt:
    total = sum(amount for _, amount, _ in tenders)
    line = ReceiptLine(1, "SOCK", 1, total, total)
    return Receipt(
        uid=of.new_uid(),
        till="1",
        kind="sale",
        occurred_at=clock.now() - timedelta(days=6),
        location="TVER",
        currency=of.currency(),
        lines=(line,),
        tenders=tuple(ReceiptTender(*one) for one in tenders),
        **more,
    )


def take(shop: Shop, *receipts: Receipt) -> list[tuple[str, list[str]]]:
    verdicts = api.receive_receipts(source=shop.till, receipts=receipts)
    return [(one.state, [problem.code for problem in one.warnings]) for one in verdicts]


def balance(code: str) -> int:
    return promotions.gift_card(code=code).balance


def kept_codes(code: str) -> int:
    """Rows anywhere in the book that hold the code itself."""
    return int(
        sql.scalar(
            """SELECT (SELECT count(*) FROM orders_payment WHERE provider_ref LIKE %(code)s)
                    + (SELECT count(*) FROM orders_refund WHERE provider_ref LIKE %(code)s)
                    + (SELECT count(*) FROM orders_case WHERE note LIKE %(code)s)
                    + (SELECT count(*) FROM kernel_log WHERE body::text LIKE %(code)s)""",
            {"code": f"%{code}%"},
        )
    )


def test_a_receipt_takes_the_money_from_the_card_once(shop: Shop, code: str) -> None:
    receipt = sale(("gift_card", 30_001, code.lower()), ("cash", 10_000, ""))
    assert take(shop, receipt) == [("accepted", [])]
    assert balance(code) == 69_999
    assert take(shop, receipt) == [("duplicate", [])]
    assert take(shop, receipt, sale(("gift_card", 9_999, code))) == [("duplicate", []), ("accepted", [])]
    assert balance(code) == 60_000
    order = api.order(uid=receipt.uid)
    assert [(one.tender, one.provider, one.captured) for one in order.payments] == [
        ("gift_card", "gift_card", 30_001),
        ("cash", "", 10_000),
    ]
    assert (promotions.gift_card_drift(), office.troubles(), kept_codes(code)) == ([], [], 0)


def test_what_comes_back_to_the_store_goes_back_to_the_card_that_paid_it(shop: Shop, code: str) -> None:
    receipt = sale(("gift_card", 30_001, code), ("cash", 10_000, ""))
    take(shop, receipt)
    [line] = api.order(uid=receipt.uid).lines
    ret = returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, line.id)], by=ANYA, location="TVER")
    returns.receive(uid=ret.uid, location="TVER", by=ANYA)
    returns.inspect(uid=ret.uid, inspections=[Inspection(ret.lines[0].id, "resell")], by=ANYA)
    assert returns.settle(uid=ret.uid, by=ANYA).settlement["tenders"] == {"cash": 10_000, "gift_card": 30_001}
    assert balance(code) == 100_000
    assert promotions.gift_card_drift() == []


def test_a_till_puts_money_back_on_the_card_once_named_or_not(shop: Shop, code: str) -> None:
    receipt = sale(("gift_card", 30_000, code))
    take(shop, receipt)
    back = replace(receipt, uid=of.new_uid(), kind="refund", refund_of=receipt.uid)
    unnamed = replace(back, tenders=(ReceiptTender("gift_card", 30_000, ""),))
    assert take(shop, unnamed) == [("accepted", [])]
    assert take(shop, unnamed) == [("duplicate", [])]
    assert balance(code) == 100_000
    # A refund of cash that the till put on a card: it is worth more than it was made for.
    cash = sale(("cash", 5_000, ""))
    gift = replace(
        cash, uid=of.new_uid(), kind="refund", refund_of=cash.uid, tenders=(ReceiptTender("gift_card", 5_000, code),)
    )
    assert take(shop, cash, gift) == [("accepted", []), ("accepted", [])]
    assert balance(code) == 105_000
    assert (promotions.gift_card_drift(), kept_codes(code), of.ledger_balances()) == ([], 0, True)


def test_two_tills_that_were_offline_took_more_than_was_there(shop: Shop, code: str) -> None:
    first, second = sale(("gift_card", 80_000, code)), sale(("gift_card", 50_000, code))
    assert take(shop, first) == [("accepted", [])]
    # It has happened: it is taken, told, and somebody looks into it.
    assert take(shop, second) == [("accepted", ["gift_card_overdrawn"])]
    assert take(shop, second) == [("duplicate", ["gift_card_overdrawn"])]  # told again: it may not have been heard
    assert api.order(uid=second.uid).paid == 50_000
    [trouble] = office.troubles()
    assert (trouble.kind, trouble.uid, trouble.amount) == ("gift_card_overdrawn", second.uid, 30_000)
    assert balance(code) == 0
    assert [one.amount for one in promotions.gift_entries(card_id=promotions.gift_card(code=code).id)] == [
        -50_000,
        -80_000,
        100_000,
    ]
    assert promotions.gift_card_drift() == []
    # No promise is made of what is not there.
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
    from edino.orders.types import Paid  # only this story needs it
    from edino.promotions.errors import NotEnoughOnCard  # as above

    with pytest.raises(NotEnoughOnCard):
        api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, tenders=[Paid("gift_card", 49_901, code)])
    assert office.close_case(uid=trouble.ref, by=OLEG)
    assert not office.close_case(uid=trouble.ref, by=OLEG)
    assert office.troubles() == []


def test_a_card_nobody_knows_and_one_that_ended_are_cases_and_its_money_goes_to_a_new_card(
    shop: Shop, code: str
) -> None:
    sql.execute("UPDATE promotions_gift_card SET expires_at = %s", [clock.now() - timedelta(days=1)])
    unknown, ended = sale(("gift_card", 10_000, "NO-SUCH-CARD")), sale(("gift_card", 10_000, code))
    assert take(shop, unknown, ended) == [("accepted", ["gift_card_unknown"]), ("accepted", ["gift_card_ended"])]
    assert sorted(one.kind for one in office.troubles()) == ["gift_card_ended", "gift_card_unknown"]
    assert kept_codes("NO-SUCH") == 0
    [line] = api.order(uid=unknown.uid).lines
    ret = returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, line.id)], by=ANYA, location="TVER")
    returns.receive(uid=ret.uid, location="TVER", by=ANYA)
    returns.inspect(uid=ret.uid, inspections=[Inspection(ret.lines[0].id, "resell")], by=ANYA)
    [fresh] = returns.settle(uid=ret.uid, by=ANYA).settlement["gift_card"]
    assert balance(fresh) == 10_000
    assert promotions.gift_card_drift() == []


def test_the_same_receipt_at_the_same_instant_debits_once(shop: Shop, code: str) -> None:
    receipt, states, together = sale(("gift_card", 30_000, code)), [], Barrier(4)

    def send() -> None:
        together.wait()
        states.append(take(shop, receipt)[0][0])
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(states) == ["accepted", "duplicate", "duplicate", "duplicate"]
    assert balance(code) == 70_000
    assert promotions.gift_card_drift() == []
