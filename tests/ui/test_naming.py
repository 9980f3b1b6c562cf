"""Names that Edino gave by itself are told in the reader's language; what people named stays as they named it."""

import pytest
from django.utils import translation

from edino.faces.screens.shop.visit import PAGES, SOURCES
from edino.inventory.api.openings import HOUSE
from edino.kernel import clock
from edino.orders.screens.telling import moments
from edino.orders.types import Moment
from edino.staff.api import COMMAND_LINE
from edino.ui import naming


@pytest.mark.parametrize(
    ("stored", "english", "russian"),
    [
        (COMMAND_LINE.name, "the command line", "командная строка"),
        (PAGES, "Shop pages", "Страницы магазина"),
        (SOURCES["site"], "Shop", "Магазин"),
        (SOURCES["kiosk"], "Shop kiosk", "Киоск в магазине"),
        (HOUSE.name, "Edino itself", "сам Edino"),
        ("Anya", "Anya", "Anya"),
        ("", "", ""),
    ],
)
def test_a_name_is_told_in_the_language_of_who_reads(stored: str, english: str, russian: str) -> None:
    with translation.override("en"):
        assert naming.told(stored) == english
    with translation.override("ru"):
        assert naming.told(stored) == russian


def test_the_russian_history_of_an_order_says_who_did_it_in_russian() -> None:
    done = [Moment(clock.now(), "edited", COMMAND_LINE.name, "", {}), Moment(clock.now(), "edited", "Аня", "", {})]
    with translation.override("ru"):
        assert [line.more for line in moments(done, {})] == ["командная строка", "Аня"]
