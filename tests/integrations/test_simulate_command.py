"""`edino simulate` as Igor runs it: into a file, to a collector, with the truth beside."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from edino.integrations.commands import simulate
from edino.integrations.simulator import City, generate, known
from edino.integrations.simulator.truth import read

CITY = City(seed=5, shoppers=60)


@dataclass(slots=True)
class Collector:
    """A collector that keeps what it takes, and first answers with what `answers` holds."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = collector.answers.pop(0) if collector.answers else 200
            if status == 200:
                key = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
                collector.taken += [(key.removesuffix(":"), message) for message in body["batch"]]
            answer = json.dumps({"accepted": len(body["batch"]), "rejected": []}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - the library's name
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    collector.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield collector
    server.shutdown()
    thread.join()
    server.server_close()


def _run(*options: str) -> Result:
    return CliRunner().invoke(simulate, ["--shoppers", "60", "--seed", "5", *options])


def test_the_month_is_written_to_a_file_twice_alike(tmp_path: Path) -> None:
    first, second, truth = tmp_path / "1.jsonl", tmp_path / "2.jsonl", tmp_path / "truth.parquet"
    result = _run("--out", str(first), "--truth", str(truth))
    assert result.exit_code == 0, result.output
    assert _run("--out", str(second)).exit_code == 0
    assert first.read_bytes() == second.read_bytes()

    written = [json.loads(line) for line in first.read_text(encoding="utf-8").splitlines()]
    assert written == [{"source": event.source, **event.message} for event in generate(CITY)]
    rows = list(known(CITY))
    assert list(read(truth)) == rows
    assert result.output.splitlines() == [f"events={len(written)}", f"identifiers={len(rows)}"]


def test_each_source_sends_with_its_own_key_and_a_collector_in_trouble_is_tried_again(collector: Collector) -> None:
    collector.answers = [503, 429]
    url = f"http://127.0.0.1:{collector.port}"
    result = _run("--url", url, "--key", "KEY", "--key", "till=TILL", "--batch", "50")
    assert result.exit_code == 0, result.output
    expected = Counter("TILL" if event.source == "till" else "KEY" for event in generate(CITY))
    assert Counter(key for key, _message in collector.taken) == expected
    sent = {message["messageId"]: message for _key, message in collector.taken}
    assert sent == {event.message["messageId"]: event.message for event in generate(CITY)}
    assert result.output.splitlines() == [f"events={sum(expected.values())}", "rejected=0"]


def test_a_wrong_key_ends_the_run_at_once(collector: Collector) -> None:
    collector.answers = [401]
    result = _run("--url", f"http://127.0.0.1:{collector.port}", "--key", "WRONG")
    assert result.exit_code == 1
    assert "key" in str(result.exception)
    assert collector.taken == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "say where to"),
        (("--key", "shop=K"), "no such source: shop"),
        (("--key", "till=K"), "no key for site"),
        (("--poison", "2", "--out", "never.jsonl"), "poison is a share"),
    ],
)
def test_what_cannot_be_simulated_is_refused_in_a_sentence(options: tuple[str, ...], says: str) -> None:
    result = _run(*options)
    assert result.exit_code == 2
    assert says in result.output
    assert not Path("never.jsonl").exists()
