"""What Kolya pays is told to the tax office: twice when he pays before he has the goods, never twice for the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integrations.atol_emulator import GROUP, LOGIN, PASSWORD, AtolEmulator
from tests.orders import shop as of
from tests.orders.shop import ANYA, OLEG, Shop

from edino.integrations.atol.device import NAME, Account, Atol
from edino.integrations.atol.document import VATS, Company, WrongDocument, build, check, right_inn
from edino.kernel import clock, sql
from edino.orders import api
from edino.orders.api import fiscal, returns
from edino.orders.rules import fiscal as rules
from edino.orders.types import Inspection, ReturnLineInput
from edino.orders.types.fiscal import FiscalDocument, FiscalLine, fiscal_devices

SHOP = Company("7707083893", "https://shop.example", "shop@shop.example", "osn")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
LINE = FiscalLine("Shoes", 599_000, 1, 599_000, "vat20", "full_payment")
SALE = FiscalDocument("order:1", "sell", MAY, "RUB", (LINE,), {"cashless": 599_000})


@pytest.fixture
def emulator() -> Iterator[AtolEmulator]:
    made = AtolEmulator()
    yield made
    made.stop()


@pytest.fixture
def atol(emulator: AtolEmulator) -> Iterator[AtolEmulator]:
    """The shop makes its receipts there."""
    device = Atol(Account(LOGIN, PASSWORD, GROUP, emulator.url), SHOP)
    fiscal_devices._offers[NAME] = device
    yield emulator
    del fiscal_devices._offers[NAME]
    device._http.close()


@pytest.fixture
def shop(db: None) -> Shop:
    return of.open_shop()


def made(atol: AtolEmulator) -> list[tuple[str, list[tuple[Any, ...]], dict[int, float], float]]:
    """(operation, items, payments by type, total) of the receipts there, in the order they came."""
    return [
        (
            atol.operations[external],
            [
                (one["payment_method"], one["quantity"], one["sum"], one["vat"]["type"])
                for one in told["receipt"]["items"]
            ],
            {one["type"]: one["sum"] for one in told["receipt"]["payments"]},
            told["receipt"]["total"],
        )
        for external, told in atol.documents.items()
    ]


def test_the_document_says_everything_the_protocol_asks_for() -> None:
    assert build(SALE, SHOP, email="kolya@example.org") == {
        "timestamp": "01.05.2026 15:00:00",
        "external_id": "order:1",
        "receipt": {
            "client": {"email": "kolya@example.org"},
            "company": {
                "email": "shop@shop.example",
                "sno": "osn",
                "inn": "7707083893",
                "payment_address": "https://shop.example",
            },
            "items": [
                {
                    "name": "Shoes",
                    "price": Decimal("5990.00"),
                    "quantity": Decimal(1),
                    "measure": 0,
                    "sum": Decimal("5990.00"),
                    "payment_method": "full_payment",
                    "payment_object": 1,
                    "vat": {"type": "vat20"},
                }
            ],
            "payments": [{"type": 1, "sum": Decimal("5990.00")}],
            "vats": [{"type": "vat20", "sum": Decimal("998.33")}],
            "total": Decimal("5990.00"),
        },
    }


@pytest.mark.parametrize(
    ("field", "document", "company", "contact"),
    [
        ("currency", replace(SALE, currency="EUR"), SHOP, {}),
        ("external_id", replace(SALE, external_id="x" * 129), SHOP, {}),
        ("client.email", SALE, SHOP, {"email": "kolya"}),
        ("client.phone", SALE, SHOP, {"phone": "8 916 123"}),
        ("company.inn", SALE, replace(SHOP, inn="7707083894"), {}),
        ("company.sno", SALE, replace(SHOP, tax_system="envd"), {}),
        ("company.payment_address", SALE, replace(SHOP, address="x" * 257), {}),
        ("items", replace(SALE, lines=()), SHOP, {}),
        ("items[0].name", replace(SALE, lines=(replace(LINE, name=" "),)), SHOP, {}),
        ("items[0].sum", replace(SALE, lines=(replace(LINE, price=598_900),)), SHOP, {}),
        ("items[0].quantity", replace(SALE, lines=(replace(LINE, quantity=100_000, price=6),)), SHOP, {}),
        ("items[0].vat.type", replace(SALE, lines=(replace(LINE, tax="vat18"),)), SHOP, {}),
        ("payments", replace(SALE, payments={"cashless": 598_999}), SHOP, {}),
        ("payments", replace(SALE, payments={}), SHOP, {}),
    ],
)
def test_what_would_be_refused_is_named_before_it_is_sent(
    field: str, document: FiscalDocument, company: Company, contact: dict[str, str]
) -> None:
    with pytest.raises(WrongDocument) as refused:
        build(document, company, **contact)
    assert refused.value.field == field


def test_check_digits_of_taxpayers() -> None:
    assert [
        right_inn(one) for one in ("7707083893", "500100732259", "7707083892", "500100732258", "77070838", "x")
    ] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 50), st.integers(0, 10**7), st.sampled_from(sorted(VATS))), min_size=1, max_size=12
    ),
    st.integers(0, 10**8),
    st.dictionaries(st.sampled_from(["card", "cash", "gift_card", "points"]), st.integers(1, 10**7)),
)
def test_any_purchase_makes_documents_whose_sums_agree(
    bought: list[tuple[int, int, str]], before: int, now: dict[str, int]
) -> None:
    pieces = [rules.Piece(f"Goods {n}", count, worth, tax) for n, (count, worth, tax) in enumerate(bought)]
    whole = sum(one.sum for one in pieces)
    lines = rules.lines(pieces, "full_payment")
    assert sum(line.sum for line in lines) == whole
    assert all(line.price * line.quantity == line.sum for line in lines)
    if lines:
        payments = rules.settled(whole, before, now)
        assert sum(payments.values()) == whole
        check(build(replace(SALE, lines=lines, payments=payments), SHOP))
    paid = min(before, whole)
    if paid:
        first = rules.prepaid(pieces, paid)
        check(build(replace(SALE, lines=first, payments={"cashless": paid}), SHOP))


def test_prepaid_goods_make_two_receipts(shop: Shop, atol: AtolEmulator) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 3, 1)])
    assert atol.documents == {}  # never within the purchase
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    assert fiscal.send_due() == 2
    items = [(2.0, 998.02), (1.0, 499.00)]
    assert made(atol) == [
        ("sell", [("full_prepayment", *one, "vat120") for one in items], {1: 1497.02}, 1497.02),
        ("sell", [("full_payment", *one, "vat20") for one in items], {2: 1497.02}, 1497.02),
    ]
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert fiscal.send_due() == 2
    told = fiscal.receipts_of(order_uid=order.uid)
    assert [(one.state, one.error) for one in told] == [("done", ""), ("done", "")]
    assert sql.scalar("SELECT answer ->> 'fiscal_document_number' FROM orders_fiscal LIMIT 1") == "133"
    assert "kolya@mail.ru" not in sql.scalar("SELECT string_agg(document::text, '') FROM orders_fiscal")
    assert {one["receipt"]["client"]["email"] for one in atol.documents.values()} == {"kolya@mail.ru"}


def test_goods_paid_at_the_counter_make_one_receipt(shop: Shop, atol: AtolEmulator) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={"cod": 49_901})
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, tender="cash")
    fiscal.send_due()
    assert made(atol) == [("sell", [("full_payment", 1.0, 499.01, "vat20")], {0: 499.01}, 499.01)]


def test_what_is_refused_at_the_counter_is_refunded(shop: Shop, atol: AtolEmulator) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-41", 1), of.line(shop, "DAWN-42", 1)])
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, lines={"DAWN-42": 1})
    fiscal.send_due()
    assert [(operation, payments, total) for operation, _, payments, total in made(atol)] == [
        ("sell", {1: 11980.0}, 11980.0),
        ("sell_refund", {1: 5990.0}, 5990.0),
        ("sell", {2: 5990.0}, 5990.0),
    ]


def test_a_gift_card_is_an_advance_and_a_return_goes_back_by_tender(shop: Shop, atol: AtolEmulator) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], paid={"card": 50_000, "cash": 49_802})
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    line = ReturnLineInput(1, order.lines[0].id)
    ret = returns.request_return(uid=of.new_uid(), lines=[line], by=OLEG)
    returns.receive(uid=ret.uid, location="KLIN", by=OLEG)
    returns.inspect(uid=ret.uid, inspections=[Inspection(ret.lines[0].id, "resell")], by=OLEG)
    returns.settle(uid=ret.uid, by=OLEG, to="gift_card")
    fiscal.send_due()
    assert [(operation, payments) for operation, _, payments, _ in made(atol)] == [
        ("sell", {0: 498.02, 1: 500.0}),
        ("sell", {2: 998.02}),
        ("sell_refund", {2: 499.01}),
    ]


def test_whatever_the_network_does_a_receipt_is_made_once(shop: Shop, atol: AtolEmulator) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    start = clock.now()
    atol.ill = 2
    assert fiscal.send_due() == 0
    assert [one.state for one in fiscal.receipts_of(order_uid=order.uid)] == ["queued"]
    atol.lose = 1
    for minute in (5, 10):  # the service takes it, the answer is lost; then it says that it has it
        with clock.frozen(start + timedelta(minutes=minute)):
            fiscal.send_due()
    atol.slow = 1
    atol.tokens.append("another process has a newer token")
    for minute in (20, 30, 40):
        with clock.frozen(start + timedelta(minutes=minute)):
            fiscal.send_due()
    assert [one.state for one in fiscal.receipts_of(order_uid=order.uid)] == ["done"]
    assert len(atol.documents) == 1


def test_what_is_refused_for_good_waits_for_a_person(shop: Shop, atol: AtolEmulator) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    atol.refuse = "wrong field: company.inn"
    fiscal.send_due()
    [late] = fiscal.late()
    assert (late.state, late.error, late.order_uid) == ("failed", "32 wrong field: company.inn", order.uid)
    atol.refuse = ""
    assert fiscal.again(id=late.id)
    assert not fiscal.again(id=late.id)
    fiscal.send_due()
    assert len(atol.documents) == 1


def test_without_a_device_nothing_is_queued(shop: Shop) -> None:
    of.handed(shop, [of.line(shop, "SOCK", 1)])
    assert sql.scalar("SELECT count(*) FROM orders_fiscal") == 0
