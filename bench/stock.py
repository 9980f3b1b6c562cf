"""Stock files and availability of a million levels: `edino bench stock`.

Makes variants and locations, applies a stock file that says everything about them (`--rows`, spread over 100
locations), then one in which a tenth has changed, then the same again; then asks for the availability of 50 variants
at 100 locations, plans and promises purchases of three lines. Prints name=value. Promises: a file of 1 M rows in less
than 60 s, memory flat (within 100 MB); availability of 50 × 100 in at most 10 ms.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench import stage

LOCATIONS = 100

GOODS = """
INSERT INTO catalogue_product (uid, slug, names)
SELECT gen_random_uuid(), 'p' || n, jsonb_build_object('en', 'Product ' || n)
  FROM generate_series(1, %(products)s::integer) n;
INSERT INTO catalogue_variant (product_id, sku)
SELECT product.id, 'SKU-' || row_number() OVER (ORDER BY product.id)
  FROM catalogue_product AS product;
"""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    parser = argparse.ArgumentParser(prog="edino bench stock", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--asks", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(list(arguments))


def run(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 when the promises hold."""
    chosen = options(arguments)
    with stage.database():
        return measure(chosen)


def measure(chosen: argparse.Namespace) -> int:
    """Against a database that runs."""
    from edino.kernel import sql  # the settings must be ready first

    skus = fill(chosen.rows // LOCATIONS)
    slowest, grown = files(skus)
    for table in ("inventory_level", "inventory_movement", "kernel_capacity", "kernel_hold"):
        sql.execute(f"VACUUM (ANALYZE) {table}")
    asked = ask(skus, chosen)
    million = slowest * 1_000_000 / chosen.rows
    return 0 if million < 60 and grown <= 100 and asked <= 10 else 1


def fill(products: int) -> int:
    """Make variants and locations; how many variants."""
    from edino.inventory import api  # the settings must be ready first
    from edino.inventory.types import LocationInput  # as above
    from edino.kernel import sql  # as above
    from edino.staff.types import Actor  # as above

    for statement in filter(str.strip, GOODS.split(";\n")):
        sql.execute(statement, {"products": products} if "%(products)s" in statement else None)
    for number in range(LOCATIONS):
        kind = "warehouse" if number % 10 == 0 else "store"
        place = LocationInput(f"L{number:03}", kind=kind, city=f"City {number % 20}", position=number)
        api.save_location(location=place, by=Actor("bench"))
    sql.execute("VACUUM (ANALYZE) catalogue_variant")
    return products


def rows(skus: int, quantity: Callable[[int], int]) -> Iterator[Any]:
    """The rows of a file, one after another."""
    from edino.inventory.types import SnapshotRow  # the settings must be ready first

    for location in range(LOCATIONS):
        code = f"L{location:03}"
        for sku in range(1, skus + 1):
            yield SnapshotRow(code, f"SKU-{sku}", quantity(location * skus + sku))


def files(skus: int) -> tuple[float, float]:
    """Apply three files; seconds of the slowest, and megabytes this process grew by."""
    from edino.channels import api as channels  # the settings must be ready first
    from edino.inventory import api  # as above
    from edino.kernel import clock  # as above

    source = channels.source_of_files(name=None)
    told = (
        ("first", lambda n: n % 9 + 1),
        ("tenth_changed", lambda n: n % 9 + 1 if n % 10 else n % 7 + 1),
        ("same_again", lambda n: n % 9 + 1 if n % 10 else n % 7 + 1),
    )
    slowest, before = 0.0, memory()
    for name, quantity in told:
        started = time.perf_counter()
        report = api.snapshot(source=source, as_of=clock.now(), rows=rows(skus, quantity), full=True)
        seconds = time.perf_counter() - started
        slowest = max(slowest, seconds)
        changed = report.changed + report.added + report.removed
        print(f"snapshot_{name}_rows={report.rows}\nsnapshot_{name}_changed={changed}")
        print(f"snapshot_{name}_seconds={seconds:.1f}", flush=True)
    grown = memory() - before
    print(f"snapshot_memory_grown_mb={grown:.0f}")
    return slowest, grown


def memory() -> float:
    """The most this process ever took, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ask(skus: int, chosen: argparse.Namespace) -> float:
    """Ask and promise; milliseconds of the 95th percentile of asking for 50 × 100 in the database."""
    from datetime import timedelta  # beside its only use

    from django.db import transaction  # the settings must be ready first

    from edino.inventory import api  # as above
    from edino.inventory.types import Demand  # as above
    from edino.kernel import clock, holds, sql  # as above
    from edino.kernel.ids import uuid7  # as above

    rng = random.Random(chosen.seed)
    ids = [row[0] for row in sql.tuples("SELECT id FROM catalogue_variant ORDER BY id")]
    capacities = [row[0] for row in sql.tuples("SELECT capacity_id FROM inventory_level ORDER BY id LIMIT 100000")]

    def promise() -> None:
        wanted = [Demand(one, 1) for one in rng.sample(ids, 3)]
        owner = holds.Owner("cart", uuid7())
        with transaction.atomic():
            plan = api.plan(demand=wanted, method="delivery", city="City 3")
            wants = [holds.Want(one.capacity_id, one.quantity) for one in plan.allocations]
            holds.hold(owner, wants, until=clock.now() + timedelta(minutes=15))
        with transaction.atomic():
            holds.convert(owner)

    def three() -> None:
        owner = holds.Owner("cart", uuid7())
        wants = [holds.Want(one, 1) for one in rng.sample(capacities, 3)]
        with transaction.atomic():
            try:
                holds.hold(owner, wants, until=clock.now() + timedelta(minutes=15))
            except holds.Short:
                return  # an empty shelf: asked all the same
            holds.convert(owner)

    asked = timed("availability_50x100", lambda: api.availability(variant_ids=rng.sample(ids, 50)), chosen.asks)
    timed("by_city_50x100", lambda: api.by_city(variant_ids=rng.sample(ids, 50)), chosen.asks)
    timed("hold_and_convert_3", three, chosen.asks)
    timed("plan_hold_convert_3", promise, chosen.asks)
    return asked


def timed(name: str, do: Callable[[], Any], count: int) -> float:
    """Print how long a call takes as a whole and in the database; the 95th percentile of the latter, milliseconds."""
    from edino.kernel import sql  # the settings must be ready first

    spent: list[float] = []
    whole: list[float] = []
    original = sql._run

    def counting(*given: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*given)
        finally:
            spent[-1] += (time.perf_counter() - started) * 1000

    vars(sql)["_run"] = counting
    try:
        for _ in range(count):
            spent.append(0.0)
            started = time.perf_counter()
            do()
            whole.append((time.perf_counter() - started) * 1000)
    finally:
        vars(sql)["_run"] = original
    for kind, times in (("", sorted(whole[count // 10 :])), ("database_", sorted(spent[count // 10 :]))):
        middle, high = times[len(times) // 2], times[int(len(times) * 0.95)]
        print(f"{name}_{kind}p50_ms={middle:.2f}\n{name}_{kind}p95_ms={high:.2f}", flush=True)
    return high


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
