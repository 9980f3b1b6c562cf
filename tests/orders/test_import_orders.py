"""Igor brings the tills' exports: what was sold and given back lands on the log, each line once, to the penny."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.activity import api
from edino.channels import api as channels
from edino.kernel import sql
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.mapping import FieldMap, parse
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Report
from edino.orders import api as orders
from edino.orders.api import returns
from edino.orders.commands.orders import Orders
from edino.orders.errors import TooManyPieces
from edino.orders.types import ReturnLineInput
from tests.orders import shop as of

pytestmark = pytest.mark.django_db

TITLES = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
SUMS = """
SELECT count(*), coalesce(sum(CASE fact.type WHEN 'Order Refunded' THEN -1 ELSE 1 END * p.quantity * p.price), 0)
  FROM kernel_log AS fact
 CROSS JOIN jsonb_to_recordset(fact.body -> 'properties' -> 'products') AS p (quantity numeric, price numeric)
 WHERE fact.class = 0 AND fact.type LIKE 'Order %%'
"""
FACTS = "SELECT type, body::text, profile_id FROM kernel_log WHERE class = 0 AND type LIKE 'Order %%' ORDER BY id"


def line(
    invoice: str, code: str, quantity: object, price: object, customer: str = "17850", day: str = "01"
) -> list[str]:
    return [invoice, code, f"Goods {code}", str(quantity), f"2011-12-{day} 10:00", str(price), customer, "France"]


def shop_file(
    folder: Path, lines: Sequence[Sequence[str]], name: str = "till.csv", titles: Sequence[str] = TITLES
) -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([titles, *lines])
    return path


def imported(path: Path, told: dict[str, Any] | None = None, **more: Any) -> Report:
    return run(Job(path, "orders", Orders(), parse(told) if told else FieldMap(), Options(), **more))


def totals(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.written, report.unchanged, report.rejected


def sums() -> tuple[int, Decimal]:
    count, money = sql.tuples(SUMS)[0]
    return count, money


def test_an_order_is_one_fact_with_its_lines_and_its_customer(tmp_path: Path) -> None:
    lines = [
        line("536365", "85123A", 6, "2.55"),
        line("536365", "71053", 6, "3.39"),
        line("536366", "22633", 6, "1.85", ""),
    ]
    assert totals(imported(shop_file(tmp_path, lines))) == (3, 3, 0, 0)
    facts = sql.tuples(FACTS)
    assert [fact[0] for fact in facts] == ["Order Completed", "Order Completed"]
    assert facts[0][1] == (
        '{"call": "track", "properties": {"total": 35.64, "country": "France", "order_id": "536365", "products": ['
        '{"sku": "85123A", "name": "Goods 85123A", "price": 2.55, "position": 1, "quantity": 6}, '
        '{"sku": "71053", "name": "Goods 71053", "price": 3.39, "position": 2, "quantity": 6}]}}'
    )
    assert facts[0][2] is not None
    assert facts[1][2] is None
    assert "17850" not in facts[0][1]


def test_odd_things_of_a_real_shop_come_out_to_the_penny(tmp_path: Path) -> None:
    lines = [
        line("1", "A", 1, "0.001"),
        line("1", "B", 5, "0"),
        line("1", "C", 2, "2.1"),
        line("1", "C", 2, "2.1"),
        line("C2", "C", -3, "2.1"),
        line("A3", "DEBT", 1, "-11062.06", ""),
        line("4", "LOST", -7, "0", ""),
        line("5", "X", 1, "1.10"),
        line("5", "X", -1, "1.10"),
    ]
    assert totals(imported(shop_file(tmp_path, lines))) == (9, 9, 0, 0)
    assert sums() == (9, Decimal("0.001") + 0 + 4 * Decimal("2.1") - 3 * Decimal("2.1") - Decimal("11062.06"))
    types = sql.tuples(
        "SELECT type, count(*) FROM kernel_log WHERE class = 0 AND type LIKE 'Order %%' GROUP BY 1 ORDER BY 1"
    )
    assert types == [("Order Completed", 2), ("Order Refunded", 4)]
    refund = sql.scalar("SELECT body -> 'properties' FROM kernel_log WHERE type = 'Order Refunded' ORDER BY id LIMIT 1")
    assert refund["refund_id"] == "C2"
    assert "order_id" not in refund


def test_the_same_lines_in_another_file_change_nothing(tmp_path: Path) -> None:
    lines = [line("1", "A", 1, "1"), line("1", "A", 1, "1"), line("C2", "A", -1, "1")]
    imported(shop_file(tmp_path, lines))
    before = sums()
    assert totals(imported(shop_file(tmp_path, lines, "again.csv"))) == (3, 0, 3, 0)
    longer = [lines[0], lines[1], line("1", "B", 1, "1.0000"), lines[2]]
    assert totals(imported(shop_file(tmp_path, longer, "more.csv"))) == (4, 1, 3, 0)
    assert totals(imported(shop_file(tmp_path, longer, "more again.csv"))) == (4, 0, 4, 0)
    longest = [*longer, line("1", "D", 2, "2")]
    assert totals(imported(shop_file(tmp_path, longest, "most.csv"))) == (5, 1, 4, 0)
    assert sums() == (5, before[1] + 5)
    assert sql.scalar("SELECT count(DISTINCT profile_id) FROM kernel_log WHERE type LIKE 'Order %%'") == 1


def test_a_line_that_says_something_else_under_the_same_number_is_refused(tmp_path: Path) -> None:
    imported(shop_file(tmp_path, [line("1", "A", 1, "1"), line("1", "B", 1, "1")]))
    report = imported(shop_file(tmp_path, [line("1", "A", 2, "1"), line("1", "B", 1, "1")], "other.csv"))
    assert (totals(report), report.reasons) == ((2, 0, 1, 1), {"conflict": 1})
    assert sums() == (2, Decimal(2))


def test_a_mended_line_is_added_to_its_order(tmp_path: Path) -> None:
    bad = [line("1", "A", 1, "1"), line("1", "B", "six", "1"), line("1", "C", 1, "1.23456")]
    report = imported(shop_file(tmp_path, bad))
    assert (totals(report), report.reasons) == ((3, 1, 0, 2), {"number": 1, "decimals": 1})
    good = [line("1", "A", 1, "1"), line("1", "B", 6, "1"), line("1", "C", 1, "1.2345")]
    assert totals(imported(shop_file(tmp_path, good))) == (3, 2, 1, 0)
    assert sums() == (3, Decimal("8.2345"))


def test_lines_of_an_order_scattered_over_the_file_make_one_order(tmp_path: Path) -> None:
    lines = [line(str(number % 3), f"S{number}", 1, "1") for number in range(30)]
    imported(shop_file(tmp_path, lines))
    assert len(sql.tuples(FACTS)) == 3
    assert sums() == (30, Decimal(30))


def test_ordinals_of_the_file_are_the_key_when_it_has_them(tmp_path: Path) -> None:
    titles = (*TITLES, "line_no")
    lines = [[*line("1", "A", 1, "1"), "7"], [*line("1", "A", 1, "1"), "7"], [*line("1", "B", 1, "1"), "-1"]]
    report = imported(shop_file(tmp_path, lines, titles=titles))
    assert (totals(report), report.reasons) == ((3, 1, 1, 1), {"range": 1})


def test_an_order_has_one_customer(tmp_path: Path) -> None:
    lines = [line("1", "A", 1, "1", "17850"), line("1", "B", 1, "1", "13047"), line("1", "C", 1, "1", "")]
    report = imported(shop_file(tmp_path, lines))
    assert (totals(report), report.reasons) == ((3, 2, 0, 1), {"customer": 1})


def test_a_sale_with_a_telephone_that_cannot_be_is_still_a_sale(tmp_path: Path) -> None:
    titles = (*TITLES, "phone", "card")
    lines = [[*line("1", "A", 1, "1", ""), "12", "100-200"], [*line("2", "A", 1, "1", ""), "null", ""]]
    report = imported(shop_file(tmp_path, lines, titles=titles))
    assert totals(report) == (2, 2, 0, 0)
    assert report.reasons == {"phone: unusable (taken without it)": 2}
    assert [fact[2] is None for fact in sql.tuples(FACTS)] == [False, True]


def test_what_came_as_an_event_already_is_not_counted_twice(tmp_path: Path) -> None:
    source = channels.source_of_files(name=None)
    event = (
        b'{"type":"track","event":"Order Completed","userId":"kolya","timestamp":"2011-12-01T10:00:00Z",'
        b'"properties":{"order_id":"1","products":[{"sku":"A","quantity":1,"price":1}]}}'
    )
    assert api.collect(source=source, messages=[event]).accepted == 1
    report = imported(shop_file(tmp_path, [line("1", "A", 1, "1"), line("2", "A", 1, "1")]))
    assert (totals(report), report.reasons) == ((2, 1, 0, 1), {"known": 1})
    assert sums() == (2, Decimal(2))


def test_the_source_is_named_or_made(tmp_path: Path) -> None:
    path = shop_file(tmp_path, [line("1", "A", 1, "1")])
    with pytest.raises(Exception, match="no such source"):
        imported(path, source="nobody")
    assert imported(path, dry_run=True).written == 1
    assert sql.scalar("SELECT count(*) FROM channels_source WHERE name = 'files'") == 0
    imported(path)
    assert sql.scalar("SELECT count(*) FROM channels_source WHERE name = 'files'") == 1


def test_addresses_in_names_of_goods_do_not_reach_the_log(tmp_path: Path) -> None:
    lines = [[*line("1", "A", 1, "1")]]
    lines[0][2] = "Engraving for lena@shop.example"
    imported(shop_file(tmp_path, lines))
    assert "lena@" not in sql.tuples(FACTS)[0][1]


prices = st.decimals(min_value=-1000, max_value=1000, places=4, allow_nan=False)
sold = st.tuples(st.sampled_from("123"), st.sampled_from("AB"), st.integers(-9, 9), prices)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bought=st.lists(sold, min_size=1, max_size=20))
def test_any_lines_sum_up_on_the_log_as_in_the_file(
    tmp_path_factory: pytest.TempPathFactory, bought: list[tuple[str, str, int, Decimal]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    count, money = sums()
    prefix = folder.name
    lines = [line(f"{prefix}-{order}", code, quantity, price) for order, code, quantity, price in bought]
    path = shop_file(folder, lines)
    assert totals(imported(path)) == (len(lines), len(lines), 0, 0)
    after = (count + len(lines), money + sum(quantity * price for _, _, quantity, price in bought))
    assert sums() == after
    assert totals(imported(path, again=True)) == (len(lines), 0, len(lines), 0)
    assert sums() == after


def test_what_a_file_tells_stands_in_the_order_book_and_the_stock(tmp_path: Path) -> None:
    shop = of.open_shop()
    goods = "DAWN-42"
    lines = [
        [*line("1", goods, 2, "59.90"), "TVER"],
        [*line("1", "NOBODY-KNOWS", 1, "1.005"), "TVER"],
        [*line("2", "CHEESE", "0.350", "10.00"), "TVER"],
        [*line("C3", goods, -1, "59.90", day="02"), "TVER"],
        [*line("C4", goods, -3, "59.90", day="03"), "TVER"],
        [*line("A5", "B", 1, "-11062.06", "", day="03"), "TVER"],
    ]
    path = shop_file(tmp_path, lines, titles=(*TITLES, "location"))
    report = imported(path)
    assert totals(report) == (6, 6, 0, 0)
    assert report.reasons == {
        "sku: not in the catalogue (taken without moving stock)": 3,
        "quantity: given back without a sale (receiptless)": 2,
    }
    sales = sql.tuples("SELECT number, state, origin, total, due FROM orders_order ORDER BY id")
    assert sales == [("1", "closed", "import", 12_080, 100), ("2", "closed", "import", 350, 350)]
    assert sql.tuples("SELECT sku, quantity, measure, net, returned FROM orders_line ORDER BY id") == [
        (goods, 2, "", 11_980, 2),
        ("NOBODY-KNOWS", 1, "", 100, 0),
        ("CHEESE", 1, "0.350", 350, 0),
    ]
    back = "SELECT r.number, l.quantity, l.amount, l.line_id IS NULL FROM orders_return_line l"
    back += " JOIN orders_return r ON r.id = l.return_id ORDER BY l.id"
    assert sorted(sql.tuples(back)) == [
        ("A5", 1, 1_106_206, True),
        ("C3", 1, 5_990, False),
        ("C4", 1, 5_990, False),
        ("C4", 2, 11_980, True),
    ]
    assert of.stock(goods, "TVER") == (7, 0, 0)
    assert of.ledger_balances()
    assert len(shop.variants) == 3
    again = imported(shop_file(tmp_path, lines, "again.csv", titles=(*TITLES, "location")))
    assert (totals(again), of.stock(goods, "TVER")) == ((6, 0, 6, 0), (7, 0, 0))
    assert sql.scalar("SELECT count(*) FROM orders_order") == 2


def test_a_refund_in_an_earlier_file_than_its_sale_is_of_that_sale_all_the_same(tmp_path: Path) -> None:
    """The files are read in the wrong order: what was given back cannot be given back, and paid for, once more."""
    of.open_shop()
    titles = (*TITLES, "location", "refund_of")
    backs = [
        [*line("C8", "DAWN-42", -1, "59.90", "", day="03"), "TVER", "7"],
        [*line("C9", "DAWN-42", -2, "59.90", "", day="04"), "TVER", "7"],
    ]
    refunds = shop_file(tmp_path, backs, "refunds.csv", titles)
    sales = shop_file(tmp_path, [[*line("7", "DAWN-42", 2, "59.90", ""), "TVER", ""]], "sales.csv", titles)
    assert imported(refunds).reasons == {"quantity: given back without a sale (receiptless)": 2}
    given = "SELECT b.number, l.quantity, l.amount, l.line_id IS NULL FROM orders_return_line l"
    given += " JOIN orders_return b ON b.id = l.return_id ORDER BY b.number, l.line_id NULLS LAST"
    assert sql.tuples(given) == [("C8", 1, 5_990, True), ("C9", 2, 11_980, True)]
    imported(sales)
    tied = [("C8", 1, 5_990, False), ("C9", 1, 5_990, False), ("C9", 1, 5_990, True)]
    assert sql.tuples(given) == tied
    [order] = orders.find(text="7")
    assert ([(one.quantity, one.returned) for one in order.lines], order.due, order.paid) == ([(2, 2)], 0, 0)
    assert of.ledger_balances()
    with pytest.raises(TooManyPieces):
        returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, order.lines[0].id)], by=of.OLEG)
    for path in (refunds, sales):
        imported(path, again=True)
    assert (sql.tuples(given), orders.find(text="7")[0].due) == (tied, 0)
