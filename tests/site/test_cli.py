"""The command line that Igor and the operators of an installation rely on."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from edino.activity import api as activity
from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api as customers
from edino.customers.api import reference
from edino.customers.types import Consent, Identifier
from edino.kernel import sql
from edino.kernel.errors import Refusal
from edino.site import cli
from edino.staff.types import Actor

BENCHES = ("card", "checkout", "city", "collect", "identity", "oversell", "quote", "stock")
PUBLIC = {
    *("demo", "serve", "work", "import", "export", "key", "doctor", "bench", "simulate"),
    *("migrate", "stop", "backup", "restore", "log", "staff", "customer"),
}
PHONE, CARD = "+79161234567", "77000001"
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


def edino(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command as it is typed."""
    command = [sys.executable, "-m", "edino.site", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120"})


def every(command: click.Command, name: str = "edino") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for own, inner in command.commands.items():
            yield from every(inner, f"{name} {own}")


def run(name: str, *arguments: str) -> Result:
    """One command inside the test's transaction."""
    return CliRunner().invoke(cli.assemble().commands[name], arguments)


def test_help_lists_what_the_contract_promises_and_needs_no_database() -> None:
    told = edino("--help")
    assert (told.returncode, told.stderr) == (0, "")
    listed = told.stdout.partition("Commands:")[2].split("\n")
    names = {line.split()[0] for line in listed if line.startswith("  ") and line[2:3] != " "}
    assert names >= PUBLIC
    assert set(cli.assemble().commands) == names


def test_every_command_and_option_says_what_it_is_for() -> None:
    silent = []
    for name, command in every(cli.assemble()):
        if not (command.help or "").strip().endswith("."):
            silent.append(name)
        options = [one for one in command.params if isinstance(one, click.Option)]
        silent += [f"{name} {one.opts[0]}" for one in options if not one.help]
    assert silent == [], "no help, or no sentence"


def test_a_refusal_is_a_sentence_and_not_a_traceback() -> None:
    told = edino("bench", "marathon")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"edino: There is no bench marathon; there are: {', '.join(BENCHES)}.\n"


def test_a_wrong_setting_stops_every_command_with_a_sentence() -> None:
    command = [sys.executable, "-m", "edino.site", "doctor"]
    wrong = {**os.environ, "EDINO_DATABASE_URL": "mysql://nowhere"}
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=wrong)
    assert told.returncode == 1
    assert told.stderr.startswith("edino: EDINO_DATABASE_URL: ")
    assert "Traceback" not in told.stderr


def test_benches_are_listed_with_their_purpose() -> None:
    told = run("bench")
    assert [line.split()[0] for line in told.output.splitlines()] == [*BENCHES]
    assert all(len(line.split()) > 4 for line in told.output.splitlines())


def test_a_bench_without_its_data_says_which_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EDINO_DATA", str(tmp_path))
    told = edino("bench", "identity")
    assert told.returncode == 77
    assert told.stderr.startswith("data set 'febrl' is missing: ")


@pytest.fixture
def site(db: None) -> Source:
    reference.forget()
    return channels.create_source(name="Site", channel="site", by=Actor("Igor"))


@pytest.fixture
def masha(site: Source) -> str:
    """Masha has a card and a phone, agreed to letters about offers, and looked at a pizza."""
    told = customers.identify(
        source=site,
        identifiers=[("loyalty_card", CARD), ("phone", PHONE)],
        traits={"first_name": "Мария", "last_name": "Щукина"},
    )
    consent = Consent(Identifier("phone", PHONE), "marketing", "granted", MAY, proof={"form": "7"})
    assert customers.record_consents(consents=[consent], source=site) == 1
    looked = {
        "type": "track",
        "event": "Product Viewed",
        "messageId": "m-1",
        "properties": {"sku": "PIZZA-1"},
        "context": {"externalIds": [{"type": "phone", "id": PHONE}]},
    }
    activity.collect(source=site, messages=[json.dumps(looked).encode()])
    return str(told.uid)


def exported(kind: str) -> list[dict[str, Any]]:
    told = run("export", kind)
    assert told.exit_code == 0, told.output
    return [json.loads(line) for line in told.output.splitlines()]


def test_customers_are_exported_with_what_is_known_of_them(masha: str) -> None:
    [row] = exported("customers")
    assert datetime.fromisoformat(row.pop("since")).tzinfo is not None
    assert row == {
        "customer": masha,
        "name": "Мария Щукина",
        "fields": {"first_name": "Мария", "last_name": "Щукина"},
        "identifiers": [{"kind": "loyalty_card", "value": CARD}, {"kind": "phone", "value": PHONE}],
    }
    assert sql.tuples(
        "SELECT operation, subject_kind, subject_id FROM staff_audit WHERE operation = 'customers.export'"
    )


def test_identifiers_consents_and_events_are_exported_with_whose_they_are(masha: str) -> None:
    assert {(row["customer"], row["kind"], row["value"]) for row in exported("identifiers")} == {
        (masha, "loyalty_card", CARD),
        (masha, "phone", PHONE),
    }
    [consent] = exported("consents")
    assert (consent["customer"], consent["value"], consent["state"], consent["source"]) == (
        masha,
        PHONE,
        "granted",
        "Site",
    )
    assert consent["proof"] == {"form": "7"}


@pytest.mark.django_db(transaction=True)
def test_events_are_exported_once_their_transaction_has_ended(masha: str) -> None:
    [row] = [row for row in exported("events") if row["type"] == "Product Viewed"]
    assert (row["customer"], row["source"], row["class"]) == (masha, "Site", "behaviour")
    assert row["body"]["properties"] == {"sku": "PIZZA-1"}
    assert PHONE not in json.dumps(row["body"])


def test_the_ending_of_the_name_chooses_the_form(masha: str, tmp_path: Path) -> None:
    for name in ("who.csv", "who.parquet", "who.jsonl"):
        told = run("export", "customers", "--output", str(tmp_path / name))
        assert told.output == f"customers=1\n{tmp_path / name}\n"
    [parquet] = pq.read_table(tmp_path / "who.parquet").to_pylist()
    with (tmp_path / "who.csv").open(encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    assert parquet["customer"] == row["customer"] == masha
    assert json.loads(parquet["fields"]) == json.loads(row["fields"]) == {"first_name": "Мария", "last_name": "Щукина"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["who.csv", "who.jsonl", "who.parquet"]


def test_what_nobody_exports_is_refused(db: None, tmp_path: Path) -> None:
    unknown = run("export", "secrets").exception
    assert isinstance(unknown, Refusal)
    assert (
        unknown.text
        == "Nothing exports secrets; there are: attributes, consents, customers, events, identifiers, products."
    )
    ending = run("export", "customers", "-o", str(tmp_path / "who.docx")).exception
    assert isinstance(ending, Refusal)
    assert (ending.code, list(tmp_path.iterdir())) == ("unknown_ending", [])


def test_the_erased_are_in_no_export(masha: str) -> None:
    customers.erase(uid=UUID(masha), by="Masha")
    for kind in ("customers", "identifiers", "consents"):
        told = json.dumps(exported(kind), ensure_ascii=False)
        assert not any(word in told for word in (PHONE, CARD, "Мария", "Щукина")), kind
