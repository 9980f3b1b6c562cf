"""Customers are told that an order was placed and what becomes of a return: once, in their language, in numbers."""

import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from edino.customers import api as customers
from edino.customers.types import Consent, Identifier
from edino.inventory import api as inventory
from edino.kernel import clock, log, sql
from edino.orders import api
from edino.orders.api import returns, telling
from edino.orders.types import Delivery, Inspection, ReturnLineInput
from tests.orders import shop as of
from tests.orders.shop import ANYA, OLEG, Shop
from tests.orders.test_at_once import CONNECTIONS, at_once
from tests.orders.test_telling import handed, ordered, read_log, tell, text

if TYPE_CHECKING:
    from edino.orders.types import Return
    from tests.conftest import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)
HARD = "\N{NO-BREAK SPACE}"


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def asked(shop: Shop, way: str, location: str = "") -> "Return":
    """Lena asks to give one of two pairs back that she paid by card."""
    order = handed(shop, [of.line(shop, "DAWN-42", 2, 1)])
    ask = [ReturnLineInput(1, order.lines[0].id)]
    return returns.request_return(uid=of.new_uid(), lines=ask, by=None, way=way, location=location, reason="size")


def test_kolya_reads_what_he_ordered_what_it_costs_and_where_he_fetches_it(shop: Shop, smtp_server: "Mailbox") -> None:
    starts = clock.now().replace(year=2031, month=5, day=2, hour=15, minute=0, second=0, microsecond=0)
    [slot] = inventory.save_slots(
        location="TVER", times=[(starts, starts + timedelta(hours=1))], capacity=1, by=of.HOUSE
    )
    where = Delivery("pickup", location="TVER", slot=slot.uid, slot_starts_at=slot.starts_at, slot_ends_at=slot.ends_at)
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 2), of.line(shop, "SOCK", 1)], where, paid={})
    assert smtp_server.messages == []
    assert tell() == 1
    [message] = smtp_server.messages
    assert (message["X-RcptTo"], message["Subject"]) == ("kolya@mail.ru", f"Order {order.number} is placed")
    code = f"{order.pickup_code[:3]}-{order.pickup_code[3:]}"
    sum_ = f"12,479.01{HARD}₽"
    assert text(message).split("\n") == [
        f"Thank you. Order {order.number}: DAWN-42 × 2, SOCK. The total is {sum_}.",
        f"To pay: {sum_}.",
        "You fetch it here: Tver, Tver.",
        "Time: Friday, 2 May, 15:00–16:00.",
        f"Code: {code}. Whoever shows it is given the goods, so keep it to yourself.",
        "We write when it is ready.",
    ]


def test_masha_reads_in_russian_how_it_comes(shop: Shop, smtp_server: "Mailbox") -> None:
    address = {"text": "ул. Ленина, 1", "postcode": "141600", "service": "Курьер"}
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], Delivery("delivery", 30_000, city="Клин", address=address))
    sql.execute("UPDATE orders_order SET language = 'ru' WHERE id = %s", [order.id])
    tell()
    [message] = smtp_server.messages
    assert message["Subject"] == f"Заказ {order.number} принят"
    assert text(message).split("\n") == [
        f"Спасибо за заказ {order.number}: SOCK. Сумма: 799,01{HARD}₽.",
        "Заказ оплачен.",
        "Доставим сюда: 141600, Клин, ул. Ленина, 1.",
        "Везёт: Курьер.",
        "Напишем, когда заказ отправится к вам.",
    ]


def test_what_is_carried_out_or_cancelled_at_once_is_not_told_as_placed(shop: Shop, smtp_server: "Mailbox") -> None:
    of.ordered(shop, [of.line(shop, "SOCK", 1)], Delivery("carry", location="TVER"))
    assert tell() == 0
    gone = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    api.cancel(uid=gone.uid, by=OLEG)
    tell()
    assert [one["Subject"] for one in smtp_server.messages] == [f"Order {gone.number} is cancelled"]


def test_who_refused_service_messages_is_not_told_of_his_order_either(shop: Shop, smtp_server: "Mailbox") -> None:
    points = [Identifier("email", "kolya@mail.ru"), Identifier("phone", "+79161234567")]
    customers.identify(source=shop.site, identifiers=points)
    no = [Consent(one, "service", "refused", clock.now(), verified=True) for one in points]
    customers.record_consents(consents=no, source=shop.site)
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    tell()
    assert smtp_server.messages == []
    assert [(one.kind, one.state, one.note) for one in telling.told(order_id=order.id)] == [
        ("order.placed", "skipped", "not_permitted")
    ]


