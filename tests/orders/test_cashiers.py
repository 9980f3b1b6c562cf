"""Who stands out at the till: figures beside those of the peers, and hardly ever by chance."""

from fractions import Fraction
from math import factorial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edino.kernel import sql
from edino.orders import api
from edino.orders.api import cashiers
from edino.orders.rules import unusual
from edino.orders.types import Receipt, ReceiptLine, ReceiptTender
from edino.orders.types.cashiers import Judged, Tally
from edino.orders.types.receipts import ReceiptKind
from edino.staff.types import Actor, Role
from tests.faces import stage
from tests.orders import shop as of
from tests.orders.shop import Shop


@given(st.integers(0, 40), st.fractions(min_value=Fraction(1, 100), max_value=30, max_denominator=1000))
def test_the_tail_is_the_plain_sum(events: int, expected: Fraction) -> None:
    from math import exp  # the oracle's own

    plain = 1 - exp(-expected) * float(sum((expected**k / factorial(k) for k in range(events)), Fraction(0)))
    assert unusual.tail(events, float(expected)) == pytest.approx(max(plain, 0.0), abs=1e-9)


counts = st.tuples(st.integers(0, 300), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))


@given(st.lists(counts, min_size=1, max_size=5))
def test_nobody_stands_out_without_peers_with_few_events_or_at_the_rate_of_the_others(found: list[Any]) -> None:
    tallies = [Tally(1, str(n), sales, a, b, min(b, c), a) for n, (sales, a, b, c) in enumerate(found)]
    for one in unusual.judged(tallies):
        for measure in one.measures:
            if measure.unusual:
                assert len(tallies) > 1
                assert measure.events >= 3
                assert measure.events * measure.of_theirs >= 2 * max(measure.base, 1) * (measure.theirs + 1)
    # The same people twice as far apart in two stores know nothing of each other.
    apart = unusual.judged([*tallies, Tally(2, "far", 1000, 0, 0, 0, 0)])
    assert [one for one in apart if one.who.location_id == 1] == unusual.judged(tallies)


def receipt(name: str, kind: ReceiptKind = "sale", *, place: str = "TVER", off: int = 0, **more: Any) -> Receipt:
    line = ReceiptLine(1, "SOCK", 1, 49_901, 49_901 - off, off)
    tender = (ReceiptTender("cash", line.net),)
    return Receipt(
        of.new_uid(), "till 1", kind, of.now(), place, of.currency(), (line,), tender, staff_name=name, **more
    )


def busy(shop: Shop) -> None:
    """A week in Tver: three sell alike, but Igor's returns come without receipts; Klin's only cashier has no peers."""
    told = [receipt(name, off=100 if n % 10 == 0 else 0) for name in ("Anya", "Oleg", "Igor") for n in range(40)]
    told += [receipt("Vera", place="KLIN", off=100) for _ in range(40)]
    sold = {name: [one.uid for one in told if one.staff_name == name] for name in ("Anya", "Oleg")}
    told += [receipt(name, "refund", refund_of=uid, reason="size") for name, uids in sold.items() for uid in uids[:6]]
    told += [receipt("Igor", "refund", reason="no receipt") for _ in range(7)]
    assert {one.state for one in api.receive_receipts(source=shop.till, receipts=told)} == {"accepted"}


def figures(found: Judged) -> dict[str, tuple[int, int, int, int]]:
    return {one.measure: (one.events, one.base, one.theirs, one.of_theirs) for one in found.measures}


@pytest.mark.django_db
def test_who_gives_back_without_receipts_more_than_the_others_stands_out() -> None:
    shop = of.open_shop()
    busy(shop)
    report = cashiers.report(days=30)
    assert [(one.who.name, one.unusual) for one in report] == [
        ("Igor", True),
        ("Anya", False),
        ("Oleg", False),
        ("Vera", False),
    ]
    igor = report[0]
    assert figures(igor) == {
        "cancelled": (0, 40, 0, 80),
        "returned": (7, 40, 12, 80),
        "receiptless": (7, 7, 0, 12),
        "discounted": (4, 40, 8, 80),
    }
    # That he gives back as often as the others is nothing; that nothing of it has a receipt is.
    assert [one.measure for one in igor.measures if one.unusual] == ["receiptless"]
    # Vera gives a discount on everything, but there is nobody in Klin to compare her with.
    assert not any(one.enough for one in report[-1].measures)
    deeds = cashiers.deeds(who=igor.who)
    assert sorted(one.measure for one in deeds) == ["discounted"] * 4 + ["receiptless"] * 7
    assert sum(one.amount for one in deeds if one.measure == "receiptless") == 7 * 49_901
    assert cashiers.report(days=30, location_id=shop.places["KLIN"])[0].who.name == "Vera"


@pytest.mark.django_db
def test_cancellations_count_where_the_sale_was() -> None:
    shop = of.open_shop()
    busy(shop)
    for _ in range(5):
        order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
        api.cancel(uid=order.uid, by=Actor("Oleg"), reason="shopper")
    report = cashiers.report()
    odd = {one.who.name: [m.measure for m in one.measures if m.unusual] for one in report}
    assert odd == {"Igor": ["receiptless"], "Oleg": ["cancelled"], "Anya": [], "Vera": []}
    [oleg] = [one for one in report if one.who.name == "Oleg"]
    assert figures(oleg)["cancelled"] == (5, 40, 0, 80)
    assert [one.why for one in cashiers.deeds(who=oleg.who) if one.measure == "cancelled"] == ["shopper"] * 5


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru"])
def test_boris_sees_who_stands_out_and_opens_the_receipts_and_anya_sees_nothing(language: str) -> None:
    busy(of.open_shop())
    boris = stage.log_in(Role.ANALYST, language)
    page = stage.text(boris.get("/orders/cashiers/"))
    words = {"en": ("stands out", "7 · 100.0 %"), "ru": ("выделяется", "7 · 100,0 %")}[language]
    for word in words:
        assert word in page.replace("\xa0", " ")
    assert page.index("Igor") < page.index("Anya")
    only = stage.text(boris.get("/orders/cashiers/?odd=1&days=7"))
    assert "Igor" in only
    assert "Oleg" not in only
    [igor] = [one for one in cashiers.report() if one.unusual]
    from edino.orders.screens.cashiers import _uid  # the address of a page holds no name

    opened = boris.get(f"/orders/cashiers/{_uid(igor)}/?days=30")
    assert opened.status_code == 200
    [refund, *_] = sql.tuples("SELECT uid FROM orders_return WHERE by = 'Igor' ORDER BY id")
    assert f"/returns/{refund[0]}/" in opened.content.decode()
    assert sql.scalar("SELECT count(*) FROM staff_audit WHERE operation = 'cashiers.see'") == 3
    assert boris.get(f"/orders/cashiers/{of.new_uid()}/").status_code == 404
    anya = stage.log_in(Role.ASSOCIATE, language)
    assert anya.get("/orders/cashiers/").status_code == 403
    assert "/orders/cashiers/" not in anya.get("/orders/").content.decode()
