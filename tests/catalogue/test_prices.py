"""What a unit costs: lists by currency, region, group and time, the same in every channel, with its history."""

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from edino.catalogue import api
from edino.catalogue.api.prices_reading import price_course, price_exceptions, price_history
from edino.catalogue.api.prices_writing import end_price_exception, erase_wishes, tell_of_drops
from edino.catalogue.errors import NoSuchPrice, NoSuchVariant
from edino.catalogue.types.prices import PriceAnswer
from edino.customers.types import Holding
from edino.kernel import clock, sql
from edino.kernel.errors import Invalid
from tests.catalogue.price_shop import DAY, NOON, VERA, price, price_list, told, variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def shoes() -> int:
    price_list()
    return variant("SHOE-42")


def now(variant_id: int, at: datetime = NOON, **asked: object) -> PriceAnswer:
    found = api.prices(variant_ids=[variant_id], currency="RUB", at=at, **asked)  # type: ignore[arg-type]
    return found[variant_id]


def test_a_price_is_the_same_in_every_channel(shoes: int) -> None:
    with clock.frozen(NOON):
        assert told(price("SHOE-42", 799_000)) == (1, 0, 0, 0)
    answers = {now(shoes, channel=channel) for channel in ("", "site", "app", "store", "kiosk", "call_centre")}
    assert answers == {PriceAnswer(shoes, 799_000, 799_000, 799_000, "base", None, None)}
    assert list(api.parity(currency="RUB", at=NOON)) == []
    assert api.prices(variant_ids=[shoes], currency="EUR", at=NOON) == {}
    assert api.prices(variant_ids=[shoes], currency="RUB", at=NOON - DAY) == {}
    assert api.prices(variant_ids=[], currency="RUB") == {}


def test_the_same_prices_again_change_nothing_and_a_new_one_keeps_the_old(shoes: int) -> None:
    with clock.frozen(NOON):
        assert told(price("SHOE-42", 100), price("SHOE-42", 80, NOON + DAY, NOON + 3 * DAY)) == (1, 1, 0, 0)
        assert told(price("SHOE-42", 100), price("SHOE-42", 80, NOON + DAY, NOON + 3 * DAY)) == (0, 0, 2, 0)
    with clock.frozen(NOON + 10 * DAY):
        assert told(price("SHOE-42", 100)) == (0, 0, 1, 0)
        assert told(price("SHOE-42", 120, NOON - DAY)) == (0, 1, 0, 0)
    assert [(row.amount, row.starts_at, row.author) for row in price_history(variant_id=shoes)] == [
        (120, NOON + 10 * DAY, "Vera"),  # a start in the past means now: nobody paid it yesterday
        (80, NOON + DAY, "Vera"),
        (100, NOON, "Vera"),
    ]
    assert sql.scalar("SELECT count(*) FROM catalogue_price") == 3


def test_a_history_may_be_brought_in_once(shoes: int) -> None:
    rows = [price("SHOE-42", 90, NOON - 60 * DAY), price("SHOE-42", 100, NOON - 20 * DAY)]
    with clock.frozen(NOON):
        assert told(*rows) == (1, 1, 0, 0)
        assert told(*rows) == (0, 0, 2, 0)
    assert (now(shoes, NOON - 30 * DAY).unit, now(shoes).unit, now(shoes).lowest_30d) == (90, 100, 90)
    with clock.frozen(NOON):
        course = price_course(variant_id=shoes, price_list="base", days=90)
    assert course == [90] * 40 + [100] * 21


def test_a_row_that_cannot_be_taken_is_named_and_the_others_count(shoes: int) -> None:
    with clock.frozen(NOON):
        assert told(price("SHOE-42", 100)) == (1, 0, 0, 0)
        report = api.set_prices(
            source=VERA,
            rows=[
                price("SHOE-43", 100),
                price("SHOE-42", 100, of="nowhere"),
                price("SHOE-42", -1),
                price("SHOE-42", None, end=NOON + DAY),
                price("SHOE-42", 70, NOON - 9 * DAY, NOON - DAY),
                price("SHOE-42", 110),
            ],
        )
    assert [(one.index, one.field, one.code) for one in report.rejected] == [
        (0, "sku", "unknown"),
        (1, "price_list", "unknown"),
        (2, "amount", "out_of_range"),
        (3, "amount", "out_of_range"),
        (4, "ends_at", "past"),
    ]
    assert (report.created, report.changed, now(shoes).unit) == (0, 1, 110)


