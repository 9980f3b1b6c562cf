"""The collector against a raw COPY of the same rows into the same table: `edino bench collect`.

Starts a durable database of its own and the web server with two processes, sends batches of 500 events over HTTP from
some connections, people known and new mixed, then copies exactly the stored rows into the emptied table in batches of
the same size, each made durable: by one connection, which is what the promise is against, and by as many. Prints
`name=value` lines. Processor time is told beside the rates: it says what an event costs also on a busy machine, and
`ratio_to_copy_by_cpu` what the ratio comes to where both cores are free and never idle.
"""

import argparse
import base64
import gc
import random
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil
import psycopg
from bench import stage

EVENTS = ("Product Viewed", "Product Added", "Products Searched", "Product List Viewed", "Cart Viewed")
LATENCY_LIMIT_MS = 50
CORES = 2
"""What the promises are about. COPY by one connection uses one of them at a time, the collector both."""
PAUSE = 16
"""Nobody new comes back within so many batches: people do not act again within milliseconds."""


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    parser = argparse.ArgumentParser(prog="edino bench collect", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--new", type=float, default=0.2, help="share of events by people never seen before")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--singles", type=int, default=2_000, help="single calls at 200/s for the latency")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--turn", action="store_true", help="everybody known comes for the first time in a month")
    return parser.parse_args(list(arguments))


def people(count: int, start: int) -> list[dict[str, object]]:
    """Shoppers with an account, a device and a phone."""
    return [
        {"userId": f"u{n}", "anonymousId": f"d{n:032x}", "phone": f"+79{n:09d}"} for n in range(start, start + count)
    ]


WAYS = ((False, False), (True, False), (False, True), (True, True))
"""Whether an event names the account and the phone beside the device; how often each is WAYS_WEIGHTS."""
WAYS_WEIGHTS = (36, 54, 4, 6)


def event(
    who: dict[str, object], rng: random.Random, at: datetime, way: tuple[bool, bool] | None = None
) -> dict[str, object]:
    """One event of a shopper, some 450 bytes of JSON as the usual client libraries send it."""
    account, phone = way or rng.choices(WAYS, WAYS_WEIGHTS)[0]
    told: dict[str, object] = {
        "type": "track",
        "event": rng.choice(EVENTS),
        "messageId": str(uuid.UUID(int=rng.getrandbits(128))),
        "anonymousId": who["anonymousId"],
        "timestamp": at.isoformat(),
        "properties": {
            "product_id": rng.randrange(10_000),
            "sku": f"SKU-{rng.randrange(10_000)}",
            "price": rng.randrange(100, 100_000) / 100,
            "quantity": 1,
            "category": "shoes",
        },
        "context": {
            "library": {"name": "analytics.js", "version": "4.1.0"},
            "page": {"path": f"/p/{rng.randrange(10_000)}", "title": "Running shoes", "referrer": ""},
            "locale": "ru-RU",
        },
    }
    if account:
        told["userId"] = who["userId"]
    if phone:
        told["context"]["externalIds"] = [{"type": "phone", "id": who["phone"]}]  # type: ignore[index]
    return told


