"""Customers are told what becomes of their orders: by real mail, once, in their language, and only if they may be."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from edino.customers import api as customers
from edino.customers.types import Consent, Identifier
from edino.kernel import clock, log, registry, sql
from edino.orders import api
from edino.orders.api import delivering, returns, telling
from edino.orders.types import Inspection, Order, ReturnLineInput
from edino.promotions import api as promotions
from edino.promotions.types import Action, Definition, PromotionInput
from tests.orders import shop as of
from tests.orders.shop import ANYA, OLEG, Shop

if TYPE_CHECKING:
    from tests.conftest import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = Identifier("email", "kolya@mail.ru")


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def read_log() -> None:
    """The reader of the log catches up, as `edino work` lets it."""
    log.drain(["orders.telling"])


def tell() -> int:
    """The reader and the job, as a minute of `edino work` runs them."""
    read_log()
    return telling.tell_due()


def told(order: Order) -> list[tuple[str, str, str]]:
    """What was told after the order was placed."""
    every = [(one.kind, one.state, one.note) for one in telling.told(order_id=order.id)]
    assert every[0][:2] == ("order.placed", "told")
    return every[1:]


def ordered(shop: Shop, *given: Any, **more: Any) -> Order:
    """An order of which it was told already that it is placed."""
    order = of.ordered(shop, *given, **more)
    read_log()
    sql.execute("UPDATE orders_notice SET state = 'told', done_at = created_at WHERE kind = 'order.placed'")
    return order


def handed(shop: Shop, *given: Any, **more: Any) -> Order:
    """An order of which the same was told, and that was fetched in Tver."""
    order = ordered(shop, *given, **more)
    return api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, location="TVER")


def text(message: Any) -> str:
    return str(message.get_content()).replace("\r\n", "\n").strip()


def test_kolya_reads_his_code_when_the_order_is_ready_and_reads_it_once(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "DAWN-42", 2)], paid={})
    api.ready(uid=order.uid, by=ANYA)
    assert smtp_server.messages == []  # nothing leaves with the transaction that holds the locks
    assert tell() == 1
    [message] = smtp_server.messages
    assert (message["X-RcptTo"], message["Subject"]) == ("kolya@mail.ru", f"Order {order.number} is ready")
    code = f"{order.pickup_code[:3]}-{order.pickup_code[3:]}"
    assert text(message).split("\n") == [
        f"Order {order.number} is ready for you: DAWN-42 × 2.",
        "It waits here: Tver, Tver.",
        f"Code: {code}. Whoever shows it is given the goods, so keep it to yourself.",
        "To pay: 11,980\N{NO-BREAK SPACE}₽.",
    ]
    # The reader is set back to the beginning, the job runs again, and a tablet presses Ready twice: one message.
    log.rewind("orders.telling", since=of.MAY)
    api.ready(uid=order.uid, by=ANYA)
    assert tell() == 0
    assert len(smtp_server.messages) == 1
    assert told(order) == [("order.ready", "told", "")]
    assert [(one.what, one.detail["channel"]) for one in api.history(uid=order.uid) if one.what == "told"] == [
        ("told", "email")
    ]
    # What the log and the table keep names nobody.
    assert sql.scalar("SELECT count(*) FROM orders_notice WHERE detail::text LIKE '%%kolya%%'") == 0
    assert sql.scalar("SELECT count(*) FROM kernel_log WHERE body::text LIKE '%%kolya@%%'") == 0


def test_masha_reads_it_in_russian(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "SOCK", 1)])
    sql.execute("UPDATE orders_order SET language = 'ru' WHERE id = %s", [order.id])
    api.ready(uid=order.uid, by=ANYA)
    tell()
    [message] = smtp_server.messages
    assert message["Subject"] == f"Заказ {order.number} собран"
    assert re.search(r"[A-Za-z]{4,}", text(message).replace("SOCK", "").replace("Tver", "")) is None


def test_a_short_pick_tells_what_comes_from_elsewhere_and_what_nobody_has(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "DAWN-42", 3), of.line(shop, "SOCK", 1)])
    parcel = order.fulfilments[0].uid
    api.reject(uid=order.uid, parcel=parcel, reason="not_found", by=ANYA, lines={"DAWN-42": 1}, key="1")
    tell()
    [first] = smtp_server.messages
    assert first["Subject"] == f"Order {order.number} takes a little longer"
    assert "This comes from another place: DAWN-42." in text(first)
    assert "SOCK" not in text(first)
    # The hub and Klin have no socks either.
    for place in ("KLIN", "HUB"):
        _empty(shop, "SOCK", place)
    api.reject(uid=order.uid, parcel=parcel, reason="damaged", by=ANYA, lines={"SOCK": 1}, key="2")
    tell()
    [_, second] = smtp_server.messages
    assert second["Subject"] == f"Something of order {order.number} is missing"
    assert "we cannot find this at the moment: SOCK." in text(second)
    # A person looks again each day and finds nothing: that is not told each day.
    api.replan(uid=order.uid, by=OLEG, exclude=["TVER"])
    assert tell() == 0


def test_who_would_rather_have_the_money_is_told_how_much_and_when_it_left(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "DAWN-42", 3, 100_001), of.line(shop, "SOCK", 1)])
    parcel = order.fulfilments[0].uid
    api.reject(uid=order.uid, parcel=parcel, reason="sold", by=ANYA, lines={"DAWN-42": 1}, cancel=True)
    tell()
    [message] = smtp_server.messages
    assert text(message).split("\n") == [
        f"Of order {order.number} this is cancelled: DAWN-42.",
        "We could not fulfil it, and we are sorry.",
        # A third of 16,969.99: the first of three pieces.
        "You get back 5,656.67\N{NO-BREAK SPACE}₽.",
    ]
    [refund] = api.refunds(order_uid=order.uid)
    assert api.settle_refund(uid=refund.uid, provider_ref="r1")
    assert not api.settle_refund(uid=refund.uid, provider_ref="r1")
    tell()
    assert [one["Subject"] for one in smtp_server.messages[1:]] == [f"Money back for order {order.number}"]


def test_what_is_over_before_it_is_told_is_not_told(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "SOCK", 1)])
    api.ready(uid=order.uid, by=ANYA)
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    left = ordered(shop, [of.line(shop, "SOCK", 2)])
    api.hand_over(uid=left.uid, by=ANYA, code=left.pickup_code, lines={"SOCK": 1})  # refused at the counter by himself
    tell()
    assert smtp_server.messages == []
    assert told(order) == [("order.ready", "skipped", "past")]
    assert told(left) == []


def test_a_reader_that_stood_for_days_surprises_nobody(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "SOCK", 1)])
    api.ready(uid=order.uid, by=ANYA)
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert tell() == 0
    assert smtp_server.messages == []
    assert told(order) == [("order.ready", "skipped", "late")]


def test_a_refusal_of_service_messages_is_kept_and_an_sms_goes_only_where_one_may(
    shop: Shop, smtp_server: "Mailbox"
) -> None:
    order = ordered(shop, [of.line(shop, "SOCK", 1)])
    sent: list[tuple[str, str]] = []

    class Sms:
        def deliver(self, channel: str, to: str, subject: str, text: str) -> None:
            sent.append((channel, to))

    no = Consent(MAIL, "service", "refused", clock.now(), verified=True)
    customers.identify(source=shop.site, identifiers=[MAIL])
    customers.record_consents(consents=[no], source=shop.site)
    registry.couriers._offers["sms"] = Sms()
    try:
        api.ready(uid=order.uid, by=ANYA)
        tell()
    finally:
        del registry.couriers._offers["sms"]
    assert (smtp_server.messages, sent) == ([], [("sms", "+79161234567")])
    # Nor by telephone: then nobody is written to, and the office sees why.
    phone = Identifier("phone", "+79161234567")
    customers.identify(source=shop.site, identifiers=[phone])
    no = Consent(phone, "service", "refused", clock.now(), verified=True)
    customers.record_consents(consents=[no], source=shop.site)
    api.cancel(uid=order.uid, by=OLEG)
    tell()
    assert told(order)[1:] == [("order.cancelled", "skipped", "not_permitted")]
    assert (smtp_server.messages, len(sent)) == ([], 1)


def test_a_mail_server_that_is_away_is_asked_again_and_a_sender_that_died_is_not_repeated(
    shop: Shop, smtp_server: "Mailbox", settings: Any
) -> None:
    order = ordered(shop, [of.line(shop, "SOCK", 1)])
    api.ready(uid=order.uid, by=ANYA)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    now = clock.now()
    assert tell() == 1
    assert told(order) == [("order.ready", "due", "ConnectionRefusedError")]
    settings.EMAIL_PORT = port
    assert telling.tell_due() == 0  # not before a minute
    with clock.frozen(now + timedelta(minutes=2)):
        assert telling.tell_due() == 1
    assert len(smtp_server.messages) == 1
    # Somebody took the next message and died before he said how it ended.
    api.cancel(uid=order.uid, by=OLEG)
    read_log()
    sql.execute(
        "UPDATE orders_notice SET state = 'sending', next_at = %s WHERE state = 'due'",
        [clock.now() + timedelta(minutes=9)],
    )
    with clock.frozen(clock.now() + timedelta(minutes=10)):
        assert telling.tell_due() == 0
    assert told(order)[1:] == [("order.cancelled", "unknown", "")]
    assert len(smtp_server.messages) == 1


def test_a_coupon_for_the_trouble_reaches_lena_before_the_call_ends(shop: Shop, smtp_server: "Mailbox") -> None:
    action = Action("percent", percent=10)
    sorry = Definition(
        "Sorry", action, currency=of.currency(), needs_code=True, issue_budget=100_000, issue_value=60_000
    )
    promotions.save_promotion(promotion=PromotionInput(sorry, "sorry", "active"), by=OLEG)
    order = handed(shop, [of.line(shop, "DAWN-41", 1)], profile=of.shopper(shop))
    ask = [ReturnLineInput(1, order.lines[0].id)]
    ret = returns.request_return(uid=of.new_uid(), lines=ask, by=OLEG, way="post", reason="defect")
    code = returns.compensate(uid=ret.uid, promotion="sorry", by=OLEG, reason="a torn seam")
    assert returns.compensate(uid=ret.uid, promotion="sorry", by=OLEG, reason="a torn seam") == code
    assert tell() == 2
    [asked, message] = smtp_server.messages
    assert asked["Subject"] == f"Return {ret.number} is noted"
    assert message["Subject"] == "A coupon for the trouble"
    assert f"for you alone: {code}." in text(message)
    assert sql.scalar("SELECT count(*) FROM kernel_log WHERE body::text LIKE %s", [f"%{code}%"]) == 0
    # The goods come by post, and she reads what goes back and how.
    returns.receive(uid=ret.uid, location="KLIN", by=ANYA)
    returns.inspect(uid=ret.uid, inspections=[Inspection(ret.lines[0].id, "damaged")], by=ANYA)
    returns.settle(uid=ret.uid, by=ANYA)
    tell()
    assert text(smtp_server.messages[2]).split("\n") == [
        "We have taken back: DAWN-41.",
        "You get back 5,990\N{NO-BREAK SPACE}₽ (bank card).",
    ]


def _empty(shop: Shop, sku: str, place: str) -> None:
    """The shelf of a place is bare."""
    from edino.inventory import api as inventory  # only this story needs it
    from edino.inventory.types import Movement  # as above

    on_hand = of.stock(sku, place)[0]
    inventory.move(
        source=shop.site, movements=[Movement("written_off", sku, place, -on_hand, f"gone {sku}@{place}", of.now())]
    )


def test_what_could_not_be_delivered_is_told_and_then_what_goes_back(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "SOCK", 2)], of.COURIER)
    parcel = api.ship(uid=order.uid, by=ANYA).fulfilments[0].uid
    tell()
    for _ in range(2):
        delivering.coming_back(parcel=parcel, reason="not_at_home", by=ANYA)
    tell()
    [_, message] = smtp_server.messages
    assert message["Subject"] == f"Order {order.number} could not be delivered"
    assert text(message).split("\n") == [
        f"We could not hand over this of order {order.number}: SOCK × 2. It is on its way back to us.",
        "When it is here, what you paid for it goes back to you.",
        "If you would still like to have it, tell us, or order it again.",
    ]
    delivering.came_back(parcel=parcel, by=ANYA)
    tell()
    [_, _, message] = smtp_server.messages
    assert message["Subject"] == f"Order {order.number} is cancelled"
    assert "You get back 1,298.02\N{NO-BREAK SPACE}₽." in text(message)


def test_what_is_delivered_is_told_by_the_courier_alone(shop: Shop, smtp_server: "Mailbox") -> None:
    order = ordered(shop, [of.line(shop, "SOCK", 1)], of.COURIER)
    parcel = api.ship(uid=order.uid, by=ANYA).fulfilments[0].uid
    delivering.coming_back(parcel=parcel, reason="not_at_home", by=ANYA)
    delivering.delivered(parcel=parcel, by=ANYA)  # he came home before anything was told
    tell()
    assert smtp_server.messages == []
    assert {state for _, state, _ in told(order)} == {"skipped"}
