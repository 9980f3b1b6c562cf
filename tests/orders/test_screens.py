"""Oleg and the office before the order book: lists, one order with its why, cancelling in numbers, a return by post."""

import re
from zoneinfo import ZoneInfo

import pytest

from edino.checkout.types import Contact
from edino.inventory import api as stock
from edino.inventory import types as inventory
from edino.kernel import sql
from edino.orders import api as orders
from edino.orders.api import returns
from edino.orders.screens import book
from edino.orders.types import ReturnLineInput
from edino.staff.types import Role
from tests.checkout import stage as shop
from tests.faces import stage
from tests.faces import store_stage as store

pytestmark = pytest.mark.django_db


def test_the_list_is_narrowed_by_place_state_and_goods() -> None:
    shop.open_shop()
    mine = store.ordered({"DAWN-42": 1})
    there = store.ordered({"SOCK-1": 1}, delivery=shop.pickup(place="KLIN"))
    orders.cancel(uid=there.uid, by=shop.HOUSE)
    oleg = stage.log_in(Role.OPERATOR)
    page = stage.text(oleg.get("/orders/"))
    assert mine.number in page
    assert there.number in page
    for query, found, left_out in (
        ("store=TVER", mine, there),
        ("store=KLIN", there, mine),
        ("state=cancelled", there, mine),
        ("q=DAWN-42", mine, there),
        (f"q={there.number}", there, mine),
    ):
        told = stage.text(oleg.get(f"/orders/?{query}"))
        assert (query, found.number in told, left_out.number in told) == (query, True, False)
    for answer in (oleg.get("/orders/?after=nonsense"), oleg.get("/orders/?at_from=2026-13-45")):
        assert answer.status_code in {200, 422}
    exported = oleg.get("/orders/?export=csv")
    assert mine.number in b"".join(exported).decode()
    assert sql.scalar("SELECT count(*) FROM staff_audit WHERE detail ->> 'did' = 'export'") == 1


def test_the_second_page_begins_where_the_first_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    shop.open_shop()
    made = [store.ordered({"BOTTLE": 1}, delivery=shop.courier()).number for _ in range(3)]
    oleg = stage.log_in(Role.OPERATOR)
    monkeypatch.setattr(book, "PAGE", 2)
    seen: list[str] = []
    address = "/orders/"
    while address:
        answer = oleg.get(address)
        table = answer.context["table"]
        seen += [row.number for row in table.rows]
        address = table.next_url
    assert seen == made[::-1]


def test_a_name_is_masked_until_it_is_asked_for_and_that_is_noted() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 1}, contact=Contact("Лена Орлова", "+79161234512", "lena@mail.ru"))
    oleg = stage.log_in(Role.OPERATOR)
    page = stage.text(oleg.get(f"/orders/{order.uid}/"))
    assert "Лена О." in page
    assert "Орлова" not in page
    assert "1234512" not in page
    assert order.pickup_code not in page
    shown = stage.text(oleg.post(f"/orders/{order.uid}/show/"))
    assert "Лена Орлова" in shown
    assert "+79161234512" in shown
    noted = "SELECT count(*) FROM staff_audit WHERE operation = 'customers.see_personal' AND subject_id = %(uid)s"
    assert sql.scalar(noted, {"uid": str(order.uid)}) == 1
    boris = stage.log_in(Role.ANALYST)
    assert boris.post(f"/orders/{order.uid}/show/").status_code == 403
    assert boris.get(f"/orders/{order.uid}/cancel/").status_code == 403


def test_cancelling_is_told_in_numbers_before_it_is_done() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1})
    oleg = stage.log_in(Role.OPERATOR)
    path = f"/orders/{order.uid}/cancel/"
    form = oleg.get(path).context["form"]
    given = {"reason": "customer", "to": "original", "key": form["key"].value()}
    given |= dict.fromkeys(form.names, "0") | {f"line-{order.lines[0].id}": "1"}
    told = stage.text(oleg.post(path, given))
    assert "Taken out 1 piece" in told
    assert "Due before 12,479 ₽" in told
    assert "Due then 6,489 ₽" in told
    assert orders.order(uid=order.uid).due == order.due
    assert "Say how many pieces" in stage.text(oleg.post(path, given | {f"line-{order.lines[0].id}": "0"}))
    done = stage.text(oleg.post(path, given | {"sure": "1"}, follow=True))
    assert "Cancelled." in done
    assert "the customer asked" in done
    after = orders.order(uid=order.uid)
    assert (after.due, after.lines[0].cancelled) == (648_900, 1)
    oleg.post(path, given | {"sure": "1"})
    assert orders.order(uid=order.uid).lines[0].cancelled == 1


