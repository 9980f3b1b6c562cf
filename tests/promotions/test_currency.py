"""A shop that counts in pounds: every new thing begins with pounds, and nothing says roubles that nobody typed."""

import re

import pytest

from edino.catalogue.api import offering
from edino.catalogue.api.reading import default_assortment
from edino.staff.types import Role
from tests.faces.stage import log_in
from tests.promotions.till import VERA, action, made

pytestmark = pytest.mark.django_db
_CURRENCY = re.compile(r'name="currency" value="(\w*)"')


@pytest.fixture
def pounds() -> None:
    known = default_assortment()
    offering.save_assortment(
        code=known.code, name=known.name, currency="GBP", languages=["en"], is_default=True, by=VERA
    )


@pytest.mark.usefixtures("pounds")
@pytest.mark.parametrize(
    "address",
    ["/promotions/new/", "/promotions/try/", "/promotions/gift-cards/new/", "/prices/lists/new/", "/assortments/new/"],
)
def test_a_new_thing_begins_with_the_currency_of_the_shop(address: str) -> None:
    page = log_in(Role.ADMINISTRATOR).get(address).content.decode()
    assert _CURRENCY.findall(page) == ["GBP"]
    assert "RUB" not in page


@pytest.mark.usefixtures("pounds")
def test_a_promotion_that_names_no_amount_counts_in_the_currency_of_the_shop() -> None:
    sale = made("Ten off", action("percent", 10), currency="")
    vera = log_in(Role.MARKETER)
    pages = [vera.get(path).content.decode() for path in ("/promotions/", f"/promotions/{sale.uid}/")]
    assert ["£" in page for page in pages] == [True, True]
    assert [("RUB" in page, "₽" in page) for page in pages] == [(False, False)] * 2
    assert _CURRENCY.findall(vera.get(f"/promotions/{sale.uid}/change/").content.decode()) == ["GBP"]
