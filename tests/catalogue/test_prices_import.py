"""A merchandiser's file of prices: understood as it is, twice the same, each wrong row told."""

from pathlib import Path
from typing import Any

import pytest

from edino.catalogue import api
from edino.catalogue.commands.prices import Prices
from edino.kernel import clock, sql
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Report
from tests.catalogue.price_shop import DAY, NOON, price_list, variant

pytestmark = pytest.mark.django_db

FILE = """Артикул;Цена;Тип цены;Начало;Окончание
SHOE-42;7990.00;base;2026-01-10;
SHOE-42;6990.50;base;2026-02-10;
SHOE-42;5990;base;2026-03-02;2026-03-09
SOCKS;499;;;
HAT;100;;;
SOCKS;1.005;;;
SOCKS;10;nowhere;;
"""


def imported(path: Path, **more: Any) -> Report:
    return run(Job(path, "prices", Prices(), FieldMap(), Options(), **more))


def test_a_file_with_a_history(tmp_path: Path) -> None:
    price_list()
    shoe, socks = variant("SHOE-42"), variant("SOCKS")
    path = tmp_path / "prices.csv"
    path.write_text(FILE, encoding="cp1251")
    with clock.frozen(NOON):
        report = imported(path)
        assert (report.read, report.written, report.unchanged, report.rejected) == (7, 4, 0, 3)
        again = imported(path, again=True)
        assert (again.written, again.unchanged, again.rejected) == (0, 4, 3)
    told = (tmp_path / "prices.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [line.split(",")[:3] for line in told] == [
        ["6", "sku", "unknown"],
        ["7", "amount", "decimals"],
        ["8", "price_list", "unknown"],
    ]
    found = api.prices(variant_ids=[shoe, socks], currency="RUB", at=NOON)
    assert (found[shoe].unit, found[shoe].list_price, found[shoe].lowest_30d) == (599_000, 699_050, 699_050)
    assert found[socks].unit == 49_900
    before = api.prices(variant_ids=[shoe], currency="RUB", at=NOON - 40 * DAY)
    assert before[shoe].unit == 799_000
    assert sql.scalar("SELECT count(*) FROM catalogue_price") == 4