def test_a_return_by_post_is_asked_for_inspected_and_settled() -> None:
    shop.open_shop()
    order = store.carried({"DAWN-41": 2})
    oleg = stage.log_in(Role.OPERATOR)
    asking = f"/returns/new/?order={order.uid}"
    form = oleg.get(asking).context["form"]
    given = {"uid": form["uid"].value(), "reason": "defect", "way": "post", f"line-{order.lines[0].id}": "1"}
    page = oleg.post(asking, given, follow=True)
    path = page.redirect_chain[-1][0]
    assert "cash 5,990 ₽" in stage.text(page)
    uid = page.resolver_match.kwargs["uid"]
    assert returns.get_return(uid=uid).state == "requested"
    line = returns.get_return(uid=uid).lines[0].id
    oleg.post(f"{path}inspect/", {"store": "HUB", f"look-{line}": "damaged", f"note-{line}": "sole came off"})
    assert returns.get_return(uid=uid).state == "inspected"
    assert "sole came off" in stage.text(oleg.get(path))
    assert "Settled." in stage.text(oleg.post(f"{path}settle/", {"to": "original"}, follow=True))
    assert [(one.tender, one.amount) for one in orders.order(uid=order.uid).refunds] == [("cash", 599_000)]
    listed = stage.text(oleg.get("/returns/?state=settled"))
    assert returns.get_return(uid=uid).number in listed
    assert returns.get_return(uid=uid).number not in stage.text(oleg.get("/returns/?open=1"))


def test_a_return_may_be_refused_with_a_reason() -> None:
    shop.open_shop()
    order = store.carried({"DAWN-41": 1})
    asked = returns.request_return(
        uid=order.uid, lines=[ReturnLineInput(1, order.lines[0].id)], by=shop.HOUSE, way="post", reason="late"
    )
    oleg = stage.log_in(Role.OPERATOR)
    path = f"/returns/{asked.uid}/"
    assert "Say why" in stage.text(oleg.post(f"{path}refuse/", {"reason": " "}, follow=True))
    assert "Refused." in stage.text(oleg.post(f"{path}refuse/", {"reason": "worn for a year"}, follow=True))
    assert orders.order(uid=order.uid).lines[0].left == 1
    assert "cannot be done" in stage.text(oleg.post(f"{path}settle/", {}, follow=True))


def test_what_no_place_has_waits_for_a_person() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 25})
    oleg, anya = stage.log_in(Role.OPERATOR), store.tablet()
    assert "Nothing waits for a person" in stage.text(oleg.get("/waiting/"))
    assert len(order.fulfilments) > 1
    for parcel in order.fulfilments:
        if parcel.location == "TVER":
            dialog = anya.client.get(f"/store/pick/{parcel.uid}/missing/", headers=store.SWAP)
            form = dialog.context["form"]
            given = {name: str(form[name].initial) for name in form.fields}
            told = stage.text(anya.press(f"/store/pick/{parcel.uid}/missing/", **given))
            assert f"No other place has everything of order {order.number}" in told
    page = stage.text(oleg.get("/waiting/"))
    assert "no place has it" in page
    assert order.number in page
    assert "Still nowhere" in stage.text(oleg.post(f"/waiting/orders/{order.uid}/", follow=True))
    shop.receive({"DAWN-42": {"HUB": 30}})
    assert "A place was found" in stage.text(oleg.post(f"/waiting/orders/{order.uid}/", follow=True))
    assert orders.order(uid=order.uid).parked == ""


def test_an_order_is_changed_after_the_numbers_were_seen() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1})
    oleg = stage.log_in(Role.OPERATOR)
    path = f"/orders/{order.uid}/edit/"
    form = oleg.get(path).context["form"]
    shoes, socks = (f"line-{line.id}" for line in order.lines)
    given = {"reason": "customer", "key": form["key"].value(), "pieces": "2", shoes: "1", socks: "1", "add": "BOTTLE"}
    told = stage.text(oleg.post(path, given))
    assert "Due before 12,479 ₽" in told
    assert "Due then 8,890 ₽" in told
    assert orders.order(uid=order.uid).due == order.due
    assert "This is not sold" in stage.text(oleg.post(path, given | {"add": "NOTHING"}))
    assert "Changed." in stage.text(oleg.post(path, given | {"sure": "1"}, follow=True))
    after = orders.order(uid=order.uid)
    assert (after.due, [line.quantity - line.cancelled for line in after.lines]) == (889_000, [1, 1, 2])


def test_every_form_sends_all_that_it_asks_for() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 2})
    oleg = stage.log_in(Role.OPERATOR)
    for path in (f"/orders/{order.uid}/cancel/", f"/orders/{order.uid}/edit/"):
        page = oleg.get(path)
        sent = set(re.findall(r'name="([^"]+)"', page.content.decode()))
        assert set(page.context["form"].fields) - sent == set()


def test_the_history_names_places_as_people_do() -> None:
    shop.open_shop()
    order = orders.ready(uid=store.ordered({"DAWN-42": 1}).uid, by=shop.HOUSE)
    history = stage.log_in(Role.OPERATOR).get(f"/orders/{order.uid}/").context["history"]
    told = [one.more for one in history]
    assert any("Tver store" in more for more in told)
    assert not any("TVER" in more for more in told)


def test_the_slot_of_an_order_is_told_by_the_clock_of_its_store() -> None:
    shop.open_shop()
    zone = inventory.LocationInput("TVER", time_zone="Asia/Kamchatka")
    stock.save_location(location=zone, by=shop.HOUSE)
    [slot] = shop.slots(1)
    order = store.ordered({"DAWN-42": 1}, delivery=shop.pickup(slot.uid))
    page = stage.text(stage.log_in(Role.OPERATOR).get(f"/orders/{order.uid}/"))
    begins, ends = (at.astimezone(ZoneInfo("Asia/Kamchatka")) for at in (slot.starts_at, slot.ends_at))
    assert f"{begins:%H:%M}–{ends:%H:%M}" in page
    assert "by the clock of the store, Asia/Kamchatka" in page
    assert f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}" not in page