def test_lena_reads_what_her_return_by_post_is_worth_until_the_money_is_on_its_way(
    shop: Shop, smtp_server: "Mailbox"
) -> None:
    ret = asked(shop, "post")
    tell()
    # A kopeck off two pairs: the first of them is worth the smaller half.
    money = f"5,990{HARD}₽"
    assert text(smtp_server.messages[0]).split("\n") == [
        f"We have noted your return {ret.number}: DAWN-42.",
        f"Put the number into the parcel: {ret.number}.",
        f"When we have looked at it, you get back {money} (bank card).",
    ]
    returns.receive(uid=ret.uid, location="KLIN", by=ANYA)
    tell()
    assert smtp_server.messages[1]["Subject"] == f"Return {ret.number} is here"
    assert f"you get back {money} (bank card)." in text(smtp_server.messages[1])
    returns.inspect(uid=ret.uid, inspections=[Inspection(ret.lines[0].id, "resell")], by=ANYA)
    settled = returns.settle(uid=ret.uid, by=ANYA)
    # What was foreseen is what came.
    assert settled.settlement["tenders"] == {"card": 599_000}
    tell()
    assert text(smtp_server.messages[2]).split("\n") == [
        "We have taken back: DAWN-42.",
        f"You get back {money} (bank card).",
    ]
    [refund] = api.refunds()
    api.settle_refund(uid=refund.uid, provider_ref="r1")
    tell()
    assert len(smtp_server.messages) == 4
    assert smtp_server.messages[3]["Subject"].startswith("Money back for order")


def test_what_is_brought_to_a_counter_is_told_only_if_it_is_not_settled_there(
    shop: Shop, smtp_server: "Mailbox"
) -> None:
    now = clock.now()
    ret = asked(shop, "store", "TVER")
    assert tell() == 0
    returns.receive(uid=ret.uid, location="TVER", by=ANYA)
    returns.inspect(uid=ret.uid, inspections=[Inspection(ret.lines[0].id, "resell")], by=ANYA)
    returns.settle(uid=ret.uid, by=ANYA)
    left = asked(shop, "store", "TVER")
    with clock.frozen(now + timedelta(minutes=20)):
        tell()
    assert [one["Subject"] for one in smtp_server.messages] == [
        f"Return {ret.number} is settled",
        f"Return {left.number} is noted",
    ]
    assert "Bring it here: Tver, Tver." in text(smtp_server.messages[1])


def test_who_is_refused_reads_why_in_russian(shop: Shop, smtp_server: "Mailbox") -> None:
    ret = asked(shop, "post")
    sql.execute("UPDATE orders_order SET language = 'ru'")
    for _ in range(2):
        returns.refuse_return(uid=ret.uid, reason="Пару носили.", by=OLEG)
    tell()
    [message] = smtp_server.messages  # that it was asked for is over before it was told
    assert message["Subject"] == f"В возврате {ret.number} отказано"
    assert text(message).split("\n") == ["Мы не можем принять обратно: DAWN-42.", "Причина: Пару носили."]
    # What a person wrote stands nowhere on the log.
    assert sql.scalar("SELECT count(*) FROM kernel_log WHERE body::text LIKE '%%носили%%'") == 0


def test_eight_workers_and_a_reader_that_begins_anew_tell_each_fact_once(shop: Shop, smtp_server: "Mailbox") -> None:
    placed = [of.ordered(shop, [of.line(shop, "SOCK", 1)]) for _ in range(3)]
    ret = asked(shop, "post")
    refused = asked(shop, "post")
    returns.refuse_return(uid=refused.uid, reason="worn", by=OLEG)
    sql.execute(
        "UPDATE orders_notice SET state = 'due', done_at = NULL WHERE order_id = ANY (%s)", [[one.id for one in placed]]
    )

    def work(_: int) -> int:
        log.drain(["orders.telling"])
        return telling.tell_due(size=2)

    for _ in range(3):
        answers = at_once([partial(work, place) for place in range(CONNECTIONS)])
        assert all(isinstance(one, int) for one in answers), answers
        log.rewind("orders.telling", since=of.MAY)
    assert sorted(one["Subject"] for one in smtp_server.messages) == sorted(
        [f"Order {one.number} is placed" for one in placed]
        + [f"Return {ret.number} is noted", f"Return {refused.number} is refused"]
    )
    assert re.fullmatch(
        r"(told|skipped)(,(told|skipped))*", sql.scalar("SELECT string_agg(state, ',') FROM orders_notice")
    )


def test_a_worker_that_died_while_it_told_of_an_order_does_not_tell_twice(shop: Shop, smtp_server: "Mailbox") -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    read_log()
    sql.execute("UPDATE orders_notice SET state = 'sending', next_at = %s", [clock.now() + timedelta(minutes=9)])
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        assert tell() == 0
    assert smtp_server.messages == []
    assert [(one.kind, one.state) for one in telling.told(order_id=order.id)] == [("order.placed", "unknown")]
    assert ordered(shop, [of.line(shop, "SOCK", 1)]).state == "placed"