def test_a_sale_begins_ends_and_may_be_ended_early(shoes: int) -> None:
    with clock.frozen(NOON - 40 * DAY):
        told(price("SHOE-42", 100))
    with clock.frozen(NOON):
        assert told(price("SHOE-42", 80, end=NOON + 7 * DAY)) == (0, 1, 0, 0)
    assert now(shoes, NOON + DAY) == PriceAnswer(shoes, 80, 100, 100, "base", None, NOON + 7 * DAY)
    assert now(shoes, NOON + 7 * DAY) == PriceAnswer(shoes, 100, 100, 80, "base", None, None)
    with clock.frozen(NOON + 2 * DAY):
        assert told(price("SHOE-42", 80, NOON, NOON + 2 * DAY)) == (0, 1, 0, 0)
    assert (now(shoes, NOON + DAY).unit, now(shoes, NOON + 2 * DAY).unit) == (80, 100)
    with clock.frozen(NOON + 2 * DAY):
        assert told(price("SHOE-42", 80, NOON, NOON + 2 * DAY)) == (0, 0, 1, 0)


def test_the_lowest_price_is_that_of_the_thirty_days_before_the_reduction(shoes: int) -> None:
    """100, a short sale at 70 twenty days before, 110 for the look of it, then "was 110, now 90"."""
    with clock.frozen(NOON - 100 * DAY):
        told(price("SHOE-42", 100))
    with clock.frozen(NOON - 20 * DAY):
        told(price("SHOE-42", 70, end=NOON - 18 * DAY))
    with clock.frozen(NOON - 10 * DAY):
        told(price("SHOE-42", 110))
    with clock.frozen(NOON):
        told(price("SHOE-42", 90, end=NOON + 40 * DAY))
    answer = now(shoes, NOON + 35 * DAY)
    assert (answer.unit, answer.list_price, answer.lowest_30d) == (90, 110, 70)
    with clock.frozen(NOON + 41 * DAY):
        told(price("SHOE-42", 95, end=NOON + 60 * DAY))
    assert now(shoes, NOON + 42 * DAY).lowest_30d == 90


def test_lists_compete_by_priority_then_by_price(shoes: int) -> None:
    price_list("moscow", region="MOW", priority=5)
    price_list("club", group="club", priority=10)
    price_list("other")
    price_list("euro", currency="EUR")
    with clock.frozen(NOON):
        told(
            price("SHOE-42", 100),
            price("SHOE-42", 105, of="moscow"),
            price("SHOE-42", 103, of="club"),
            price("SHOE-42", 99, of="other"),
            price("SHOE-42", 2, of="euro"),
        )
    assert (now(shoes).price_list, now(shoes).unit) == ("other", 99)
    assert now(shoes, region="MOW").unit == 105
    assert now(shoes, region="MOW", groups={"club", "staff"}).unit == 103
    assert now(shoes, region="SPE", groups={"staff"}).unit == 99
    with clock.frozen(NOON + DAY):
        told(price("SHOE-42", None, of="moscow"))
    assert now(shoes, NOON + DAY, region="MOW").unit == 99


def test_an_exception_of_a_channel_says_why_and_by_whom(shoes: int) -> None:
    with clock.frozen(NOON):
        told(price("SHOE-42", 100))
        number = api.record_price_exception(
            channel="marketplace", sku="SHOE-42", amount=115, currency="RUB", reason="Their fee is 15 %", by=VERA
        )
    assert now(shoes, channel="marketplace") == PriceAnswer(shoes, 115, 115, None, "base", "Their fee is 15 %", None)
    assert now(shoes, channel="site").unit == 100
    [difference] = api.parity(currency="RUB", at=NOON)
    assert (difference.channel, difference.price, difference.channel_price) == ("marketplace", 100, 115)
    assert (difference.recorded, difference.author, difference.since) == (True, "Vera", NOON)
    with clock.frozen(NOON + DAY):
        end_price_exception(id=number, by=VERA)
        assert list(api.parity(currency="RUB")) == []
        assert price_exceptions() == []
        assert [(one.sku, one.ended_by) for one in price_exceptions(ended=True)] == [("SHOE-42", "Vera")]
        with pytest.raises(NoSuchPrice):
            end_price_exception(id=number, by=VERA)


