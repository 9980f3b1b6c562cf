"""The demo's figures come from the log, so they notice when a line is missing, doubled or a penny off."""

import csv
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet
import pytest

from edino.integrations.demo import figures, goods, stages
from edino.kernel.imports import mapping
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.tables import Options
from edino.orders.commands.orders import Orders
from edino.staff import api as staff

pytestmark = pytest.mark.django_db

TITLES = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
LINES = [
    ["536365", "85123A", "HEART", "6.0", "2010-12-01 08:26", "2.55", "17850.0", "United Kingdom"],
    ["536365", "85123A", "HEART", "6.0", "2010-12-01 08:26", "2.55", "17850.0", "United Kingdom"],
    ["536365", "85123a", "HEART", "1.0", "2010-12-01 08:26", "0.001", "17850.0", "United Kingdom"],
    ["C536379", "D", "Discount", "-1.0", "2010-12-01 09:41", "27.5", "14527.0", "United Kingdom"],
    ["536414", "22139", "", "56.0", "2010-12-01 11:52", "0.0", "", "France"],
    ["A563186", "B", "Adjust bad debt", "1.0", "2011-08-12 14:51", "-11062.06", "", "France"],
]


@pytest.fixture
def few_invoices(tmp_path: Path) -> Path:
    path = tmp_path / "invoices.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([TITLES, *LINES])
    return path


def test_figures_are_counted_on_the_log_to_the_penny(few_invoices: Path) -> None:
    shape = mapping.load(Path(str(files("edino.integrations.demo") / "online_retail.toml")))
    job = Job(few_invoices, "orders", Orders(), shape, Options(), stages.retailer().name)
    for _ in range(2):
        assert run(job).rejected == 0
        found = figures.of_source(stages.retailer().id)
        assert found == figures.Figures(
            lines=6,
            customers=2,
            invoices=4,
            codes=5,
            countries=2,
            gross=Decimal("30.601") - Decimal("27.5") - Decimal("11062.06"),
            returns=2,
            sold_lines=3,
            sold_customers=1,
            sold_invoices=1,
            sold_gross=Decimal("30.601"),
        )
    assert figures.told(found)["sold_gross"] == "30.60"


def test_a_figure_that_is_off_is_named() -> None:
    printed = {**figures.PUBLISHED, "gross": "9747747.94"}
    assert figures.differences(figures.PUBLISHED) == []
    assert figures.differences(printed) == ["gross: 9747747.94 was counted, 9747747.93 is published"]


def test_five_roles_can_look_around_and_get_new_passwords_each_time() -> None:
    first, second = stages.log_ins(), stages.log_ins()
    assert [(one.role, one.email) for one in first] == [(one.role, one.email) for one in second]
    assert len({one.role for one in first}) == 5
    assert not {one.password for one in first} & {one.password for one in second}
    for one in first:
        person = staff.find_person(email=one.email)
        assert person is not None
        assert person.role == one.role


def test_with_the_opening_stock_no_sale_of_the_year_finds_the_shelf_empty() -> None:
    year = pyarrow.parquet.read_table(str(files("edino.integrations.demo") / "online_retail.parquet"))
    columns = [year[name].to_pylist() for name in ("InvoiceDate", "StockCode", "Quantity", "UnitPrice")]
    moved = [(at, sku, 0 if price < 0 else int(pieces)) for at, sku, pieces, price in zip(*columns, strict=True)]
    seen = [(at + timedelta(days=14 if pieces < 0 else 0), sku, pieces) for at, sku, pieces in moved]
    left = {good.sku: good.opening for good in goods.goods()}
    lowest = dict(left)
    for _, sku, pieces in sorted(seen, key=lambda line: line[0]):
        left[sku] -= pieces
        lowest[sku] = min(lowest[sku], left[sku])
    assert left == {good.sku: good.left for good in goods.goods()}
    assert len(left) == int(figures.PUBLISHED["codes"])
    assert set(lowest.values()) == {0}  # never below, and not a piece more than was needed


def test_a_good_has_its_usual_name_its_last_price_and_a_shelf() -> None:
    heart = next(good for good in goods.goods() if good.sku == "85123A")
    assert (heart.name, heart.price, heart.shelf, heart.offered) == (
        "White hanging heart t-light holder",
        295,
        "lights",
        True,
    )
    assert not any(good.offered for good in goods.goods() if good.sku in {"POST", "D", "AMAZONFEE"})


def test_a_web_that_starts_slowly_is_waited_for_and_a_dead_one_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stages, "_SECONDS_TO_SAY", 0)
    port = stages.free_port()
    slow = f"""
import time, http.server
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
time.sleep(2)
http.server.HTTPServer(("127.0.0.1", {port}), Ready).serve_forever()
"""
    web = subprocess.Popen([sys.executable, "-c", slow], stderr=subprocess.DEVNULL)
    try:
        assert stages._comes_up(f"http://127.0.0.1:{port}", web)
    finally:
        web.kill()
        web.wait()
    assert capsys.readouterr().err.count("the web is still starting") == 1
    dead = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    dead.wait()
    assert not stages._comes_up(f"http://127.0.0.1:{port}", dead)
    assert capsys.readouterr().err == ""
