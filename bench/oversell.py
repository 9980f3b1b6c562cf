"""200 shoppers at once for 50 pieces, again and again: `edino bench oversell`.

Starts a durable database of its own with a shop on it and the web server, and lets 200 shoppers fill a cart each and
check out at the same instant. In each round exactly as many may buy as there is: 50 pieces of stock, and in turn a
coupon with one use, a gift card that pays three orders, a pickup slot for seven. Prints `name=value` lines; exit 1
when one order too many or too few was made, anything is left held or below zero, or a lease is stuck.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from bench import stage
from bench.selling import shop
from bench.selling.rush import KINDS, Rush


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    parser = argparse.ArgumentParser(prog="edino bench oversell", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--shoppers", type=int, default=200)
    parser.add_argument("--every", type=int, default=5, help="rounds after which another scarce thing has its turn")
    return parser.parse_args(list(arguments))


def run(arguments: Sequence[str] = ()) -> int:
    """Play and print; 0 when each round was exact."""
    chosen = options(arguments)
    broken = 0
    answers: Counter[int] = Counter()
    with stage.database() as (home, url):
        opened = shop.open_shop(home, url)
        with stage.server(home, url) as (port, _):
            rush = Rush(opened, port, chosen.shoppers)
            started = time.perf_counter()
            for number in range(chosen.rounds):
                turn, rest = divmod(number, chosen.every)
                done = rush.round("stock" if rest else KINDS[turn % len(KINDS)])
                answers += done.answers
                broken += bool(done.wrong)
                for wrong in done.wrong[:3]:
                    print(f"round {number} ({done.kind}): {wrong}", file=sys.stderr)
            seconds = time.perf_counter() - started
            rush.close()
    print(f"rounds={chosen.rounds}\nshoppers={chosen.shoppers}\nbroken_rounds={broken}")
    print(f"orders={answers[200]}\nrefused={answers[409]}")
    print(f"other_answers={sum(answers.values()) - answers[200] - answers[409]}")
    print(f"checkouts_per_second={sum(answers.values()) / seconds:.1f}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
