"""The two stories of the demo, told to a served Edino as the systems of a shop would: only through the public API."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

TELL = """
import django
django.setup()
from edino.kernel import views
views.migrate()
from edino.integrations.demo import shop, stages
from edino.inventory.api.waiting import reconcile
shop.open_shop(stages.retailer(), [])
with stages.web(stages.free_port()) as (url, _):
    print("steps", stages.tell_stories(url, print))
print("drift", reconcile())
"""
STEPS = {"Lena's running shoes": 9, "Masha's discount card": 6}


def test_both_stories_are_told_and_every_ledger_balances(tmp_path: Path, server_url: str) -> None:
    environment = {**os.environ, "EDINO_HOME": str(tmp_path / "home"), "EDINO_DATABASE_URL": server_url}
    told = subprocess.run([sys.executable, "-c", TELL], env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert [line for line in lines if line.startswith(("steps", "drift"))] == ["steps 15", "drift ([], [])"]
    assert {title: lines.count(title) for title in STEPS} == dict.fromkeys(STEPS, 1)
    with psycopg.connect(server_url) as connection:
        moved = connection.execute(
            "SELECT kind, condition, sum(quantity)::int FROM inventory_movement GROUP BY kind, condition ORDER BY kind"
        ).fetchall()
        money = connection.execute(
            "SELECT tender, state, captured, refunded FROM orders_payment WHERE captured > 0 ORDER BY tender"
        ).fetchall()
        broken = connection.execute("SELECT count(*) FROM kernel_capacity WHERE over > 0 OR total < 0").fetchone()
    # Three pairs came, one was sent and one carried out of Brighton; the defective one lies there and is not for sale.
    assert moved == [
        ("received", "good", 3),
        ("returned", "damaged", 1),
        ("shipped", "good", -1),
        ("sold", "good", -1),
    ]
    # What the first pair cost pays for the second: not a penny more was taken, and none went back.
    assert money == [("cash", "captured", 8389, 7990), ("exchange", "captured", 7990, 0)]
    assert broken == (0,)
