"""The customer card over a long log: `edino bench card --customers 100000 --events 5000000`.

Makes customers, profiles and a year of events by set-based SQL in a database of its own, then opens random cards on the
screen (`card`) and over the API (`api`, `timeline`), whole requests with their log-in, and finds people by each
identifier. Prints the time spent in the database, in milliseconds, as `name=value` lines. Give several sizes to see the
growth.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import Any
from uuid import UUID

PEOPLE = """
INSERT INTO customers_customer (id, size, kinds, login)
SELECT n * 4 - 3, 4, '{"user_id": 1, "phone": 1, "email": 1, "device": 1}', true FROM generate_series(1, %(people)s) n;
INSERT INTO customers_identifier (id, kind, value, customer_id, login)
SELECT n * 4 - 4 + k.place, k.kind, k.value, n * 4 - 3, k.place = 1
  FROM generate_series(1, %(people)s) n
 CROSS JOIN LATERAL (VALUES (1, 'user_id', 'u' || n), (2, 'phone', '+7916' || lpad(n::text, 7, '0')),
                            (3, 'email', 'p' || n || '@mail.ru'), (4, 'device', md5(n::text)))
       AS k (place, kind, value);
INSERT INTO customers_profile (id, key, source_id, identifier_ids, anchor_id, months, first_at)
SELECT n * 3 - 3 + k.place, gen_random_uuid(), 1,
       CASE k.place WHEN 1 THEN ARRAY[n * 4 - 3, n * 4] WHEN 2 THEN ARRAY[n * 4 - 2, n * 4 - 1] ELSE ARRAY[n * 4] END,
       CASE k.place WHEN 1 THEN n * 4 - 3 WHEN 2 THEN n * 4 - 2 ELSE n * 4 END, '{311}', now() - interval '300 days'
  FROM generate_series(1, %(people)s) n, generate_series(1, 3) AS k (place);
INSERT INTO customers_claim (a_id, b_id, source_id, strength, verified, month, first_at, last_at, event)
SELECT n * 4 - 3, n * 4 - 3 + k, 1, 75, false, 311, now() - interval '300 days', now(), gen_random_uuid()
  FROM generate_series(1, %(people)s) n, generate_series(1, 3) AS k;
"""

EVENTS = """
INSERT INTO kernel_log (profile_id, received_at, occurred_at, key, source_id, epoch, class, type, body)
SELECT 1 + floor(random() * %(people)s * 3)::bigint, at, at, gen_random_uuid(), 1, 1,
       (n %% 50 > 0)::int, CASE WHEN n %% 50 > 0 THEN 'Product Viewed' ELSE 'Order Completed' END,
       '{"call": "track", "properties": {"sku": "SKU-1042", "price": 4990.0, "category": "shoes", "order_id": "1042"}}'
  FROM (SELECT n, now() - (n::float8 / %(events)s) * interval '360 days' AS at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) AS spread;
"""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    parser = argparse.ArgumentParser(prog="edino bench card", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--cards", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(list(arguments))


def run(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 when both promises hold."""
    chosen = options(arguments)
    with tempfile.TemporaryDirectory(prefix="edino-bench-") as folder:
        os.environ.update(EDINO_HOME=folder, DJANGO_SETTINGS_MODULE="edino.site.settings")
        os.environ.pop("EDINO_DATABASE_URL", None)
        from edino.kernel import postgres  # the home must be chosen first

        postgres.ensure(Path(folder))
        try:
            return measure(chosen)
        finally:
            postgres.stop(Path(folder))


