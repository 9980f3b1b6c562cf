"""Stock files on the command line, and the proof that the books add up."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from edino.inventory.commands.stock import check
from edino.inventory.commands.stock_files import StockFiles
from edino.inventory.jobs import tidy
from edino.kernel import clock, holds, processes, reconciling, sql
from edino.kernel.holds import Owner, Want
from edino.kernel.ids import uuid7
from edino.kernel.imports.engine import Job, run, silent
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Report
from tests.inventory.shop import NOON, bring, goods, numbers, place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of this run is there already."""
    monkeypatch.setattr(processes, "prepare", lambda: None)


def brought_in(path: Path, text: str) -> Report:
    path.write_text(text, encoding="utf-8")
    return run(Job(path, "stock", StockFiles(), FieldMap(), Options(), None, False, True), silent)  # noqa: FBT003


def test_a_file_of_the_1c_with_what_is_wrong_in_it(tmp_path: Path) -> None:
    goods(["42", "43"])
    place("Т1")
    file = "Склад;Артикул;Остаток;На дату\nТ1;42;5;2026-03-01T12:00:00Z\nТ1;43;-2;2026-03-01T12:00:00Z\n"
    file += "Т1;44;1;2026-03-01T12:00:00Z\nЛуна;42;1;2026-03-01T12:00:00Z\nТ1;43;1.5;2026-03-01T12:00:00Z\n"
    report = brought_in(tmp_path / "stock.csv", file)
    assert (report.read, report.written, report.rejected) == (5, 1, 3)
    assert report.reasons == {"unknown": 2, "whole": 1, "below zero, taken for none": 1}
    assert numbers("42", "Т1") == (5, 0, 0, 0)
    again = brought_in(tmp_path / "stock.csv", file)
    assert (again.written, again.unchanged, again.rejected) == (0, 2, 3)
    assert sql.scalar("SELECT count(*) FROM inventory_movement") == 1


def test_a_file_that_empties_everything_is_rejected_row_by_row(tmp_path: Path) -> None:
    skus = [f"s{n}" for n in range(8)]
    goods(skus)
    place("t1")
    for sku in skus:
        bring(sku, "t1", 3)
    rows = "".join(f"t1,{sku},0\n" for sku in skus)
    report = brought_in(tmp_path / "zero.csv", "location,sku,quantity\n" + rows)
    assert (report.rejected, report.reasons) == (8, {"too_many_zeros": 8})
    assert numbers("s1", "t1")[0] == 3
    forced = brought_in(tmp_path / "zero.csv", "location,sku,quantity,force\n" + rows.replace(",0\n", ",0,yes\n"))
    assert (forced.rejected, forced.written) == (0, 8)


def states(*ledgers: str) -> list[str]:
    """What `edino doctor` says of these."""
    told = {one.subject: one.state for one in reconciling.looked_at()}
    return [told[f"ledger of {name}"] for name in ledgers]


def test_the_check_finds_a_number_that_somebody_changed_by_hand(prepared: None) -> None:
    goods(["42"])
    place("t1")
    bring("42", "t1", 3)
    assert CliRunner().invoke(check).exit_code == 0
    assert states("stock", "holds") == ["well", "well"]
    sql.execute("UPDATE kernel_capacity SET total = 4, held = 1")
    told = CliRunner().invoke(check)
    assert told.exit_code == 1
    assert "t1 42: on_hand is 4, its movements sum to 3" in told.output
    assert "held is 1, its holds sum to 0" in told.output
    assert states("stock", "holds") == ["broken", "broken"]


def test_the_job_lets_due_holds_lapse() -> None:
    ids = goods(["42"])
    place("t1")
    bring("42", "t1", 1)
    capacity = sql.scalar("SELECT capacity_id FROM inventory_level WHERE variant_id = %s", [ids["42"]])
    with clock.frozen(NOON):
        holds.hold(Owner("cart", uuid7()), [Want(capacity, 1)], until=datetime(2026, 3, 1, 13, tzinfo=UTC))
    tidy.func(timestamp=0)
    assert numbers("42", "t1") == (1, 0, 0, 0)