def test_a_whole_list_may_be_kept_for_a_channel(shoes: int) -> None:
    hat = variant("HAT")
    api.save_price_list(code="ozon", name="Ozon", currency="RUB", reserved=True, priority=99, by=VERA)
    with clock.frozen(NOON):
        told(price("SHOE-42", 100), price("HAT", 50), price("SHOE-42", 140, of="ozon"))
        assert now(shoes, channel="marketplace").unit == 100
        api.record_price_exception(
            channel="marketplace", price_list="ozon", currency="RUB", reason="Delivery is in the price", by=VERA
        )
    assert (now(shoes, channel="marketplace").unit, now(hat, channel="marketplace").unit) == (140, 50)
    assert [one.sku for one in api.parity(currency="RUB", at=NOON)] == ["SHOE-42"]


def test_no_exception_without_a_reason_not_even_past_the_door(shoes: int) -> None:
    with pytest.raises(Invalid) as refused:
        api.record_price_exception(channel="site", sku="SHOE-42", amount=1, currency="RUB", reason=" ", by=VERA)
    assert [error.field for error in refused.value.fields] == ["reason"]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalogue_price_exception"
            " (channel_id, variant_id, currency, amount, reason, author, starts_at)"
            " VALUES ('site', %s, 'RUB', 1, '', 'Vera', now())",
            [shoes],
        )


@pytest.mark.parametrize("statement", ["UPDATE catalogue_price SET amount = 1", "DELETE FROM catalogue_price"])
def test_the_database_itself_refuses_to_change_the_history(shoes: int, statement: str) -> None:
    told(price("SHOE-42", 100))
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert price_history(variant_id=shoes)[0].amount == 100


def test_kolya_hears_once_that_the_price_he_waits_for_is_there(shoes: int) -> None:
    with clock.frozen(NOON):
        told(price("SHOE-42", 100))
        assert api.want_price(sku="SHOE-42", profile_id=7, currency="RUB")
        assert not api.want_price(sku="SHOE-42", profile_id=7, currency="RUB")
        told(price("SHOE-42", 110))
        assert facts() == [("price.wanted", {"sku": "SHOE-42", "currency": "RUB", "seen": 100})]
        told(price("SHOE-42", 100, NOON + DAY), price("SHOE-42", 80, NOON + 2 * DAY, NOON + 3 * DAY))
    with clock.frozen(NOON + DAY):
        assert tell_of_drops() == 0
    with clock.frozen(NOON + 2 * DAY):
        assert [tell_of_drops(), tell_of_drops()] == [1, 0]
    assert facts()[1:] == [("price.dropped", {"sku": "SHOE-42", "currency": "RUB", "seen": 100, "price": 80})]
    with pytest.raises(NoSuchVariant):
        api.want_price(sku="NONE", profile_id=7, currency="RUB")
    with pytest.raises(NoSuchPrice):
        api.want_price(sku="SHOE-42", profile_id=7, currency="EUR")


def test_whoever_is_forgotten_waits_no_more(shoes: int) -> None:
    told(price("SHOE-42", 100))
    assert api.want_price(sku="SHOE-42", profile_id=7, currency="RUB")
    assert api.want_price(sku="SHOE-42", profile_id=8, currency="RUB")
    erase_wishes([Holding(7, None, None)])
    told(price("SHOE-42", 50))
    dropped = sql.tuples("SELECT profile_id FROM kernel_log WHERE type = 'price.dropped'", {})
    assert dropped == [(8,)]


def facts() -> list[tuple[str, dict[str, object]]]:
    found = sql.tuples(
        "SELECT type, body FROM kernel_log WHERE type LIKE 'price.%%' AND profile_id = 7 ORDER BY id", {}
    )
    return [(type_, body) for type_, body in found]


def test_what_a_listing_asks_is_one_statement(shoes: int) -> None:
    hats = [variant(f"HAT-{number}") for number in range(50)]
    with clock.frozen(NOON):
        told(*[price(f"HAT-{number}", 100 + number) for number in range(50)])
    seen: list[str] = []
    sql.observers.append(seen.append)
    try:
        found = api.prices(variant_ids=[*hats, shoes], currency="RUB", at=NOON)
    finally:
        sql.observers.remove(seen.append)
    assert len(seen) == 1
    assert [found[id_].unit for id_ in hats] == [100 + number for number in range(50)]
    assert shoes not in found


def test_a_list_keeps_its_currency(shoes: int) -> None:
    with pytest.raises(Invalid) as refused:
        api.save_price_list(code="base", name="base", currency="EUR", by=VERA)
    assert [error.code for error in refused.value.fields] == ["fixed"]
    assert not api.save_price_list(code="base", name="base", currency="RUB", by=VERA)
    assert api.save_price_list(code="base", name="Everywhere", currency="RUB", by=VERA)
    assert [(one.code, one.name) for one in api.price_lists()] == [("base", "Everywhere")]
