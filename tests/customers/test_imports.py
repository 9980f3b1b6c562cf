"""Masha's card, Lena's wishes: people and permissions from files, twice the same, never wider than before."""

from pathlib import Path
from typing import Any

import pytest

from edino.channels import api as channels
from edino.customers import api
from edino.customers.api.consents import may_contact
from edino.customers.commands.consents import Consents
from edino.customers.commands.people import People
from edino.customers.types import Identifier
from edino.kernel import sql
from edino.kernel.imports.engine import Job, run
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Report

pytestmark = pytest.mark.django_db

PHONE = Identifier("phone", "+79161234567")


def imported(kind: str, path: Path, **more: Any) -> Report:
    importer = People() if kind == "customers" else Consents()
    return run(Job(path, kind, importer, FieldMap(), Options(), **more))


def totals(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.written, report.unchanged, report.rejected


def text_file(folder: Path, text: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="cp1251")
    return path


def rejected(path: Path) -> list[list[str]]:
    text = path.with_name(f"{path.name}.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    return [line.split(",")[:3] for line in text[1:]]


def test_a_russian_export_of_people_is_understood_as_it_is(tmp_path: Path) -> None:
    path = text_file(
        tmp_path,
        "Номер карты;Телефон;Имя;Фамилия;Дата рождения;Город;trait.skin\n"
        "100-200-300;8 (916) 123-45-67;Мария;Орлова;1990-05-17;Пермь;dry\n"
        "100-200-301;;Николай;;;;\n",
    )
    assert totals(imported("customers", path)) == (2, 2, 0, 0)
    assert totals(imported("customers", path, again=True)) == (2, 0, 2, 0)
    kinds = sql.tuples("SELECT kind, count(*) FROM pub.customers_identifier GROUP BY 1 ORDER BY 1")
    assert kinds == [("loyalty_card", 2), ("phone", 1)]
    assert sql.scalar("SELECT count(DISTINCT customer_id) FROM pub.customers_identifier") == 2
    bodies = sql.tuples("SELECT body FROM kernel_log WHERE type = 'customers.imported' ORDER BY id")
    assert bodies == [
        ({"fields": ["birthday", "city", "first_name", "last_name", "skin"]},),
        ({"fields": ["first_name"]},),
    ]


def test_rows_that_name_nobody_or_cannot_be_are_told(tmp_path: Path) -> None:
    path = text_file(
        tmp_path, "phone,email,birthday\n,,1990-01-01\nabc,,\n,lena@,\n0000000,,\n,lena@shop.ru,31.02.90\n"
    )
    report = imported("customers", path)
    assert totals(report) == (5, 0, 0, 5)
    assert [line[:2] for line in rejected(path)] == [
        ["2", ""], ["3", "phone"], ["4", "email"], ["5", rejected(path)[3][1]], ["6", "birthday"],
    ]  # fmt: skip
    assert sql.scalar("SELECT count(*) FROM pub.customers_profile") == 0


def test_people_of_a_file_are_joined_with_those_who_came_before(tmp_path: Path) -> None:
    imported("customers", text_file(tmp_path, "crm,phone\n7,+79161234567\n"))
    imported("customers", text_file(tmp_path, "email,phone\nlena@shop.ru,+79161234567\n", "site.csv"))
    assert sql.scalar("SELECT count(DISTINCT customer_id) FROM pub.customers_profile") == 1
    assert sql.scalar("SELECT count(*) FROM pub.customers_profile") == 2


def test_permissions_come_with_their_moment_and_proof_and_twice_is_once(tmp_path: Path) -> None:
    purpose = sql.scalar("SELECT code FROM customers_purpose ORDER BY code LIMIT 1")
    path = text_file(
        tmp_path,
        "телефон,email,purpose,state,date,brand,proof\n"
        f"+79161234567,,{purpose},да,2026-01-01,,form 5\n"
        f",lena@shop.ru,{purpose},withdrawn,2026-01-02,,\n"
        f"+79161234567,,{purpose},perhaps,2026-01-03,,\n"
        "+79161234567,,dancing,yes,2026-01-03,,\n"
        f",,{purpose},yes,2026-01-03,,\n"
        f"+79161234567,,{purpose},yes,2099-01-03,,\n",
        "consents.csv",
    )
    report = imported("consents", path)
    assert totals(report) == (6, 2, 0, 4)
    assert rejected(path) == [
        ["4", "state", "unknown"],
        ["5", "purpose", "unknown"],
        ["6", "", "nobody"],
        ["7", "at", "out_of_range"],
    ]
    assert totals(imported("consents", path)) == (6, 0, 2, 4)
    assert may_contact(identifier=PHONE, purpose=purpose).allowed


def test_no_file_ever_widens_a_permission(tmp_path: Path) -> None:
    purpose = sql.scalar("SELECT code FROM customers_purpose ORDER BY code LIMIT 1")
    head = "phone,purpose,state,at\n"
    imported("consents", text_file(tmp_path, f"{head}+79161234567,{purpose},refused,2026-01-01\n", "first.csv"))
    imported("consents", text_file(tmp_path, f"{head}+79161234567,{purpose},granted,2026-02-01\n", "second.csv"))
    assert not may_contact(identifier=PHONE, purpose=purpose).allowed


def test_a_source_that_confirms_cards_is_believed_in_files_too(tmp_path: Path) -> None:
    channels.source_of_files(name=None)
    path = text_file(tmp_path, "card\n100-200-300\n")
    with pytest.raises(Exception, match="no such source"):
        imported("customers", path, source="tills")
    assert api.usable("loyalty_card", "100-200-300") == Identifier("loyalty_card", "100200300")
