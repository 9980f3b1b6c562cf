"""Igor brings last year's events from files: they go through the collector's own door."""

import json
from pathlib import Path
from typing import Any

import pytest

from edino.activity.commands.events import Events, message
from edino.kernel import sql
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Report

pytestmark = pytest.mark.django_db

EVENTS = "SELECT type, key, body -> 'properties' FROM kernel_log WHERE source_id IS NOT NULL ORDER BY id"


def imported(path: Path, **more: Any) -> Report:
    return run(Job(path, "events", Events(), FieldMap(), Options(), **more))


def totals(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.written, report.unchanged, report.rejected


def jsonl(folder: Path, lines: list[dict[str, Any]], name: str = "events.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def viewed(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "messageId": f"m{number}",
        "anonymousId": "tablet",
        "timestamp": "2026-03-01T10:00:00Z",
        "properties": {"sku": f"S{number}", "price": 9.99},
        **more,
    }


def test_the_export_of_a_tracking_tool_comes_in_once(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [viewed(number) for number in range(5)])
    assert totals(imported(path)) == (5, 5, 0, 0)
    assert totals(imported(path, again=True)) == (5, 0, 5, 0)
    found = sql.tuples(EVENTS)
    assert [properties for _, _, properties in found] == [{"sku": f"S{number}", "price": 9.99} for number in range(5)]
    assert sql.scalar("SELECT count(*) FROM pub.customers_profile") == 1


def test_a_table_of_events_needs_no_mapping_when_its_titles_are_plain(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "event_name;user_id;date;phone;properties.sku;properties.price;traits.city\n"
        "Product Added;kolya;2026-03-01 10:00;+79161234567;00123;12.5;Пермь\n"
        "Product Added;kolya;2026-03-01 10:00;+79161234567;00123;12.5;Пермь\n"
        ";kolya;2026-03-01 10:01;;;;\n"
        "Product Added;;2026-03-01 10:02;;;;\n"
        "Product Added;kolya;1999-12-31 10:02;;;;\n",
        encoding="utf-8",
    )
    report = imported(path)
    assert totals(report) == (5, 1, 1, 3)
    assert [properties for _, _, properties in sql.tuples(EVENTS)] == [{"sku": "00123", "price": 12.5}]
    text = path.with_name("events.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in text[1:]] == [
        ["4", "type", "required"],
        ["5", "userId", "required"],
        ["6", "timestamp", "out_of_range"],
    ]


def test_identifiers_that_stand_for_nobody_are_told_and_the_event_is_taken(tmp_path: Path) -> None:
    path = jsonl(tmp_path, [viewed(1, phone="0000000", email="lena@shop.ru")])
    report = imported(path)
    assert totals(report) == (1, 1, 0, 0)
    assert len(report.reasons) == 1
    assert next(iter(report.reasons)).startswith("context.externalIds[0].id: ")
    assert "lena@" not in str(sql.tuples(EVENTS))


def test_a_message_says_what_its_row_says() -> None:
    made = message(
        {
            "event": "Signed In",
            "userId": "kolya",
            "phone": "+79161234567",
            "properties": {"a": 1},
            "properties.b": 2,
            "context": {"ip": "10.0.0.1", "externalIds": [{"type": "vk", "id": "5"}]},
            "traits.city": None,
        }
    )
    assert made.pop("messageId").startswith("row-")
    assert made == {
        "type": "track",
        "event": "Signed In",
        "userId": "kolya",
        "properties": {"a": 1, "b": 2},
        "context": {
            "ip": "10.0.0.1",
            "externalIds": [{"type": "vk", "id": "5"}, {"type": "phone", "id": "+79161234567"}],
        },
    }
