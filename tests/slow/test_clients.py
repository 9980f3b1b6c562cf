"""The client libraries of the tracking spec, from the registries, unchanged, against a running Edino."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import rudderstack.analytics as rudder
import segment.analytics as segment
from tests.conftest import skip_missing
from tests.serving import EDINO, Served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.enable_socket]

NODE = """
const { Analytics } = require("@segment/analytics-node");
const [writeKey, host] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, maxEventsInBatch: 7 });
analytics.identify({ userId: "kolya", traits: { phone: "+79161234567", first_name: "Коля" } });
for (let n = 0; n < 20; n++)
  analytics.track({ userId: "kolya", event: "Product Viewed", properties: { sku: `PIZZA-${n}` } });
analytics.page({ anonymousId: "d-kolya", name: "Home" });
analytics.closeAndFlush().then(() => console.log("flushed"));
"""


class Shop:
    """A running Edino, its database and a write key."""

    def __init__(self, served: Served, url: str, key: str) -> None:
        self.host = f"http://127.0.0.1:{served.port}"
        self.url = url
        self.key = key

    def count(self) -> dict[str, int]:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute("SELECT type, count(*) FROM kernel_log WHERE source_id IS NOT NULL GROUP BY type")
            return dict(rows.fetchall())

    def customers(self) -> int:
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT count(DISTINCT customer_id) FROM customers_identifier").fetchone()
            return int(found[0]) if found else 0


@pytest.fixture
def shop(serve: Callable[..., Served], server_url: str) -> Shop:
    served = serve("--no-worker", EDINO_DATABASE_URL=server_url)
    served.until_up()
    made = subprocess.run(
        [*EDINO, "key", "create", "--source", "site", "--channel", "site", "--scope", "events:write"],
        env={**os.environ, "EDINO_DATABASE_URL": server_url},
        capture_output=True,
        text=True,
        check=True,
    )
    [key] = [word for word in made.stdout.split() if word.startswith("ek_") or len(word) > 40]
    return Shop(served, server_url, key)


def test_segment_for_python(shop: Shop) -> None:
    errors: list[object] = []
    client = segment.Client(
        shop.key, host=shop.host, gzip=True, upload_size=7, on_error=lambda error, items: errors.append(error)
    )
    client.identify("kolya", {"phone": "+79161234567"})
    for number in range(20):
        client.track("kolya", "Product Viewed", {"sku": f"PIZZA-{number}"})
    client.page(anonymous_id="d-kolya", name="Home")
    client.alias("d-kolya", "kolya")
    client.shutdown()
    assert errors == []
    assert shop.count() == {"identify": 1, "Product Viewed": 20, "page": 1, "alias": 1}
    assert shop.customers() == 1


def test_rudder_for_python(shop: Shop) -> None:
    errors: list[object] = []
    client = rudder.Client(shop.key, host=shop.host, upload_size=7, on_error=lambda error, items: errors.append(error))
    client.identify("lena", {"email": "lena@mail.ru"})
    for number in range(20):
        client.track("lena", "Product Viewed", {"sku": f"SHOE-{number}"})
    client.shutdown()
    assert errors == []
    assert shop.count() == {"identify": 1, "Product Viewed": 20}


def test_segment_for_node(shop: Shop, tmp_path: Path) -> None:
    if not shutil.which("npm"):
        skip_missing("npm, for @segment/analytics-node")
    (tmp_path / "package.json").write_text(json.dumps({"private": True}))
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "@segment/analytics-node"], cwd=tmp_path, check=True
    )
    (tmp_path / "send.js").write_text(NODE, encoding="utf-8")
    sent = subprocess.run(
        ["node", "send.js", shop.key, shop.host], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    assert "flushed" in sent.stdout, sent.stderr
    assert shop.count() == {"identify": 1, "Product Viewed": 20, "page": 1}