def measure(chosen: argparse.Namespace) -> int:
    """Against a database that runs."""
    import django  # the settings read the environment prepared above

    django.setup()
    from edino.kernel import views  # as above

    views.migrate()
    fill(chosen.customers, chosen.events)
    rng = random.Random(chosen.seed)
    people = [rng.randrange(1, chosen.customers + 1) for _ in range(chosen.cards)]
    from edino.customers import api as customers  # as above

    values = {"user_id": "u{}", "phone": "+7916{:07}", "email": "p{}@mail.ru", "device": "{}"}

    def lookup(kind: str, number: int) -> UUID:
        told = md5(str(number).encode(), usedforsecurity=False).hexdigest() if kind == "device" else number
        return customers.lookup(kind=kind, value=values[kind].format(told)).uid

    found = {kind: timed(people, partial(lookup, kind)) for kind in values}
    uids = {number: lookup("user_id", number) for number in people}
    staff, program = clients()
    cards = timed(people, lambda number: opened(staff, f"/customers/{uids[number]}/"))
    calls = timed(people, lambda number: opened(program, f"/api/v1/customers/{uids[number]}"))
    pages = timed(people, lambda number: opened(program, f"/api/v1/customers/{uids[number]}/timeline"))
    print(f"customers={chosen.customers}\nevents={chosen.events}")
    report("api", calls)
    report("card", cards)
    report("timeline", pages)
    for kind, times in found.items():
        report(f"find_{kind}", times)
    worst = max(times[int(len(times) * 0.95)] for times in found.values())
    return 0 if cards[int(len(cards) * 0.95)] <= 20 and worst <= 5 else 1


def clients() -> tuple[Any, Any]:
    """A browser in which an operator is logged in, and a program with a key."""
    from django.test import Client  # the settings must be ready first

    from edino.channels import api as channels  # as above
    from edino.staff import api as people  # as above
    from edino.staff.models import User  # as above

    person, _ = people.create_user(email="oleg@shop.example", name="Oleg", role="operator", by=people.COMMAND_LINE)
    source = channels.create_source(name="bench", channel="site", by=people.COMMAND_LINE)
    key = channels.issue_key(source=source, scopes=["customers:read", "customers:personal"], by=people.COMMAND_LINE)
    browser = Client(SERVER_NAME="localhost", headers={"accept": "text/html"})
    browser.force_login(User.objects.get(pk=person.id))
    return browser, Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {key}"})


def opened(client: Any, address: str) -> None:
    """Open an address; anything but 200 stops the bench."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")


def fill(people: int, events: int) -> None:
    """Make the data; a year of monthly partitions first."""
    from datetime import timedelta  # beside its only use

    from edino.kernel import clock, log, sql  # the settings must be ready first

    for month in range(13):
        log.make_ready(clock.now() - timedelta(days=30 * month))
    started = time.perf_counter()
    for statement in filter(str.strip, PEOPLE.split(";\n")):
        sql.execute(statement, {"people": people} if "%(people)s" in statement else None)
    step = 500_000
    for first in range(1, events + 1, step):
        last = min(first + step - 1, events)
        sql.execute(EVENTS, {"people": people, "events": events, "first": first, "last": last})
    for table in ("kernel_log", "customers_identifier", "customers_profile", "customers_claim", "customers_customer"):
        sql.execute(f"VACUUM (ANALYZE) {table}")
    print(f"fill_seconds={time.perf_counter() - started:.0f}")


def timed(people: Sequence[int], do: Callable[[int], Any]) -> list[float]:
    """Milliseconds that each call spends in the database, sorted; the first tenth only warms up."""
    from django.db import connection  # the settings must be ready first

    from edino.kernel import sql  # as above

    spent = 0.0

    def counting(run: Callable[..., Any], *given: Any) -> Any:
        nonlocal spent
        started = time.perf_counter()
        try:
            return run(*given)
        finally:
            spent += time.perf_counter() - started

    times = []
    original = sql._run
    sql._run = partial(counting, original)
    try:
        with connection.execute_wrapper(counting):
            for number in people:
                spent = 0.0
                do(number)
                times.append(spent * 1000)
    finally:
        sql._run = original
    return sorted(times[len(times) // 10 :])


def report(name: str, times: Sequence[float]) -> None:
    """Median and the 95th percentile."""
    print(f"{name}_p50_ms={times[len(times) // 2]:.2f}\n{name}_p95_ms={times[int(len(times) * 0.95)]:.2f}")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
