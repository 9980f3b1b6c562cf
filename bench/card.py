"""The customer card over a long log: `edino bench card --customers 100000 --events 5000000`.

Makes customers, profiles and a year of events, closed months in order as `edino work` leaves them, then opens random
cards on the screen (`card`) and over the API (`api`, `timeline`), whole requests with their log-in, and finds people by
each identifier. Each is measured cold, every person for the first time since the database was restarted and its files
were dropped from memory, and warm, the same people once more; each with people of its own. Prints what was spent in the
database as `name=value` lines: `ms` by the clock, `own_ms` without waiting for a core, `pages` read.
Give several sizes to see the growth; `--keep` a database that took long to fill, and it is measured again.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import Any, Final
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the parts of this bench lie beside it
from bench.cards import clock, cold, filling

SIZES: Final = "bench-card.json"
VALUES: Final = {"user_id": "u{}", "phone": "+7916{:07}", "email": "p{}@mail.ru", "device": "{}"}


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    parser = argparse.ArgumentParser(prog="edino bench card", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--cards", type=int, default=200, help="how many people are asked for")
    parser.add_argument("--others", type=int, default=100, help="how many others before them, to make plans and caches")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="fill a database there, or measure the one that is")
    parser.add_argument("--only", action="append", metavar="NAME", help="measure this only: card, api, find_phone …")
    parser.add_argument("--as-it-came", action="store_true", help="leave closed months in the order of time")
    return parser.parse_args(list(arguments))


def run(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 when both promises hold."""
    chosen = options(arguments)
    with _home(chosen.keep) as home:
        os.environ.update(EDINO_HOME=str(home), DJANGO_SETTINGS_MODULE="edino.site.settings", EDINO_LOG_LEVEL="warning")
        os.environ.pop("EDINO_DATABASE_URL", None)
        from edino.kernel import postgres  # the home must be chosen first

        postgres.ensure(home)
        try:
            return measure(chosen, home)
        finally:
            postgres.stop(home)


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
    else:
        with tempfile.TemporaryDirectory(prefix="edino-bench-") as folder:
            yield Path(folder)


def measure(chosen: argparse.Namespace, home: Path) -> int:
    """Against a database that runs."""
    import django  # the settings read the environment prepared above

    django.setup()
    make(chosen, home)
    rng = random.Random(chosen.seed)
    people = rng.sample(range(1, chosen.customers + 1), chosen.others + chosen.cards * (3 + len(VALUES)))
    others = [people.pop() for _ in range(chosen.others)]
    uids = {number: lookup("user_id", number) for number in [*others, *people[: 3 * chosen.cards]]}
    staff, program = clients(chosen.seed)
    doings: dict[str, Callable[[int], Any]] = {
        "card": lambda number: opened(staff, f"/customers/{uids[number]}/"),
        "api": lambda number: opened(program, f"/api/v1/customers/{uids[number]}"),
        "timeline": lambda number: opened(program, f"/api/v1/customers/{uids[number]}/timeline"),
        **{f"find_{kind}": partial(lookup, kind) for kind in VALUES},
    }
    kept = True
    for place, (name, do) in enumerate(doings.items()):
        if name not in (chosen.only or doings):
            continue
        # Others each time: whose pages were read once may still be in the memory of the disk or the host.
        asked = people[place * chosen.cards : (place + 1) * chosen.cards]
        chill(home)
        for number in others:
            do(number)
        for state in ("cold", "warm"):
            spent = clock.timed(asked, do)
            print(spent.told(f"{name}_{state}"), flush=True)
            limit = {"card": 20.0}.get(name, 5.0 if name.startswith("find_") else None)
            kept = kept and (limit is None or spent.ms[int(len(asked) * 0.95)] <= limit)
    return 0 if kept else 1


def make(chosen: argparse.Namespace, home: Path) -> None:
    """The database: filled unless it was; months that are over in order, unless they are wanted as they came."""
    from edino.kernel import clock as time_of_day  # the settings must be ready first
    from edino.kernel import log, sql, tidy, views  # as above

    views.migrate()
    sizes = {"customers": chosen.customers, "events": chosen.events}
    marker = home / SIZES
    if marker.exists() and json.loads(marker.read_text()) != sizes:
        raise SystemExit(f"{home} holds {marker.read_text()}; give the same sizes or another directory")
    if not marker.exists():
        for month in filling.months(time_of_day.now()):
            log.make_ready(month)
        close()
        seconds = filling.fill(home, chosen.customers, chosen.events, in_order=not chosen.as_it_came)
        print(f"fill_seconds={seconds:.0f}", flush=True)
        marker.write_text(json.dumps(sizes))
    if not chosen.as_it_came:
        started = time.perf_counter()
        rows = sum(one.rows for one in tidy.tidy())  # none where it was filled in order
        print(f"tidied_rows={rows}\ntidy_seconds={time.perf_counter() - started:.0f}")
    print(f"customers={chosen.customers}\nevents={chosen.events}")
    print(f"database_mb={sql.scalar('SELECT pg_database_size(current_database())') / 1024**2:.0f}", flush=True)


def lookup(kind: str, number: int) -> UUID:
    """Find a person by one of its identifiers."""
    from edino.customers import api as customers  # the settings must be ready first

    told = md5(str(number).encode(), usedforsecurity=False).hexdigest() if kind == "device" else number
    return customers.lookup(kind=kind, value=VALUES[kind].format(told)).uid


def clients(seed: int) -> tuple[Any, Any]:
    """A browser in which an operator is logged in, and a program with a key."""
    from django.test import Client  # the settings must be ready first

    from edino.channels import api as channels  # as above
    from edino.staff import api as people  # as above
    from edino.staff.models import User  # as above

    name = f"bench {seed} {time.time_ns()}"
    email = f"oleg-{time.time_ns()}@shop.example"
    person, _ = people.create_user(email=email, name="Oleg", role="operator", by=people.COMMAND_LINE)
    source = channels.create_source(name=name, channel="site", by=people.COMMAND_LINE)
    key = channels.issue_key(source=source, scopes=["customers:read", "customers:personal"], by=people.COMMAND_LINE)
    browser = Client(SERVER_NAME="localhost", headers={"accept": "text/html"})
    browser.force_login(User.objects.get(pk=person.id))
    return browser, Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {key}"})


def opened(client: Any, address: str) -> None:
    """Open an address; anything but 200 stops the bench."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")


def chill(home: Path) -> None:
    """Nothing of the database in memory; the next statement takes a new connection."""
    close()
    cold.chill(home)


def close() -> None:
    """Give up this process's connections: the server goes away."""
    from django.db import connection  # the settings must be ready first

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # the stubs leave it out


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
