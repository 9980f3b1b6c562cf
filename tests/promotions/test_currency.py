"""A shop that counts in pounds: every new thing begins with pounds, and nothing says roubles that nobody typed."""

import re

import pytest
from django.utils import translation
from django.utils.html import strip_tags

from edino.catalogue.api import offering
from edino.catalogue.api.reading import default_assortment
from edino.kernel.money import Money
from edino.promotions.api.describing import describe
from edino.promotions.api.wording import Words
from edino.promotions.types import Definition
from edino.staff.types import Role
from edino.ui import agreeing
from edino.ui.parts import Amount
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


@pytest.mark.parametrize(
    ("language", "currency", "minor", "told"),
    [
        ("en", "GBP", 100_000, "£1,000"),
        ("ru", "GBP", 100_000, "1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}£"),
        ("en", "RUB", 123_450, "1,234.50\N{NO-BREAK SPACE}₽"),
        ("ru", "RUB", 123_450, "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}₽"),
        ("en", "JPY", 1_000, "¥1,000"),
        ("ru", "BHD", 1_500, "1,500\N{NO-BREAK SPACE}BHD"),
    ],
)
def test_a_sentence_writes_money_as_every_page_does(language: str, currency: str, minor: int, told: str) -> None:
    with translation.override(language):
        sentences = describe(Definition("Much off", action("order_amount", amount=minor), currency=currency), {})
        assert sentences[0].count(told) == 1
        assert currency not in sentences[0] or currency == "BHD"
        assert strip_tags(str(Amount(Money(minor, currency)))) == told
        with agreeing.together():  # what is kept or sent has no marks of the page it was written on
            assert Words(currency).money(minor) == told
