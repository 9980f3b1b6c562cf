# ruff: noqa: DTZ001 - dates in files have no zone
"""A mapping is checked before a row is read; a value is taken exactly or refused with its reason."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edino.kernel.imports import mapping
from edino.kernel.imports.errors import WrongMapping
from edino.kernel.imports.rows import Mapper
from edino.kernel.imports.tables import Options, Record, open_table
from edino.kernel.imports.types import Field, Rejection, Type
from edino.kernel.imports.values import (
    Bad,
    Style,
    converter,
    to_any,
    to_boolean,
    to_date,
    to_datetime,
    to_decimal,
    to_integer,
    to_object,
    to_text,
)

FIELDS = (
    Field("order_id", required=True, aliases=("InvoiceNo", "Номер заказа")),
    Field("quantity", "integer"),
    Field("price", "decimal", decimals=4),
    Field("at", "datetime"),
    Field("note", length=10),
    Field("trait.*"),
)


def rows_of(tmp_path: Path, text: str, told: dict[str, Any] | None = None) -> list[dict[str, Any] | Rejection]:
    path = tmp_path / "orders.csv"
    path.write_text(text, encoding="utf-8")
    table = open_table(path, Options())
    try:
        mapper = Mapper(mapping.parse(told) if told else mapping.FieldMap(), FIELDS, table)
        return [mapper.row(record) for record in table.records()]
    finally:
        table.close()


def wrong(told: Any, tmp_path: Path, header: str = "a,b\n") -> dict[str, str]:
    with pytest.raises(WrongMapping) as refused:
        rows_of(tmp_path, header, told)
    return {error.field: error.code for error in refused.value.fields}


def test_without_a_mapping_columns_go_by_name_and_alias(tmp_path: Path) -> None:
    found = rows_of(tmp_path, "номер_заказа,QUANTITY,trait.city,other\n17,3,Пермь,x\n")
    assert found == [{"order_id": "17", "quantity": 3, "trait.city": "Пермь"}]


def test_a_mapping_takes_columns_constants_templates_defaults_and_transforms(tmp_path: Path) -> None:
    told = {
        "options": {"decimal_comma": True, "date_formats": ["%d.%m.%Y %H:%M"], "time_zone": "Europe/Moscow"},
        "fields": {
            "order_id": {"template": "{shop}-{no}"},
            "quantity": {"column": "q", "default": 1},
            "price": "p",
            "at": "when",
            "note": {"constant": "import"},
            "trait": {"city": {"column": "city", "transforms": ["squash", "upper"]}},
        },
    }
    header = "shop,no,q,p,when,city\n"
    found = rows_of(tmp_path, header + '7,12,,"1 234,5600",01.03.2026 14:30, нижний   новгород \n,,2,"0,001",,\n', told)
    assert found[0] == {
        "order_id": "7-12",
        "quantity": 1,
        "price": Decimal("1234.5600"),
        "at": datetime(2026, 3, 1, 11, 30, tzinfo=UTC),
        "note": "import",
        "trait.city": "НИЖНИЙ НОВГОРОД",
    }
    assert found[1] == Rejection(3, "order_id", "missing", "the value is missing")


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml = tmp_path / "m.toml"
    toml.write_text(
        'options.time_zone = "Europe/Moscow"\n[fields]\norder_id = "No"\ntrait.city = "City"\n'
        'at = { column = "When", format = "%d.%m.%y" }\n',
        encoding="utf-8",
    )
    told = {
        "options": {"time_zone": "Europe/Moscow"},
        "fields": {"order_id": "No", "trait.city": "City", "at": {"column": "When", "format": "%d.%m.%y"}},
    }
    other = tmp_path / "m.json"
    other.write_text(json.dumps(told), encoding="utf-8")
    assert mapping.load(toml) == mapping.load(other)
    assert mapping.load(toml).fingerprint() == mapping.load(other).fingerprint()
    assert mapping.load(toml).fingerprint() != mapping.load(other).fingerprint("another source")


def test_every_mistake_of_a_mapping_is_named_at_once(tmp_path: Path) -> None:
    told = {
        "options": {"decimal_comma": "yes", "time_zone": "Mars/Base", "delimiter": ";;", "colour": 1},
        "fields": {
            "order_id": {"column": "a", "constant": 1},
            "quantity": {"column": "a", "transforms": ["reverse"]},
            "price": 5,
            "at": {"column": "a", "format": "dd.mm.yyyy", "time_zone": "Nowhere"},
            "note": {"template": "nothing"},
        },
        "extra": {},
    }
    assert wrong(told, tmp_path) == {
        "extra": "unknown",
        "options.decimal_comma": "type",
        "options.time_zone": "time_zone",
        "options.delimiter": "length",
        "options.colour": "unknown",
        "fields.order_id": "source",
        "fields.quantity.transforms": "unknown",
        "fields.price": "type",
        "fields.at.format": "format",
        "fields.at.time_zone": "time_zone",
        "fields.note.template": "template",
    }


def test_a_mapping_that_does_not_fit_the_file_or_the_fields(tmp_path: Path) -> None:
    told = {"fields": {"quantity": "q", "colour": "a", "note": {"template": "{a} {z}"}, "price": "A"}}
    assert wrong(told, tmp_path) == {
        "fields.quantity": "column",
        "fields.colour": "unknown",
        "fields.note": "column",
        "order_id": "required",
    }


def test_a_title_twice_matters_only_when_it_is_used(tmp_path: Path) -> None:
    assert wrong({"fields": {"order_id": "a"}}, tmp_path, "a,b,a\n") == {"fields.order_id": "ambiguous"}
    assert rows_of(tmp_path, "a,b,a\n1,2,3\n", {"fields": {"order_id": "b"}}) == [{"order_id": "2"}]


def test_defaults_and_constants_are_checked_before_the_first_row(tmp_path: Path) -> None:
    told = {
        "fields": {
            "order_id": "a",
            "quantity": {"constant": "many"},
            "price": {"column": "b", "default": "1.23456"},
        }
    }
    assert wrong(told, tmp_path) == {"fields.quantity.constant": "number", "fields.price.default": "decimals"}


def test_a_mapping_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    with pytest.raises(WrongMapping, match="No such file"):
        mapping.load(path)
    path.write_text("fields = [", encoding="utf-8")
    with pytest.raises(WrongMapping, match=r"m\.toml"):
        mapping.load(path)
    raw: Any
    for raw in ([], "x", None):
        with pytest.raises(WrongMapping):
            mapping.parse(raw)


def test_a_row_with_several_mistakes_tells_them_all(tmp_path: Path) -> None:
    found = rows_of(tmp_path, "order_id,quantity,price\n1,x,y\n")
    assert found == [
        Rejection(2, "quantity", "number", "quantity: 'x' is not a number; price: 'y' is not a number"),
    ]


def code_of(convert: Any, *arguments: Any) -> str:
    with pytest.raises(Bad) as refused:
        convert(*arguments)
    return refused.value.code


def test_numbers_are_exact_or_refused() -> None:
    plain, comma = Style(), Style(decimal_comma=True)
    assert to_decimal("0.001", plain) == Decimal("0.001")
    assert to_decimal(2.55, plain) == Decimal("2.55")
    assert to_decimal(0.1 + 0.2, plain, 4) == Decimal("0.3")
    assert to_decimal("1 234\u00a0567,89", comma) == Decimal("1234567.89")
    assert to_decimal("1.234.567,89", comma) == Decimal("1234567.89")
    assert to_decimal("−5", plain) == -5
    assert code_of(to_decimal, "12,5", plain) == "number"
    assert code_of(to_decimal, "1,2,3", comma) == "number"
    assert code_of(to_decimal, 1.23456, plain, 4) == "decimals"
    for absurd in ("1e999", "9" * 40, "1e-300", float("inf")):
        assert code_of(to_decimal, absurd, plain) in {"number_range", "number"}
    assert code_of(to_decimal, bool(1), plain) == "number"
    assert to_integer("6.0", plain) == 6
    assert to_integer(6.0, plain) == 6
    assert code_of(to_integer, "6.5", plain) == "integer"
    assert code_of(to_integer, str(2**63), plain) == "number_range"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_a_number_comes_back_as_it_was_written(number: Decimal) -> None:
    assert to_decimal(f"{number:f}", Style(), 4) == number
    assert to_decimal(f"{number:f}".replace(".", ","), Style(decimal_comma=True), 4) == number


@given(st.text() | st.floats() | st.integers() | st.none() | st.binary() | st.datetimes() | st.booleans())
def test_any_value_is_taken_or_refused_never_a_crash(value: Any) -> None:
    styles = [
        Style(),
        Style(ZoneInfo("Europe/Moscow"), ("%d.%m.%Y", "epoch"), decimal_comma=True, null=frozenset({"-"})),
    ]
    kinds: tuple[Type, ...] = ("text", "integer", "decimal", "boolean", "datetime", "date", "object", "any")
    for style in styles:
        for kind in kinds:
            with suppress(Bad):
                converter(Field("f", kind), style, ["digits"] if kind == "text" else [])(value)


def test_times_are_moments_and_absurd_ones_are_refused() -> None:
    moscow = Style(ZoneInfo("Europe/Moscow"), ("%d.%m.%Y %H:%M", "epoch", "epoch_ms"))
    eleven = datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    assert to_datetime("01.03.2026 14:30", moscow) == eleven
    assert to_datetime("2026-03-01T14:30", moscow) == eleven
    assert to_datetime("2026-03-01T11:30:00Z", moscow) == eleven
    assert to_datetime(datetime(2026, 3, 1, 14, 30), moscow) == eleven
    assert to_datetime(1772364600, moscow) == eleven
    assert to_datetime("1772364600000", Style(formats=("epoch_ms",))) == eleven
    for absurd in ("0001-01-01", "9999-12-31T23:59:59Z", "1899-01-01", datetime(2500, 1, 1)):
        assert code_of(to_datetime, absurd, moscow) == "date_range"
    for no_date in ("31.02.2026 10:00", "yesterday", "2026-13-01", True, b"2026"):
        assert code_of(to_datetime, no_date, moscow) == "datetime"
    assert to_date("1990-05-17", Style()) == date(1990, 5, 17)
    assert to_date(datetime(1990, 5, 17), Style()) == date(1990, 5, 17)


def test_codes_that_a_spreadsheet_made_numbers_are_codes_again() -> None:
    assert to_text(17850.0) == "17850"
    assert to_text(79161234567) == "79161234567"
    assert to_text(2.5) == "2.5"
    assert to_text(Decimal("1.50")) == "1.50"
    assert to_text(b"85123A") == "85123A"
    assert code_of(to_text, "a\0b") == "nul"
    assert code_of(to_text, "caf\udce9") == "encoding"
    assert code_of(to_text, b"\xff") == "encoding"
    assert code_of(to_text, ["a"]) == "text"


def test_words_for_yes_no_and_nothing() -> None:
    assert [to_boolean(word) for word in ("Да", "yes", 1, True)] == [True] * 4
    assert [to_boolean(word) for word in ("НЕТ", "n", 0, False)] == [False] * 4
    assert code_of(to_boolean, "maybe") == "boolean"
    text = converter(Field("f"), Style(null=frozenset({"-", "NULL"})))
    assert [text(word) for word in ("-", " NULL ", "", "  ", None, float("nan"))] == [None] * 6
    assert code_of(converter(Field("f", length=3), Style()), "four") == "too_long"


def test_objects_hold_nothing_a_database_cannot() -> None:
    assert to_object('{"a": [1, "б"]}') == {"a": [1, "б"]}
    assert [to_any(word) for word in ("12.5", "00123", "true", "[1]", "Пермь")] == [12.5, "00123", True, [1], "Пермь"]
    assert code_of(to_any, "a\0") == "nul"
    assert to_object({"price": Decimal("1.50")}) == {"price": "1.50"}
    assert code_of(to_object, {"a": ["x\0"]}) == "nul"
    assert code_of(to_object, {"a": float("nan")}) == "json"
    assert code_of(to_object, "{") == "json"


def test_the_same_record_can_be_asked_for_one_field(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("order_id,quantity\n5,x\n", encoding="utf-8")
    table = open_table(path, Options())
    mapper = Mapper(mapping.FieldMap(), FIELDS, table)
    record = next(iter(table.records()))
    assert mapper.value(record, "order_id") == "5"
    assert mapper.value(record, "quantity") is None
    assert mapper.value(Record(9, [], ("cells", "short")), "order_id") is None
    table.close()
