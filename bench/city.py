"""How well the online door joins a simulated city, and how fast: `edino bench city`.

Starts a durable database of its own, gives every event of the city to the collector's door in this process, in batches
of 500 per source in order of arrival, and scores the customers that came out against the truth (docs/simulator.md).
Prints `name=value` lines; `seconds` is the time inside the door, without the simulation.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec
from bench import stage

from edino.integrations.simulator import SOURCES, City, Truth, best, generate, known, score

LEAST_PRECISION = 0.999
LEAST_RECALL = 0.98
MOST_MIXED = 10
_CHANNELS = {"site": "site", "app": "app", "till": "store", "kiosk": "kiosk", "callcentre": "call_centre"}


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What can be varied."""
    usual = City()
    parser = argparse.ArgumentParser(prog="edino bench city", description=__doc__)
    parser.add_argument("--shoppers", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=usual.days)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--poison", type=float, default=usual.poison)
    parser.add_argument("--batch", type=int, default=500)
    return parser.parse_args(list(arguments))


def batches(city: City, size: int) -> Iterator[tuple[str, list[bytes]]]:
    """(source, messages), each source's events in batches, in order of arrival."""
    waiting: defaultdict[str, list[bytes]] = defaultdict(list)
    for event in generate(city):
        messages = waiting[event.source]
        messages.append(msgspec.json.encode(event.message))
        if len(messages) == size:
            yield event.source, waiting.pop(event.source)
    yield from waiting.items()


def run(arguments: Sequence[str] = ()) -> int:
    """Measure and print; 0 when the promises hold."""
    chosen = options(arguments)
    with stage.database():
        return measure(City(chosen.seed, chosen.shoppers, chosen.days, poison=chosen.poison), chosen.batch)


def measure(city: City, size: int) -> int:
    """Against a database that runs."""
    from edino.activity import api as activity  # the settings must be ready first
    from edino.channels import api as channels  # as above
    from edino.customers import api as customers  # as above
    from edino.staff.types import Actor  # as above

    sources = {
        name: channels.create_source(name=f"bench {name}", channel=_CHANNELS[name], by=Actor("bench"), rate_limit=0)
        for name in SOURCES
    }
    events = rejected = 0
    seconds = 0.0
    for source, messages in batches(city, size):
        started = time.perf_counter()
        intake = activity.collect(source=sources[source], messages=messages)
        seconds += time.perf_counter() - started
        events += intake.accepted
        rejected += len(intake.rejected)
    truth = Truth(known(city))
    assigned = ((each.kind, each.value, each.customer) for each in customers.assignments())
    result = score(truth, assigned)
    print(f"events={events}\nrejected={rejected}\nidentifiers={len(truth.of)}")
    print(f"precision={result.precision:.6f}\nrecall={result.recall:.6f}\nlargest_wrong={result.largest_wrong}")
    print(f"wrong_customers={result.wrong_customers}\nbest_recall={score(truth, best(truth)).recall:.6f}")
    print(f"seconds={seconds:.1f}\nevents_per_second={events / seconds:.0f}")
    good = result.precision >= LEAST_PRECISION and result.recall >= LEAST_RECALL and result.largest_wrong < MOST_MIXED
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
