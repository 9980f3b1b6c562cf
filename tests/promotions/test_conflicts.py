"""Vera says what a promotion combines with, sees what it can not meet before it runs, and how many codes count."""

import pytest
from django.test import Client

from edino.kernel.errors import Invalid
from edino.promotions import api
from edino.promotions.api import limits
from edino.staff.types import Role
from tests.faces import stage
from tests.inventory.test_screens import opened
from tests.promotions.till import VERA, action, made

pytestmark = pytest.mark.django_db
SAID = {"name": "Spring", "kind": "percent", "percent": "10", "currency": "RUB", "base": "net", "priority": "0"}


@pytest.fixture
def vera() -> Client:
    return stage.log_in(Role.MARKETER)


def test_an_allow_list_is_written_kept_and_read_back(vera: Client) -> None:
    sale, gift = made("sale", action("percent", percent=10)), made("gift", action("percent", percent=5))
    assert vera.post("/promotions/new/", {**SAID, "combines": [sale.id]}).status_code == 422  # it shares with all
    assert vera.post("/promotions/new/", {**SAID, "exclusive": "on", "combines": [10**6]}).status_code == 422
    assert (
        vera.post("/promotions/new/", {**SAID, "exclusive": "on", "combines": [sale.id], "group": "spring"}).status_code
        == 302
    )
    spring = next(one for one in api.promotions() if one.definition.name == "Spring")
    assert (spring.definition.exclusive, spring.definition.combines, spring.definition.group) == (
        True,
        frozenset({sale.id}),
        "spring",
    )
    page = vera.get(f"/promotions/{spring.uid}/change/").content.decode()
    assert f'<option value="{sale.id}" selected>' in page
    assert f'<option value="{gift.id}">' in page
    assert f'<option value="{spring.id}"' not in page
    assert vera.post(f"/promotions/{spring.uid}/change/", SAID).status_code == 302
    assert api.promotion(uid=spring.uid).definition.combines == frozenset()


def test_a_rehearsal_tells_what_it_can_not_meet(vera: Client) -> None:
    sale = made("Big sale", action("percent", percent=10), exclusive=True, priority=5)
    friend = made("Friends", action("percent", percent=5))
    made("Best of", action("percent", percent=3), group="spring")
    made("Plain", action("percent", percent=1))
    vera.post("/promotions/new/", {**SAID, "exclusive": "on", "combines": [friend.id], "group": "spring"})
    spring = next(one for one in api.promotions() if one.definition.name == "Spring")
    page = opened(vera, f"/promotions/{spring.uid}/rehearsal/")
    assert "Big sale never on one line “Spring” does not share lines. “Big sale” goes first, by its priority." in page
    assert "Friends both count One does not share lines, but excepts the other." in page
    assert "Best of one of them Both are of the group “spring”: the one that takes more off." in page
    assert "Plain never on one line “Spring” does not share lines." in page
    assert "Plain" not in opened(vera, f"/promotions/{friend.uid}/rehearsal/")
    assert sale.definition.exclusive


def test_how_many_codes_count_in_an_order_is_set_by_who_may(vera: Client) -> None:
    assert limits.code_limit() == 5
    assert "Codes in one order: 5" in opened(vera, "/promotions/")
    oleg = stage.log_in(Role.OPERATOR)
    assert oleg.post("/promotions/codes/", {"max_codes": 9}).status_code == 403
    assert "Codes in one order" not in opened(oleg, "/promotions/")
    assert vera.post("/promotions/codes/", {"max_codes": 0}).status_code == 422
    assert vera.post("/promotions/codes/", {"max_codes": 1}).status_code == 302
    assert limits.code_limit() == 1
    for wrong in (0, 51):
        with pytest.raises(Invalid):
            limits.save_code_limit(most=wrong, by=VERA)
    assert limits.code_limit() == 1
