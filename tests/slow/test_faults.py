"""kill -9 of web, worker and database at random under load: nothing acknowledged is lost, nothing counted twice."""

import base64
import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.serving import EDINO, Served, status, until

from edino.kernel import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.enable_socket]

SECONDS = 60
BATCH = 20


class Till:
    """A till that sends each batch until it is acknowledged, as they do."""

    def __init__(self, number: int, port: int, key: str, stop: threading.Event) -> None:
        self.number, self.port, self.stop = number, port, stop
        self.token = base64.b64encode(f"{key}:".encode()).decode()
        self.acknowledged: list[str] = []
        self.troubles = 0
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        turn = 0
        while not self.stop.is_set():
            ids = [f"t{self.number}-{turn}-{place}" for place in range(BATCH)]
            body = json.dumps({"batch": [self.event(id_, turn) for id_ in ids]})
            while not self.sent(body):
                self.troubles += 1
                time.sleep(0.3)
            self.acknowledged += ids
            turn += 1

    def event(self, id_: str, turn: int) -> dict[str, object]:
        person = f"+7916{self.number:03}{turn % 500:04}"
        external = [{"type": "phone", "id": person}, {"type": "loyalty_card", "id": f"C{self.number}-{turn % 500}"}]
        properties = {"receipt": id_}
        return {
            "type": "track",
            "event": "Receipt Printed",
            "messageId": id_,
            "properties": properties,
            "context": {"externalIds": external},
        }

    def sent(self, body: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Authorization": f"Basic {self.token}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/batch", body, headers)
            answer = connection.getresponse()
            return answer.status == 200 and bool(answer.read())
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def kill_something(served: Served, home: Path, rng: random.Random) -> str:
    """Kill a web process, the worker, a database backend or the whole database."""
    what = rng.choice(["web", "worker", "backend", "database"])
    with contextlib.suppress(psutil.Error, ValueError, FileNotFoundError):
        if what == "web":
            served.child("granian").children()[0].kill()
        elif what == "worker":
            served.child("work").kill()
        else:
            leader = int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(leader)
            victims = [child for child in process.children() if "edino" in " ".join(child.cmdline())]
            (rng.choice(victims) if what == "backend" and victims else process).send_signal(signal.SIGKILL)
    return what


def test_nothing_acknowledged_is_lost_and_nothing_is_counted_twice(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    served = serve(EDINO_DATABASE_URL="")
    served.until_up()
    environment = {**os.environ, "EDINO_HOME": str(home), "EDINO_DATABASE_URL": ""}
    made = subprocess.run(
        [*EDINO, "key", "create", "--source", "till", "--channel", "store", "--scope", "events:write"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    [key] = [word for word in made.stdout.split() if len(word) > 40]
    stop = threading.Event()
    tills = [Till(number, served.port, key, stop) for number in range(4)]
    rng, killed = random.Random(7), []
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        time.sleep(rng.uniform(1.5, 4))
        killed.append(kill_something(served, home, rng))
    until(lambda: status(served.port, "/readyz") == 200, 120)
    stop.set()
    for till in tills:
        till.thread.join(120)
    sent = sorted(id_ for till in tills for id_ in till.acknowledged)
    assert len(set(killed)) >= 3, killed
    assert sum(till.troubles for till in tills) > 0, "the kills disturbed nobody: this proves nothing"
    subprocess.run([*EDINO, "work", "--drain"], env=environment, check=True, capture_output=True)
    with psycopg.connect(postgres.url(home)) as connection:
        rows = connection.execute(
            "SELECT body #>> '{properties,receipt}' FROM kernel_log WHERE type = 'Receipt Printed'"
        )
        stored = sorted(row[0] for row in rows.fetchall())
        readers = connection.execute("SELECT name, seen FROM kernel_reader").fetchall()
        [total] = connection.execute("SELECT count(*) FROM kernel_log").fetchone() or [0]
        people = connection.execute(
            "SELECT kind, count(*), count(DISTINCT customer_id) FROM customers_identifier GROUP BY kind"
        )
        by_kind = {kind: (count, customers) for kind, count, customers in people.fetchall()}
    assert stored == sent
    assert {name: seen for name, seen in readers if seen != total} == {}
    assert by_kind["phone"] == (by_kind["phone"][0], by_kind["phone"][0])
    assert by_kind["loyalty_card"] == by_kind["phone"]
