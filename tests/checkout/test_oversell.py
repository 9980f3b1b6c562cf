"""Many at once for few, over HTTP: exactly as many buy as there is. The long run is tests/slow/test_oversell.py."""

import os
import subprocess
import sys
from pathlib import Path

EDINO = Path(sys.executable).with_name("edino")


def play(rounds: int, shoppers: int, every: int) -> dict[str, int]:
    """What `edino bench oversell` prints; it must have found nothing wrong."""
    told = {"rounds": rounds, "shoppers": shoppers, "every": every}
    command = [
        str(EDINO),
        "bench",
        "oversell",
        *[word for name, value in told.items() for word in (f"--{name}", str(value))],
    ]
    own = {name: value for name, value in os.environ.items() if not name.startswith("EDINO_")}
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: int(float(value)) for name, value in (line.split("=") for line in done.stdout.splitlines())}


def test_stock_coupon_gift_card_and_slot_go_to_exactly_as_many_as_there_is() -> None:
    told = play(rounds=4, shoppers=70, every=1)
    assert (told["broken_rounds"], told["other_answers"]) == (0, 0)
    assert (told["orders"], told["refused"]) == (50 + 1 + 3 + 7, 4 * 70 - 61)
