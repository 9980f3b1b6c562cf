"""Imports of real size: a million rows in flat memory, and a year of invoices killed again and again."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from edino.integrations.demo.figures import PUBLISHED
from edino.kernel import postgres
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Context, Field, Row, Written

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).resolve().parents[2]
INVOICES = ROOT / "src" / "edino" / "integrations" / "demo" / "online_retail.parquet"
LINES = """
SELECT count(*), round(sum(CASE fact.type WHEN 'Order Refunded' THEN -1 ELSE 1 END * p.quantity * p.price), 2),
       count(DISTINCT fact.key)
  FROM kernel_log AS fact
 CROSS JOIN jsonb_to_recordset(fact.body -> 'properties' -> 'products') AS p (quantity numeric, price numeric)
 WHERE fact.class = 0 AND fact.type IN ('Order Completed', 'Order Refunded')
"""


class Counting:
    """An importer that only counts: what is measured is the reading."""

    help = "Rows."
    fields = (Field("code", required=True), Field("price", "decimal"), Field("at", "datetime"))
    group = None
    batch = 5000
    version = 1
    rows = 0

    def prepare(self, context: Context) -> None:
        """Nothing to check."""

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        self.rows += len(rows)
        return Written()


@pytest.mark.django_db
@pytest.mark.parametrize("group", [None, "code"])
def test_a_million_rows_are_read_in_flat_memory(tmp_path: Path, group: str | None) -> None:
    path = tmp_path / "million.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("code;price;at\n")
        for number in range(1_000_000):
            file.write(f"P{number // 3:07};12.50;2026-03-01 10:00\n")
    importer: Any = Counting()
    importer.group = group
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = run(Job(path, "counting", importer, FieldMap(), Options()))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (report.read, report.rejected, importer.rows) == (1_000_000, 0, 1_000_000)
    assert grown < 100_000


def test_a_year_of_invoices_killed_again_and_again_is_there_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = tmp_path / "invoices.parquet"
    file.write_bytes(INVOICES.read_bytes())
    environment = {name: value for name, value in os.environ.items() if name != "EDINO_DATABASE_URL"}
    environment["EDINO_HOME"] = str(home)
    command = [sys.executable, "-c", "from edino.site.cli import main; main()", "import", "orders", str(file)]
    url = postgres.ensure(home)
    try:
        for position in (20_000, 150_000, 300_000):
            process = subprocess.Popen(command, env=environment)
            _wait_for(url, position)
            process.send_signal(signal.SIGKILL)
            process.wait()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert "541909 rows read, 541909 written, 0 known before, 0 rejected" in done.stdout
        assert "went on after row" in done.stdout
        with psycopg.connect(url) as connection:
            found = connection.execute(LINES).fetchone()
        assert found is not None
        assert [str(found[0]), str(found[1])] == [PUBLISHED["lines"], PUBLISHED["gross"]]
        assert found[2] == int(PUBLISHED["invoices"])
        assert (
            "nothing to do"
            in subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        )
    finally:
        postgres.stop(home)


def _wait_for(url: str, position: int) -> None:
    until = time.monotonic() + 300
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            exists = connection.execute("SELECT to_regclass('kernel_import')").fetchone()
            if exists and exists[0]:
                found = connection.execute("SELECT max(position) FROM kernel_import").fetchone()
                if found and (found[0] or 0) >= position:
                    return
            time.sleep(0.05)
    raise AssertionError(f"row {position} was not reached")
