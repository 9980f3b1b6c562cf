"""An import is exact: twice the same, killed and started again, with bad rows in it, in flat memory.

The domain here is parcels: a table of the tests, so that nothing but the kernel is tried. The file is also a program:
the test that kills an import runs it as one.
"""

import csv
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click.testing
import django
import pytest
from django.conf import settings
from django.db import DataError, connection, transaction

from edino.kernel import sql
from edino.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refusal
from edino.kernel.imports import engine, runs
from edino.kernel.imports.command import import_command
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.errors import AlreadyRunning, Unreadable
from edino.kernel.imports.mapping import FieldMap, parse
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Context, Field, Rejection, Report, Row, Written
from edino.kernel.registry import importers
from edino.site import settings as site

TABLE = "CREATE TABLE parcel (code text, line int, weight numeric(10, 3), batch int, PRIMARY KEY (code, line))"
INSERT = """
INSERT INTO parcel (code, line, weight, batch)
SELECT * FROM unnest(%(codes)s::text[], %(lines)s::int[], %(weights)s::numeric[], %(batches)s::int[])
ON CONFLICT DO NOTHING
"""


class Parcels:
    """Parcels by code; a code that begins with X is refused by the domain, one with Z by the database."""

    help = "Parcels of the tests."
    fields = (Field("code", required=True, length=40), Field("weight", "decimal", decimals=3))
    version = 1

    def __init__(self, *, group: str | None = None, batch: int = 10, pause: float = 0) -> None:
        self.group = group
        self.batch = batch
        self.pause = pause
        self.batches = 0

    def prepare(self, context: Context) -> None:
        if context.source == "nobody":
            raise NotFound("There is no source %(name)s.", name="nobody")

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        self.batches += 1
        time.sleep(self.pause)
        for row in rows:
            if row.values["code"].startswith("X"):
                raise Invalid(fields=[FieldError("code", "forbidden", "X is not for parcels")])
            if row.values["code"].startswith("Z"):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 'Z'::int")
        kept: list[Row] = []
        heavy: list[Row] = []
        for row in rows:
            (heavy if row.values["weight"] is not None and row.values["weight"] >= 100 else kept).append(row)
        params: dict[str, Any] = {
            "codes": [row.values["code"] for row in kept],
            "lines": [row.place for row in kept],
            "weights": [row.values["weight"] for row in kept],
            "batches": [self.batches] * len(kept),
        }
        new = sql.execute(INSERT, params)
        refused = [Rejection(row.number, "weight", "too_heavy", "100 kg is the most") for row in heavy]
        return Written(len(kept) - new, refused)


def job(path: Path, importer: Parcels, **more: Any) -> Job:
    return Job(path, "parcels", importer, more.pop("mapping", FieldMap()), more.pop("options", Options()), **more)