def bodies(count: int, batch: int, new: float, rng: random.Random, known: list[dict[str, object]]) -> list[bytes]:
    """Encoded batch bodies; people seen for the first time are known afterwards."""
    made = []
    at = datetime.now(UTC) - timedelta(minutes=5)
    for number in range(count // batch):
        fresh = people(round(batch * new), len(known))
        met = max(len(known) - PAUSE * len(fresh), 1)
        crowd = fresh + [known[rng.randrange(met)] for _ in range(batch - len(fresh))]
        known += fresh
        second = at + timedelta(milliseconds=100 * number)
        told = [event(who, rng, second + timedelta(milliseconds=rng.randrange(1000))) for who in crowd]
        made.append(msgspec.json.encode({"batch": told}))
    return made


def meetings(known: list[dict[str, object]], batch: int, rng: random.Random, ago: timedelta) -> list[bytes]:
    """Batch bodies in which every shopper is seen in every way once: afterwards they are known.

    Ten minutes ago, so in the month of what follows: the first sighting in a new month writes claims anew, and a
    bench of every day must not turn into one of the first day of a month on that day (`--turn` makes it one).
    """
    at = datetime.now(UTC) - ago
    told = [event(who, rng, at, way) for way in WAYS for who in known]
    return [msgspec.json.encode({"batch": told[start : start + batch]}) for start in range(0, len(told), batch)]


class Client:
    """A keep-alive HTTP connection that costs next to nothing, so that the machine measures the server."""

    def __init__(self, port: int, key: str) -> None:
        self.address = ("127.0.0.1", port)
        token = base64.b64encode(f"{key}:".encode()).decode()
        self.head = f"Host: localhost\r\nAuthorization: Basic {token}\r\nContent-Type: application/json\r\n"
        self.socket = socket.create_connection(self.address)

    def post(self, path: str, body: bytes) -> bytes:
        """Send; the answer's body. Anything but 200 stops the bench."""
        head = f"POST {path} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n".encode()
        self.socket.sendall(head + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        top, _, rest = answer.partition(b"\r\n\r\n")
        length = int(next(line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length"))[15:])
        while len(rest) < length:
            rest += self._more()
        if not top.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the collector answered {top.splitlines()[0]!r}: {rest[:300]!r}")
        return rest

    def _more(self) -> bytes:
        part = self.socket.recv(65536)
        if not part:
            raise SystemExit("the server closed the connection")
        return part


def in_parallel(work: Sequence[bytes], connections: int, make: Callable[[], Callable[[bytes], object]]) -> float:
    """Seconds until every piece of work is done by so many threads."""
    queue = iter(work)
    lock = threading.Lock()
    ready = threading.Barrier(connections + 1)

    def run() -> None:
        do = make()
        ready.wait()
        while True:
            with lock:
                piece = next(queue, None)
            if piece is None:
                return
            do(piece)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


COLUMNS = "profile_id, received_at, occurred_at, key, fingerprint, source_id, epoch, class, type, body"


def stored(url: str, batch: int) -> list[bytes]:
    """The rows that the collector stored, as COPY wants them, in batches of the same size."""
    with (
        psycopg.connect(url, autocommit=True) as connection,
        connection.cursor().copy(f"COPY (SELECT {COLUMNS} FROM kernel_log WHERE class = 1) TO STDOUT") as out,
    ):
        lines = [bytes(line) for line in out]
    return [b"".join(lines[start : start + batch]) for start in range(0, len(lines), batch)]


def copied(url: str, pieces: Sequence[bytes], connections: int, cluster: int) -> tuple[float, dict[str, float]]:
    """Seconds to copy these rows into the same table, emptied, each batch durable before the next; what was spent."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE kernel_log")
        connection.execute("CHECKPOINT")

    def make() -> Callable[[bytes], object]:
        own = psycopg.connect(url)
        held.append(own)

        def do(piece: bytes) -> None:
            with own.cursor().copy(f"COPY kernel_log ({COLUMNS}) FROM STDIN") as into:
                into.write(piece)
            own.commit()

        return do

    held: list[psycopg.Connection[Any]] = []
    spent = Spent("copy_client", copy_database=cluster)
    seconds = in_parallel(pieces, connections, make)
    costs = spent.look()  # as long as the processes live that did it
    for own in held:
        own.close()
    return seconds, costs


class Spent:
    """Microseconds of processor time since the last look: of this process, and of others with all that hangs on them.

    Unlike a rate it says what an event costs also when others use the machine.
    """

    def __init__(self, own: str, **roots: int) -> None:
        self.own = own
        self.roots = roots
        self.before = self._now()

    def look(self) -> dict[str, float]:
        """By name, and from here on anew."""
        now, before = self._now(), self.before
        self.before = now
        return {name: (now[name] - before[name]) * 1e6 for name in now}

    def _now(self) -> dict[str, float]:
        others = {name: sum(map(sum, self._times(psutil.Process(pid)))) for name, pid in self.roots.items()}
        return {**others, self.own: time.process_time()}

    @staticmethod
    def _times(root: psutil.Process) -> Iterator[tuple[float, ...]]:
        yield root.cpu_times()[:4]  # its own and that of its children that have ended
        for child in root.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                yield child.cpu_times()[:4]


def latency(port: int, key: str, count: int, rng: random.Random, known: list[dict[str, object]]) -> list[float]:
    """Milliseconds of single calls sent at 200 a second from four connections, each timed from when it was due."""
    taken: list[float] = []
    lock = threading.Lock()
    start = time.perf_counter() + 0.2
    at = datetime.now(UTC)
    calls = [msgspec.json.encode(event(rng.choice(known), rng, at)) for _ in range(count)]

    def run(offset: int) -> None:
        client = Client(port, key)
        for number in range(offset, count, 4):
            due = start + number / 200
            time.sleep(max(0.0, due - time.perf_counter()))
            client.post("/v1/track", calls[number])
            with lock:
                taken.append((time.perf_counter() - due) * 1000)

    threads = [threading.Thread(target=run, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(taken)


def run(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 when the promises hold."""
    chosen = options(arguments)
    with stage.database() as (home, url):
        return measure(chosen, home, url)


def measure(chosen: argparse.Namespace, home: Path, url: str) -> int:
    """Against a database that runs."""
    from edino.channels import api as channels  # the settings must be ready first
    from edino.staff.types import Actor  # as above

    actor = Actor("bench")
    source = channels.create_source(name="bench", channel="site", by=actor, rate_limit=0)
    key = channels.issue_key(source=source, scopes=["events:write"], by=actor)
    rng = random.Random(chosen.seed)
    known = people(20_000, 0)
    warm = meetings(known, chosen.batch, rng, timedelta(days=32) if chosen.turn else timedelta(minutes=10))
    crowd = known + people(round(len(known) * chosen.new), 900_000_000)
    work = bodies(chosen.events, chosen.batch, chosen.new, rng, known)
    cluster = int(next(home.rglob("postmaster.pid")).read_text(encoding="ascii").split()[0])
    with stage.server(home, url, workers=chosen.workers) as (port, pid):
        in_parallel(warm, chosen.connections, lambda: _poster(port, key))
        gc.collect()
        gc.freeze()  # the client's own pauses are not the server's
        time.sleep(2)
        times = latency(port, key, chosen.singles, rng, crowd)
        spent = Spent("client", server=pid, database=cluster)
        seconds = in_parallel(work, chosen.connections, lambda: _poster(port, key))
        costs = spent.look()
    pieces = stored(url, chosen.batch)
    rows = sum(piece.count(b"\n") for piece in pieces)
    copy_seconds, copying = copied(url, pieces, 1, cluster)
    parallel_seconds, _ = copied(url, pieces, chosen.connections, cluster)
    rate = len(work) * chosen.batch / seconds
    ratio = rows / copy_seconds / rate
    p99 = times[int(len(times) * 0.99)]
    print(f"events={len(work) * chosen.batch}\nevents_per_second={rate:.0f}")
    for name, cost in costs.items():
        print(f"{name}_cpu_us_per_event={cost / len(work) / chosen.batch:.1f}")
    for name, cost in copying.items():
        print(f"{name}_cpu_us_per_row={cost / rows:.1f}")
    bound = sum(costs.values()) / len(work) / chosen.batch / CORES / (sum(copying.values()) / rows)
    print(f"ratio_to_copy_by_cpu={bound:.2f}")
    print(f"copy_rows_per_second={rows / copy_seconds:.0f}")
    print(f"parallel_copy_rows_per_second={rows / parallel_seconds:.0f}")
    print(f"ratio_to_parallel_copy={rows / parallel_seconds / rate:.2f}")
    print(f"ratio_to_copy={ratio:.2f}\nsingle_p50_ms={times[len(times) // 2]:.1f}\nsingle_p99_ms={p99:.1f}")
    return 0 if rate >= 10_000 and ratio <= 3 and p99 <= LATENCY_LIMIT_MS else 1


def _poster(port: int, key: str) -> Callable[[bytes], object]:
    client = Client(port, key)
    return lambda body: client.post("/v1/batch", body)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
