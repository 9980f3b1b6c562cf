"""The overview, review of cases, the developer page and the rules of joining."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from edino.channels import api as channels
from edino.customers import api as customers
from edino.customers.api import governing
from edino.kernel import sql
from edino.staff.types import Role
from tests.faces.stage import HOUSE, Shop, pizza, text

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
AsRole = Callable[..., Client]


@pytest.fixture
def conflict(shop: Shop) -> int:
    """Two confirmed accounts with one phone: the rules do not join them, a case waits."""
    first = {"user_id": "anna-1", "phone": "+79161234512", "email": "anna@mail.ru"}
    second = {"user_id": "olga-1", "phone": "+79161230099", "email": "olga@mail.ru"}
    shop.introduce("Site", 9 * HOUR, first, first_name="Анна", city="Тула")
    shop.introduce("Site", 8 * HOUR, second, first_name="Ольга", city="Тула")
    shop.introduce("Site", 7 * HOUR, {"user_id": "anna-1", "email": "olga@mail.ru"})
    (found,) = customers.cases().cases
    return found.id


def test_a_new_installation_tells_the_next_step(as_role: AsRole) -> None:
    igor = text(as_role(Role.INTEGRATOR).get("/"))
    assert "Nothing has come in yet" in igor
    assert "Add a source" in igor
    assert "Add a source" not in text(as_role(Role.ANALYST).get("/"))


def test_the_overview_says_what_came_in(shop: Shop, conflict: int, as_role: AsRole) -> None:
    shop.tell("Tverskaya 12", "Order Completed", HOUR, {"loyalty_card": "29000017"}, **pizza("1", 700, "Napoli"))
    page = text(as_role(Role.OPERATOR).get("/"))
    assert "Events in 24 hours 4 nothing the day before" in page
    assert "Orders today 1 0 by this hour yesterday" in page
    assert "Cases waiting 1" in page
    assert "Website" in page
    assert "App not heard yet" in page
    assert "/review/" not in as_role(Role.ANALYST).get("/").content.decode()


def test_oleg_judges_that_they_are_two_and_takes_it_back(shop: Shop, conflict: int, as_role: AsRole) -> None:
    oleg = as_role(Role.OPERATOR)
    page = text(oleg.get("/review/"))
    assert "A source saw Account and E-mail together, but they were not joined" in page
    assert "City Т••• Т••• same" in page
    assert "Тула" not in page
    answer = oleg.post(f"/review/{conflict}/different/", headers={"hx-request": "true"})
    assert "No cases wait" in text(answer)
    assert shop.who_is("user_id", "anna-1") != shop.who_is("user_id", "olga-1")
    assert sql.scalar("SELECT count(*) FROM customers_separation WHERE revoked_at IS NULL") == 1
    undo = answer["HX-Trigger"].split('"undo": "')[1].split('"')[0]
    assert oleg.post(undo, headers={"hx-request": "true"}).status_code == 204
    assert sql.scalar("SELECT count(*) FROM customers_separation WHERE revoked_at IS NULL") == 0


def test_vera_judges_that_they_are_one(shop: Shop, conflict: int, as_role: AsRole) -> None:
    vera = as_role(Role.MARKETER)
    assert vera.post(f"/review/{conflict}/show/").status_code == 403
    vera.post(f"/review/{conflict}/same/", headers={"hx-request": "true"})
    assert shop.who_is("user_id", "anna-1") == shop.who_is("user_id", "olga-1")
    again = vera.post(f"/review/{conflict}/different/", headers={"hx-request": "true"})
    assert "Somebody has decided this case already." in again["HX-Trigger"]


def test_later_is_later(conflict: int, as_role: AsRole) -> None:
    oleg = as_role(Role.OPERATOR)
    oleg.post(f"/review/{conflict}/later/", headers={"hx-request": "true"})
    assert "No cases wait" in text(oleg.get("/review/"))
    assert oleg.get(f"/review/{conflict}/").status_code == 200
    assert oleg.post(f"/review/{conflict}/perhaps/").status_code == 404


def test_a_case_is_shown_in_full_to_oleg_and_noted_for_both(conflict: int, as_role: AsRole) -> None:
    shown = text(as_role(Role.OPERATOR).post(f"/review/{conflict}/show/", headers={"hx-request": "true"}))
    assert "+79161234512 +79161230099 different" in shown
    noted = sql.scalar("SELECT count(*) FROM staff_audit WHERE operation = 'customers.see_personal' AND NOT refused")
    assert noted == 2


def test_igor_sees_what_was_wrong(shop: Shop, as_role: AsRole) -> None:
    shop.tell("Site", "Product Viewed", HOUR, {"user_id": "u-1"}, sku="A")
    key = {"Authorization": f"Bearer {shop.keys['Site']}"}
    bad = '{"batch": [{"type": "track", "userId": "1", "event": "Order Completed"}]}'
    Client().post("/v1/batch", bad, content_type="application/json", headers=key)
    number = channels.get_source(name="Site").id
    page = text(as_role(Role.INTEGRATOR).get(f"/developer/{number}/"))
    assert "Product Viewed fragment" in page
    assert "rejected properties.order_id required Order Completed needs the number of the order." in page
    assert shop.keys["Site"] not in page
    assert shop.keys["Site"][:14] in page
    assert as_role(Role.INTEGRATOR, "ru").get("/developer/99999/live/").status_code == 404


def test_a_change_of_rules_is_told_before_it_is_switched_on(shop: Shop, as_role: AsRole) -> None:
    shop.introduce("Site", HOUR, {"phone": "+79161234512", "email": "a@mail.ru"})
    shop.introduce("Site", HOUR, {"phone": "+79161230099", "email": "a@mail.ru"})
    irina = as_role(Role.ADMINISTRATOR)
    kinds = governing.policy_versions()[0].policy.kinds.values()
    given = {f"{kind.code}.{name}": getattr(kind, name) for kind in kinds for name in ("weight", "limit", "partners")}
    wrong = irina.post("/policy/new/", {**given, "bound": 100, "phone.limit": 0})
    assert wrong.status_code == 422
    assert "Phone, At most: From 1 to 1000." in text(wrong)
    assert irina.post("/policy/new/", {**given, "bound": 100, "phone.limit": 1}).status_code == 302
    before = shop.who_is("phone", "+79161230099")
    told = text(irina.get("/policy/2/preview/"))
    assert "1 would fall apart" in told
    assert shop.who_is("phone", "+79161230099") == before
    assert governing.policy_versions()[0].in_force is False
    irina.post("/policy/2/on/")
    assert governing.policy_versions()[0].in_force is True
    page = text(irina.get("/policy/"))
    assert "Version 2 in force" in page


def test_a_value_is_blocked_and_let_again(shop: Shop, as_role: AsRole) -> None:
    vera = as_role(Role.MARKETER)
    vera.post("/policy/block/", {"kind": "loyalty_card", "pattern": "29000000", "reason": "the cashier's own"})
    (blocked,) = [one for one in governing.blocked_values() if one.pattern == "29000000"]
    assert "the cashier's own" in text(vera.get("/policy/"))
    vera.post(f"/policy/blocked/{blocked.id}/off/")
    assert "the cashier's own" not in text(vera.get("/policy/"))
    everybody = vera.post("/policy/block/", {"kind": "*", "pattern": ".*", "reason": "x"}, follow=True)
    assert "This would block everybody, or nobody." in text(everybody)
    assert as_role(Role.OPERATOR).get("/policy/").status_code == 403


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_screen_opens_in_both_languages(shop: Shop, conflict: int, as_role: AsRole, language: str) -> None:
    irina = as_role(Role.ADMINISTRATOR, language)
    uid = shop.who_is("user_id", "anna-1")
    number = channels.get_source(name="Site").id
    for address in (
        "/", "/customers/", f"/customers/{uid}/", f"/customers/{uid}/why/", f"/customers/{uid}/split/", "/review/",
        f"/developer/{number}/", "/policy/", "/policy/new/",
    ):  # fmt: skip
        assert irina.get(address).status_code == 200, address
    assert HOUSE.name