def totals(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.written, report.unchanged, report.rejected


def parcels() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, line FROM parcel ORDER BY code, line")
        return list(cursor.fetchall())


def rejected(path: Path) -> list[list[str]]:
    with path.with_name(f"{path.name}.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def parcel_file(folder: Path, lines: Sequence[str], name: str = "parcels.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(["code,weight", *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)


def test_the_same_file_twice_changes_nothing(table: None, tmp_path: Path) -> None:
    path = parcel_file(tmp_path, [f"P{number},1.5" for number in range(25)])
    importer = Parcels()
    assert totals(run(job(path, importer))) == (25, 25, 0, 0)
    assert importer.batches == 3
    second = run(job(path, importer))
    assert (second.skipped, totals(second)) == (True, (25, 0, 25, 0))
    assert importer.batches == 3
    again = run(job(path, importer, again=True))
    assert (again.skipped, totals(again)) == (False, (25, 0, 25, 0))
    copy = parcel_file(tmp_path, [*(f"P{number},1.5" for number in range(25)), "P25,2"], "other.csv")
    assert totals(run(job(copy, importer))) == (26, 1, 25, 0)
    assert len(parcels()) == 26
    assert not list(tmp_path.glob("*.rejects.csv"))


def test_each_bad_row_is_told_with_its_reason_and_the_others_are_taken(table: None, tmp_path: Path) -> None:
    lines = [f"P{number},1" for number in range(30)]
    lines[3] = "X1,1"
    lines[7] = "P7,heavy"
    lines[11] = ",2"
    lines[15] = "P15,100"
    lines[19] = "Z1,1"
    lines[23] = "P23"
    lines[27] = 'P"27\x00,1'
    report = run(job(parcel_file(tmp_path, lines), Parcels()))
    assert totals(report) == (30, 23, 0, 7)
    told = rejected(tmp_path / "parcels.csv")
    assert told[0] == ["row", "field", "code", "reason", "code", "weight"]
    assert [(line[0], line[1], line[2]) for line in told[1:]] == [
        ("5", "code", "forbidden"),
        ("9", "weight", "number"),
        ("13", "code", "missing"),
        ("17", "weight", "too_heavy"),
        ("21", "", "database"),
        ("25", "", "cells"),
        ("29", "code", "nul"),
    ]
    assert told[1][3:] == ["X is not for parcels", "X1", "1"]
    assert told[7][4:] == ['P"27\\x00', "1"]
    assert report.rejects == str(tmp_path / "parcels.csv.rejects.csv")
    assert report.reasons == {
        "forbidden": 1, "number": 1, "missing": 1, "too_heavy": 1, "database": 1, "cells": 1, "nul": 1,
    }  # fmt: skip


def test_a_file_with_refused_rows_is_read_again_and_tells_them_once(table: None, tmp_path: Path) -> None:
    path = parcel_file(tmp_path, ["P1,1", "X,1", "P2,1"])
    run(job(path, Parcels()))
    report = run(job(path, Parcels()))
    assert totals(report) == (3, 0, 2, 1)
    assert len(rejected(path)) == 2
    mended = parcel_file(tmp_path, ["P1,1", "P3,1", "P2,1"])
    assert totals(run(job(mended, Parcels()))) == (3, 1, 2, 0)
    assert not list(tmp_path.glob("*.rejects.csv"))


def test_the_rejects_file_can_be_imported_when_it_is_mended(table: None, tmp_path: Path) -> None:
    path = parcel_file(tmp_path, ["P1,1", "P2,heavy"])
    told = {"fields": {"code": "code", "weight": "weight"}}
    run(job(path, Parcels(), mapping=parse(told)))
    rejects = path.with_name("parcels.csv.rejects.csv")
    text = rejects.read_text(encoding="utf-8-sig").replace("code,reason,code,weight", "why,reason,code,weight")
    rejects.write_text(text.replace("P2,heavy", "P2,3"), encoding="utf-8")
    assert totals(run(job(rejects, Parcels()))) == (1, 1, 0, 0)
    assert parcels() == [("P1", 0), ("P2", 0)]


def test_a_dry_run_reports_the_same_and_keeps_nothing(table: None, tmp_path: Path) -> None:
    path = parcel_file(tmp_path, [*(f"P{number},1" for number in range(30)), "X,1", "P1,heavy"])
    dry = run(job(path, Parcels(), dry_run=True))
    assert parcels() == []
    dry_told = rejected(path)
    assert sql.scalar("SELECT count(*) FROM kernel_import") == 0
    wet = run(job(path, Parcels()))
    assert totals(dry) == totals(wet) == (32, 30, 0, 2)
    assert dry.reasons == wet.reasons
    assert dry_told == rejected(path)


def test_rows_of_one_group_come_together_however_they_are_scattered(table: None, tmp_path: Path) -> None:
    lines = [f"G{number % 7},{number}" for number in range(70)] + [",1", "G3,heavy", "G3,3"]
    importer = Parcels(group="code", batch=25)
    report = run(job(parcel_file(tmp_path, lines), importer))
    assert totals(report) == (73, 71, 0, 2)
    assert parcels() == [
        (f"G{code}", line) for code in range(7) for line in range(1, 13 if code == 3 else 11) if (code, line) != (3, 11)
    ]
    found = sql.tuples("SELECT code, count(DISTINCT batch) FROM parcel GROUP BY code")
    assert {count for _, count in found} == {1}
    assert totals(run(job(tmp_path / "parcels.csv", importer))) == (73, 0, 71, 2)


def test_a_group_beyond_all_measure_is_cut(table: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LARGEST_GROUP", 10)
    report = run(job(parcel_file(tmp_path, ["G,1"] * 35), Parcels(group="code", batch=5)))
    assert totals(report) == (35, 10, 0, 25)
    assert report.reasons == {"too_many": 25}


def test_what_is_wrong_before_the_first_row_leaves_no_trace(table: None, tmp_path: Path) -> None:
    path = parcel_file(tmp_path, ["P1,1"])
    with pytest.raises(NotFound, match="no source nobody"):
        run(job(path, Parcels(), source="nobody"))
    with pytest.raises(Refusal):
        run(job(path, Parcels(), mapping=parse({"fields": {"code": "nothing"}})))
    with pytest.raises(Unreadable):
        run(job(tmp_path / "none.csv", Parcels()))
    assert sql.scalar("SELECT count(*) FROM kernel_import") == 0


def test_the_mapping_says_the_encoding_and_the_command_line_overrules_it(table: None, tmp_path: Path) -> None:
    path = tmp_path / "parcels.csv"
    path.write_bytes("код;вес\nЖ1;1,5\n".encode("cp1251"))
    told = {"options": {"encoding": "cp866", "decimal_comma": True}, "fields": {"code": "код", "weight": "вес"}}
    with pytest.raises(Refusal):
        run(job(path, Parcels(), mapping=parse(told)))
    assert totals(run(job(path, Parcels(), mapping=parse(told), options=Options("windows-1251")))) == (1, 1, 0, 0)
    assert parcels() == [("Ж1", 0)]


def test_a_row_that_another_took_at_the_same_instant_is_tried_again(table: None, tmp_path: Path) -> None:
    class Racing(Parcels):
        def write(self, rows: Sequence[Row], *, context: Context) -> Written:
            if self.batches < 2:
                self.batches += 1
                with connection.cursor() as cursor:
                    cursor.execute("INSERT INTO parcel VALUES ('R', 1), ('R', 1)")
            return super().write(rows, context=context)

    assert totals(run(job(parcel_file(tmp_path, ["P1,1", "P2,1"]), Racing()))) == (2, 2, 0, 0)


def test_an_interrupted_import_goes_on_where_it_stopped(table: None, tmp_path: Path) -> None:
    class Breaking(Parcels):
        def write(self, rows: Sequence[Row], *, context: Context) -> Written:
            if self.batches == 2:
                raise RuntimeError("the power went off")
            return super().write(rows, context=context)

    path = parcel_file(tmp_path, [f"{'P' if number % 5 else 'X'}{number},1" for number in range(45)])
    with pytest.raises(RuntimeError), transaction.atomic():
        run(job(path, Breaking(batch=7)))
    importer = Parcels()
    report = run(job(path, importer))
    assert (report.resumed_at, totals(report)) == (0, (45, 36, 0, 9))
    assert [int(line[0]) for line in rejected(path)[1:]] == list(range(2, 47, 5))


def test_when_the_rejects_file_is_gone_the_import_begins_anew(table: None, tmp_path: Path) -> None:
    class Breaking(Parcels):
        def write(self, rows: Sequence[Row], *, context: Context) -> Written:
            if rows[0].number > 25:
                raise RuntimeError("the power went off")
            return super().write(rows, context=context)

    path = parcel_file(tmp_path, [f"{'P' if number % 5 else 'X'}{number},1" for number in range(45)])
    with pytest.raises(RuntimeError):
        run(job(path, Breaking()))
    rejects = path.with_name("parcels.csv.rejects.csv")
    whole = rejects.read_bytes()
    rejects.write_bytes(whole + b"a batch that never committed")
    report = run(job(path, Parcels()))
    assert report.resumed_at == 20
    assert [int(line[0]) for line in rejected(path)[1:]] == list(range(2, 47, 5))
    assert rejects.read_bytes().startswith(whole)

    other = parcel_file(tmp_path, [f"{'Q' if number % 5 else 'X'}{number},1" for number in range(45)])
    with pytest.raises(RuntimeError):
        run(job(other, Breaking()))
    rejects.unlink()
    report = run(job(other, Parcels()))
    assert (report.resumed_at, totals(report)) == (0, (45, 20, 16, 9))
    assert [int(line[0]) for line in rejected(path)[1:]] == list(range(2, 47, 5))


def test_two_processes_do_not_import_the_same_file_at_once(
    table: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "lock", lambda identity: False)
    with pytest.raises(AlreadyRunning):
        run(job(parcel_file(tmp_path, ["P1,1"]), Parcels()))
    assert parcels() == []


def test_the_database_s_own_refusals_do_not_quote_more_than_a_line() -> None:
    refusal = engine._refused(Row(3, {}), DataError("invalid input\nLINE 1: secret"))
    assert refusal == Rejection(3, "", "database", "invalid input")
    assert engine._refused(Row(3, {}), Conflict()).code == "conflict"


@pytest.fixture
def offered() -> Iterator[str]:
    importers.register("parcels", Parcels())
    yield "parcels"
    del importers._offers["parcels"]


def command(*words: object) -> click.testing.Result:
    return click.testing.CliRunner().invoke(import_command, [str(word) for word in words])


def test_the_command_ends_with_0_when_the_file_was_read_and_1_when_not(
    table: None, offered: str, tmp_path: Path
) -> None:
    path = parcel_file(tmp_path, ["P1,1", "X,1"])
    done = command("parcels", path)
    assert done.exit_code == 0
    assert done.stdout == (
        f"parcels.csv: 2 rows read, 1 written, 0 known before, 1 rejected\n  1 × forbidden\n  see {path}.rejects.csv\n"
    )
    good = parcel_file(tmp_path, ["P5,1"], "good.csv")
    assert command("parcels", good).exit_code == 0
    assert "imported before, 1 rows, nothing to do" in command("parcels", good).stdout
    assert "(dry run: nothing was kept)" in command("parcels", good, "--dry-run").stdout

    mapping = tmp_path / "m.toml"
    mapping.write_text("[fields]\ncode = 'nothing'\n", encoding="utf-8")
    wrong = command("parcels", path, "--mapping", mapping)
    assert wrong.exit_code == 1
    assert "fields.code: the file has no column 'nothing'; it has: code, weight" in wrong.stderr
    lost = command("parcels", tmp_path / "none.csv", parcel_file(tmp_path, ["P9,1"], "next.csv"))
    assert lost.exit_code == 1
    assert "there is no such file" in lost.stderr
    assert "next.csv: 1 rows read, 1 written" in lost.stdout
    assert "weight (decimal)" in command("parcels", "--fields").stdout
    assert isinstance(command("pears", path).exception, Refusal)


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_moment_and_started_again_each_row_is_there_once(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS parcel")
        cursor.execute(TABLE.replace(", PRIMARY KEY (code, line)", ""))
    try:
        lines = [f"{'X' if number % 50 == 0 else 'P'}{number:05},1" for number in range(4000)]
        path = parcel_file(tmp_path, lines)
        kills = 0
        for delay in (0.05, 0.21, 0.13, None):
            kills += _import_until(path, delay)
        assert kills == 3
        assert sql.scalar("SELECT state FROM kernel_import") == "finished"
        assert parcels() == [(f"P{number:05}", 0) for number in range(4000) if number % 50]
        assert [int(line[0]) for line in rejected(path)[1:]] == list(range(2, 4002, 50))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE parcel")


def _import_until(path: Path, seconds: float | None) -> int:
    """Run the import in a process of its own, kill it after some writing; 1 when it was killed."""
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={quote(settings['HOST'], safe='')}"
    environment = {**os.environ, "EDINO_DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, __file__, str(path)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as out:
        started = out.readline()
        assert started == b"ready\n"
        if seconds is None:
            assert process.wait(60) == 0
            return 0
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    return int(process.returncode == -signal.SIGKILL)


@pytest.mark.timeout(300)
def test_a_hundred_thousand_rows_take_no_more_memory_than_a_few(table: None, tmp_path: Path) -> None:
    def peak(count: int, group: str | None) -> int:
        path = parcel_file(tmp_path, [f"{group}{count}-{number},1.5" for number in range(count)], f"{count}{group}.csv")
        importer = Parcels(group=group, batch=1000)
        tracemalloc.start()
        try:
            assert totals(run(job(path, importer))) == (count, count, 0, 0)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    for group, many in ((None, 100_000), ("code", 30_000)):
        small, large = peak(3_000, group), peak(many, group)
        assert large < small + 2_000_000
        assert large < 10_000_000


def _program(path: Path) -> None:
    # Of the whole house only the kernel: four processes start here, and all of it takes seconds each time.
    settings.configure(INSTALLED_APPS=["edino.kernel"], DATABASES=site.DATABASES, USE_TZ=True)
    django.setup()
    connection.ensure_connection()
    print("ready", flush=True)
    run(job(path, Parcels(batch=40, pause=0.005)))


if __name__ == "__main__":
    _program(Path(sys.argv[1]))
