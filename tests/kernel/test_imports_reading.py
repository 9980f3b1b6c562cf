# ruff: noqa: DTZ001 - dates in files have no zone
"""Files as shops really have them: any encoding, any delimiter, broken lines, Excel's dates."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edino.kernel.imports.encodings import detect
from edino.kernel.imports.errors import Unreadable
from edino.kernel.imports.tables import Options, Record, Table, open_table

RUSSIAN = "имя;телефон;город\nКоля;+79161234567;Нижний Новгород\nЛена;+79031112233;Орёл\n"


def opened(path: Path, content: bytes | str, **options: str) -> Table:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, Options(**options))


def records(table: Table) -> list[Record]:
    try:
        return list(table.records())
    finally:
        table.close()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866", "koi8-r", "utf-16", "utf-16-le"])
def test_russian_is_read_in_whatever_encoding_it_was_written(tmp_path: Path, encoding: str) -> None:
    named = {"encoding": "utf-16-le"} if encoding == "utf-16-le" else {}
    table = opened(tmp_path / "people.csv", RUSSIAN.encode(encoding), **named)
    assert table.columns == ["имя", "телефон", "город"]
    assert [record.cells for record in records(table)] == [
        ["Коля", "+79161234567", "Нижний Новгород"],
        ["Лена", "+79031112233", "Орёл"],
    ]


def test_pounds_and_umlauts_are_not_taken_for_russian() -> None:
    assert detect("price £5, Müller, café\n".encode("cp1252") * 20) == "cp1252"


def test_a_broken_byte_does_not_turn_a_whole_utf8_file_into_something_else(tmp_path: Path) -> None:
    content = RUSSIAN.encode() * 10 + b"\xff\xfe;1;2\n"
    table = opened(tmp_path / "people.csv", content)
    found = records(table)
    assert found[0].cells[0] == "Коля"
    assert found[-1].cells[0] == "\udcff\udcfe"


def test_a_letter_cut_by_the_end_of_the_sample_is_not_an_error() -> None:
    assert detect("Коля".encode()[:-1]) == "utf-8-sig"


def test_an_unknown_encoding_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no encoding called martian"):
        opened(tmp_path / "a.csv", "a,b\n1,2\n", encoding="martian")
    with pytest.raises(Unreadable, match="no encoding called rot13"):
        opened(tmp_path / "a.csv", "a,b\n1,2\n", encoding="rot13")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [["a", "b b", "c"], ["1", "x,y;z", "3"], ["4", "5", "6"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    table = opened(tmp_path / "a.csv", text)
    assert [record.cells for record in records(table)] == lines[1:]


def test_rows_are_numbered_as_a_spreadsheet_shows_them_and_uneven_ones_are_reported(tmp_path: Path) -> None:
    text = 'a,b,c\n1,2,3\n\n1,2\n1,2,3,4\n1,2,3,,\n"x\ny",2,3\n'
    found = records(opened(tmp_path / "a.csv", text))
    assert [(record.number, record.problem and record.problem[0]) for record in found] == [
        (2, None),
        (4, "cells"),
        (5, "cells"),
        (6, None),
        (7, None),
    ]
    assert found[3].cells == ["1", "2", "3"]
    assert found[4].cells == ["x\ny", "2", "3"]
    assert found[1].problem == ("cells", "the row has 2 cells, the titles are 3")


def test_a_quotation_mark_never_closed_costs_one_row_not_the_rest_of_the_file(tmp_path: Path) -> None:
    text = "a,b\n" + '"oops,1\n' + "".join(f"{number},x\n" for number in range(1000))
    found = records(opened(tmp_path / "a.csv", text))
    assert found[0].problem is not None
    assert found[0].problem[0] == "quoting"
    assert found[0].cells == ['"oops,1']
    assert [record.cells for record in found[1:]] == [[str(number), "x"] for number in range(1000)]


def test_a_quotation_mark_never_closed_in_a_large_file(tmp_path: Path) -> None:
    text = "a,b\n" + '"oops,1\n' + "".join(f"{number},{'x' * 100}\n" for number in range(30_000))
    found = records(opened(tmp_path / "a.csv", text))
    assert len(found) == 30_001
    assert [record.number for record in found if record.problem] == [2]


def test_a_line_of_megabytes_is_one_refused_row(tmp_path: Path) -> None:
    text = "a,b\n1,2\n" + "x" * 5_000_000 + "\n3,4\n"
    found = records(opened(tmp_path / "a.csv", text))
    assert [record.problem and record.problem[0] for record in found] == [None, "quoting", None]
    assert found[2].cells == ["3", "4"]


def test_nothing_and_less_than_titles(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="empty"):
        opened(tmp_path / "a.csv", "")
    with pytest.raises(Unreadable, match="empty"):
        opened(tmp_path / "a.csv", "\n\n  \n")
    assert records(opened(tmp_path / "a.csv", "a,b\n")) == []
    assert records(opened(tmp_path / "a.jsonl", "")) == []


def test_strange_names_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"must end in one of \.csv"):
        opened(tmp_path / "a.docx", "x")
    with pytest.raises(Unreadable, match="no such file"):
        open_table(tmp_path / "none.csv", Options())
    with pytest.raises(Unreadable, match="delimiter must be one character"):
        opened(tmp_path / "a.csv", "a,b", delimiter="::")


@given(content=st.binary(max_size=2000))
def test_any_bytes_are_either_read_to_the_end_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for ending in ("csv", "jsonl", "parquet", "xlsx"):
        try:
            found = records(opened(folder / f"a.{ending}", content))
        except Unreadable:
            continue
        numbers = [record.number for record in found]
        assert numbers == sorted(set(numbers))


@given(cells=st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=3, max_size=3)))
def test_what_python_writes_as_csv_comes_back(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["first", "second", "third"], *cells])
    table = open_table(path, Options(encoding="utf-8", delimiter=","))
    assert [record.cells for record in records(table)] == [line for line in cells if any(line)]


def test_json_lines_report_what_is_not_an_object_and_go_on(tmp_path: Path) -> None:
    lines = ['{"a": 1}', "[1]", "{broken", "", '{"a": NaN}', "[" * 100_000, '{"a": {"b": "в"}}']
    table = opened(tmp_path / "a.jsonl", "\ufeff" + "\n".join(lines))
    get = table.getter("a.b")
    found = records(table)
    assert [(record.number, record.problem and record.problem[0]) for record in found] == [
        (1, None),
        (2, "json"),
        (3, "json"),
        (5, "json"),
        (6, "json"),
        (7, None),
    ]
    assert get(found[-1].cells) == "в"
    assert get(found[0].cells) is None
    assert table.raw(found[2].cells) == ["{broken"]


def test_json_that_is_one_array_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="one object per line"):
        opened(tmp_path / "a.json", '[\n{"a": 1}\n]')
    found = records(opened(tmp_path / "a.jsonl", '{"a": "Коля"}\n'.encode("cp1251") + b'{"a": 2}\n'))
    assert [record.problem and record.problem[0] for record in found] == ["encoding", None]


def test_parquet_gives_values_of_their_types(tmp_path: Path) -> None:
    at = datetime(2011, 12, 9, 12, 50, 0, 123456)
    table = pa.table(
        {
            "at": pa.array([at, None], pa.timestamp("ns")),
            "price": pa.array([Decimal("0.001"), Decimal("-11062.060")], pa.decimal128(12, 3)),
            "code": pa.array(["85123A", None]).dictionary_encode(),
            "inner": pa.array([{"x": 1}, None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    opened_table = open_table(tmp_path / "a.parquet", Options())
    get = opened_table.getter("inner.x")
    found = records(opened_table)
    assert found[0] == Record(1, (at, Decimal("0.001"), "85123A", {"x": 1}))
    assert found[1].cells == (None, Decimal("-11062.060"), None, None)
    assert [get(record.cells) for record in found] == [1, None]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]  # a new workbook has one sheet
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def test_sheets_give_dates_numbers_and_short_rows(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 14, 30)
    lines: list[list[Any]] = [
        [None],
        ["card", "at", "born", None],
        [100200300, moment, date(1990, 5, 17)],
        [None, None, None],
        ["x"],
    ]
    path = workbook(tmp_path / "a.xlsx", {"Лист1": lines, "Second": [["a"], [1]]})
    table = open_table(path, Options())
    assert table.columns == ["card", "at", "born"]
    found = records(table)
    assert [(record.number, record.cells) for record in found] == [
        (3, (100200300, moment, datetime(1990, 5, 17))),
        (5, ("x", None, None)),
    ]
    for sheet in ("Second", "2"):
        table = open_table(path, Options(sheet=sheet))
        assert [record.cells for record in records(table)] == [(1,)]
    with pytest.raises(Unreadable, match="no sheet Third; there are: Лист1, Second"):
        open_table(path, Options(sheet="Third"))


def test_values_beyond_the_titles_of_a_sheet_are_reported(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [["a", "b"], [1, 2, 3]]})
    assert [record.problem and record.problem[0] for record in records(open_table(path, Options()))] == ["cells"]


def test_what_is_no_workbook_and_no_parquet_is_refused(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.parquet"):
        for content in (b"", b"hello", json.dumps({"at": str(datetime.now(UTC))}).encode()):
            with pytest.raises(Unreadable, match="this is not a"):
                opened(tmp_path / name, content)
