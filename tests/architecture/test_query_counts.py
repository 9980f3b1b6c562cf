"""How many statements each screen runs, as committed text: a screen that begins to ask row by row fails here.

After a change that was meant: `EDINO_UPDATE_QUERIES=1 make test`, and the difference of query_counts.txt is what the
reviewer reads. Log-in and session are not counted: they are the same everywhere.
"""

import os
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.test import Client

from edino.channels import api as channels
from edino.kernel import sql
from edino.staff.types import Role
from tests.architecture import ownership

pytestmark = pytest.mark.django_db
COUNTS = Path(__file__).parent / "query_counts.txt"
HOUR = timedelta(hours=1)
HTMX = {"hx-request": "true"}
_SESSION = ("django_session", "staff_user", "SAVEPOINT", "pg_")


def screens(uid: str, source: int, case: int) -> list[tuple[str, str, dict[str, str]]]:
    """(name, address, headers) of every screen that composes or lists."""
    imported = sql.scalar("SELECT uid FROM integrations_run ORDER BY id DESC LIMIT 1")
    return [
        ("overview", "/", {}),
        ("overview, live", "/overview/live/", HTMX),
        ("customer search", "/customers/", {}),
        ("customer card", f"/customers/{uid}/", {}),
        ("customer card, timeline", f"/customers/{uid}/?group=orders", {**HTMX, "hx-target": "timeline"}),
        ("customer card, why", f"/customers/{uid}/why/", HTMX),
        ("customer card, split", f"/customers/{uid}/split/", HTMX),
        ("review", "/review/", {}),
        ("review, one case", f"/review/{case}/", {}),
        ("rules of joining", "/policy/", {}),
        ("developer page", f"/developer/{source}/", {}),
        ("channels", "/channels/", {}),
        ("sources", "/sources/", {}),
        ("source", f"/sources/{source}/", {}),
        ("people", "/people/", {}),
        ("audit trail", "/audit/", {}),
        ("stock files", "/stock/files/", {}),
        ("rules of sourcing", "/stock/sourcing/", {}),
        ("kept back", "/stock/reserves/", {}),
        ("deliveries expected", "/stock/inbound/", {}),
        ("corrections by hand", "/stock/corrections/", {}),
        ("ways of delivery", "/deliveries/", {}),
        ("exchange journal", "/exchanges/", {}),
        ("exchange, one file", f"/exchanges/{imported}/", {}),
    ]


def bring_in(size: int) -> None:
    """So many files of so many products from the accounting system."""
    from edino.integrations.exchange.files import Files  # Django is set up only after this file is loaded
    from tests.integrations.exchange_texts import catalog, goods  # as above

    with TemporaryDirectory() as folder:
        for number in range(size):
            file = Path(folder) / f"import{number}_1.xml"
            file.write_text(catalog(*(goods(f"g{number}-{n}", f"Keds {n}") for n in range(size))), encoding="utf-8")
            list(Files("commerceml").run([file], source=None, dry_run=False, progress=lambda share: None))


def a_shop(size: int) -> tuple[str, int, int]:
    """A shop with a customer of so many orders, visits and devices, and a case: the ids of customer, source, case."""
    from edino.customers import api as customers  # Django is set up only after this file is loaded
    from tests.faces import stage  # as above

    shop = stage.open_shop()
    anna = {"user_id": "anna-1", "phone": "+79161234512", "email": "anna@mail.ru"}
    shop.introduce("App", 90 * HOUR, anna, first_name="Анна", last_name="Кузнецова")
    for number in range(size):
        who = {"user_id": "anna-1", "device": f"annas-device-{number}"}
        shop.tell("Site", "Product Viewed", (number + 2) * HOUR, who, sku=f"A-{number}", name=f"Thing {number}")
        shop.tell("Site", "Product Added", (number + 1) * HOUR, who, sku=f"A-{number}", name=f"Thing {number}", price=5)
        shop.tell("App", "Order Completed", (number + 3) * HOUR, anna, **stage.pizza(f"N-{number}", 500, "Pizza"))
    olga = {"user_id": "olga-1", "phone": "+79161230099", "email": "olga@mail.ru"}
    shop.introduce("Site", 8 * HOUR, olga, first_name="Ольга")
    shop.introduce("Site", 7 * HOUR, {"user_id": "anna-1", "email": "olga@mail.ru"})
    source = channels.get_source(name="Site").id
    bring_in(size)
    return shop.who_is("phone", "+79161234512"), source, customers.cases().cases[0].id


def count(client: Client, address: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements a page runs."""
    ran: list[str] = []

    def note(text: str) -> None:
        if not any(word in text for word in _SESSION):
            ran.append(text)

    with monkeypatch.context() as patched:
        patched.setattr(ownership, "listen", note)
        sql.observers.append(note)
        try:
            answer = client.get(address, headers=headers)
        finally:
            sql.observers.remove(note)
    assert answer.status_code == 200, address
    return len(ran)


def test_each_screen_runs_as_many_statements_as_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.faces import stage  # Django is set up only after this file is loaded

    uid, source, case = a_shop(3)
    irina = stage.log_in(Role.ADMINISTRATOR)
    lines = [
        "# Made by tests/architecture/test_query_counts.py: statements of each screen, without log-in and session."
    ]
    for name, address, headers in screens(uid, source, case):
        irina.get(address, headers=headers)  # what a process asks once in five seconds is asked before the count
        lines.append(f"{name:<32}{count(irina, address, headers, monkeypatch)}")
    now = "\n".join(lines) + "\n"
    if os.environ.get("EDINO_UPDATE_QUERIES"):
        COUNTS.write_text(now, encoding="utf-8")
    assert COUNTS.read_text(encoding="utf-8") == now, "if this change was meant: EDINO_UPDATE_QUERIES=1 make test"


def test_more_rows_are_not_more_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.faces import stage  # Django is set up only after this file is loaded

    uid, source, case = a_shop(12)
    irina = stage.log_in(Role.ADMINISTRATOR)
    written = dict(line.rsplit(maxsplit=1) for line in COUNTS.read_text(encoding="utf-8").splitlines()[1:])
    for name, address, headers in screens(uid, source, case):
        irina.get(address, headers=headers)
        assert (name, count(irina, address, headers, monkeypatch)) == (name, int(written[name.strip()]))
