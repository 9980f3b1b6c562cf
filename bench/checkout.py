"""Whole purchases over HTTP: `edino bench checkout`.

Starts a durable database of its own with a shop on it and the web server with two processes. Eight guests buy two lines
with pickup in a time slot and cash there, four calls each: begin a cart, set a line, set a line, check out. Then as
many clients of pgbench send the same SQL to the same database; the ratio says what the web adds.
Prints `name=value` lines; exit 1 when a promise is not kept.
"""

import argparse
import random
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from itertools import count
from typing import Any

import psutil
from bench import stage
from bench.selling import replay, shop
from bench.selling.client import Client

FASTEST_PEER = 4.4
"""Orders a second of the fastest open shop measured on such a machine: Vendure 3.7, two cores, eight shoppers."""
TIMES_THE_PEER = 25


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    parser = argparse.ArgumentParser(prog="edino bench checkout", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--warm", type=float, default=10, help="seconds before the clock starts")
    parser.add_argument("--shoppers", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pgbench", type=float, default=15, help="seconds of pgbench with the same SQL, 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(list(arguments))


class Shopper(threading.Thread):
    """A guest who buys again and again, each time as somebody new."""

    numbers = count(1)

    def __init__(self, port: int, opened: shop.Opened, seed: int, until: list[float]) -> None:
        super().__init__(daemon=True)
        self.client = Client(port, opened.key)
        self.opened = opened
        self.random = random.Random(seed)
        self.until = until
        self.orders: list[tuple[float, float, list[float]]] = []
        """(when it was done, milliseconds of the purchase, of each call)."""
        self.failed: list[tuple[int, Any]] = []

    def run(self) -> None:
        while time.perf_counter() < self.until[0]:
            started = time.perf_counter()
            calls, answer = purchase(self.client, self.opened, self.random, next(self.numbers))
            done = time.perf_counter()
            if answer[0] == 200 and answer[1]["state"] == "placed":
                self.orders.append((done, (done - started) * 1000, calls))
            else:
                self.failed.append(answer)


def purchase(
    client: Client, opened: shop.Opened, rng: random.Random, number: int
) -> tuple[list[float], tuple[int, Any]]:
    """One purchase: milliseconds of each call, and the last answer."""
    calls = []

    def call(method: str, path: str, body: dict[str, Any], key: str = "") -> tuple[int, Any]:
        started = time.perf_counter()
        answer = client.call(method, path, body, key=key)
        calls.append((time.perf_counter() - started) * 1000)
        return answer

    one, other = rng.sample(opened.skus, 2)
    _, cart = call("POST", "/carts", {})
    path = f"/carts/{cart['id']}"
    call("PUT", f"{path}/lines/{one}", {"quantity": 1})
    _, shown = call("PUT", f"{path}/lines/{other}", {"quantity": 2})
    body = {
        "expected_total": shown["total"],
        "expected_version": shown["version"],
        "contact": {"name": "Kolya", "phone": f"+7916{number % 10_000_000:07}", "email": f"kolya{number}@mail.ru"},
        "delivery": {"method": "pickup", "location": shop.STORE, "slot": rng.choice(opened.slots)},
        "tenders": [{"kind": "cod"}],
    }
    return calls, call("POST", f"{path}/checkout", body, str(uuid.uuid4()))


def cpu(pid: int) -> float:
    """Seconds of CPU of a process and all below it so far."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    spent = 0.0
    for one in family:
        times = one.cpu_times()
        spent += times.user + times.system + times.children_user + times.children_system
    return spent


def percentile(values: Sequence[float], share: float) -> float:
    """A value below which so large a share lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure(chosen: argparse.Namespace, opened: shop.Opened) -> float:
    """Buy for a while; orders per second."""
    from edino.kernel import postgres  # the home is chosen by now

    database_pid = postgres.pid(opened.home)
    assert database_pid is not None
    with stage.server(opened.home, opened.url, workers=chosen.workers, threads=chosen.threads) as (port, web_pid):
        until = [time.perf_counter() + chosen.warm + chosen.seconds]
        shoppers = [Shopper(port, opened, chosen.seed + place, until) for place in range(chosen.shoppers)]
        for one in shoppers:
            one.start()
        time.sleep(chosen.warm)
        started, web, base, own = time.perf_counter(), cpu(web_pid), cpu(database_pid), time.process_time()
        time.sleep(chosen.seconds)
        taken = time.perf_counter() - started
        web, base, own = cpu(web_pid) - web, cpu(database_pid) - base, time.process_time() - own
        for one in shoppers:
            one.join()
    done = [order for one in shoppers for order in one.orders if started <= order[0] < started + taken]
    failed = [one for shopper in shoppers for one in shopper.failed]
    rate = len(done) / taken
    if not done:
        raise SystemExit(f"nothing was bought: {failed[:1]}")
    print(f"orders={len(done)}\nfailed={len(failed)}\norders_per_second={rate:.1f}")
    for name, values in (("order", [one[1] for one in done]), ("checkout_call", [one[2][-1] for one in done])):
        for share in (50, 95, 99):
            print(f"{name}_p{share}_ms={percentile(values, share / 100):.1f}")
    for name, spent in (("web", web), ("database", base), ("client", own)):
        print(f"cpu_ms_per_order_{name}={spent / len(done) * 1000:.2f}")
    print(f"times_fastest_peer={rate / FASTEST_PEER:.1f}")
    if failed:
        print(f"first_failure={failed[0]}", file=sys.stderr)
    return 0.0 if failed else rate


def run(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 when the promise holds."""
    chosen = options(arguments)
    with stage.database() as (home, url):
        opened = shop.open_shop(home, url)
        rate = measure(chosen, opened)
        if chosen.pgbench and rate:
            replayed = replay.run(opened, purchase, clients=chosen.shoppers, seconds=round(chosen.pgbench))
            print(f"statements_per_purchase={replayed.statements}\npgbench_orders={replayed.orders}")
            print(f"pgbench_orders_per_second={replayed.rate:.1f}\nratio_to_pgbench={replayed.rate / rate:.2f}")
    return 0 if rate >= FASTEST_PEER * TIMES_THE_PEER else 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
