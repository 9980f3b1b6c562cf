"""The ground truth of a city: for each identifier, who really used it, and what a joiner could have known."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from edino.integrations.simulator.city import City, Identifier
from edino.integrations.simulator.people import BLOCK, kiosk, phone_index, poisons, shopper
from edino.integrations.simulator.plan import visits
from edino.integrations.simulator.visits import MISTAKEN, OWN, Given, acts

_CHAIN_BITS = 12


@dataclass(frozen=True, slots=True)
class Known:
    """The truth about one identifier.

    `state`: own (one person used it) · shared (several did) · public (stands in the shop for everybody) ·
    poisoned (stands for nobody) · mistaken (a slip: nobody's number). `persons` and `chains` run side by side: within
    a person, identifiers with the same chain are linked by events of that person that share unpoisoned identifiers.
    """

    kind: str
    value: str
    state: str
    persons: tuple[int, ...] = ()
    chains: tuple[int, ...] = ()


def known(city: City) -> Iterator[Known]:
    """The truth, person by person; the city is simulated once more, so memory stays flat."""
    for poison in sorted(poisons(city)):
        yield Known(poison.kind, poison.value, "poisoned")
    for store in range(city.stores):
        yield Known(*kiosk(city, store), "public")
    dice = Random()  # noqa: S311 a game, and one that must come out the same
    slips: set[str] = set()
    for first in range(0, city.shoppers, BLOCK):
        used: defaultdict[Identifier, list[tuple[int, int]]] = defaultdict(list)
        for number in range(first, min(first + BLOCK, city.shoppers)):
            for identifier, chain in _chains(city, number, dice, slips).items():
                used[identifier].append((number, number << _CHAIN_BITS | chain))
        for identifier, users in used.items():
            state = "own" if len(users) == 1 else "shared"
            persons, chains = zip(*users, strict=True)
            yield Known(identifier.kind, identifier.value, state, persons, chains)
    for slip in sorted(slips):
        index = phone_index(city.seed, slip)
        if index is None or index >= 3 * city.shoppers:
            yield Known("phone", slip, "mistaken")


def _chains(city: City, number: int, dice: Random, slips: set[str]) -> dict[Identifier, int]:
    """This person's identifiers, each with the number of its chain."""
    person = shopper(city, number, dice)
    parent: dict[Identifier, Identifier] = {}
    for place, visit in enumerate(visits(city, person, dice)):
        for act in acts(city, person, visit, place, dice):
            _link(act.given, parent)
            slips.update(given.value for given in act.given if given.truth == MISTAKEN)
    roots: dict[Identifier, int] = {}
    return {identifier: roots.setdefault(_root(identifier, parent), len(roots)) for identifier in parent}


def _link(given: Iterable[Given], parent: dict[Identifier, Identifier]) -> None:
    own = [each.identifier for each in given if each.truth == OWN]
    for identifier in own:
        parent.setdefault(identifier, identifier)
    for identifier in own[1:]:
        parent[_root(identifier, parent)] = _root(own[0], parent)


def _root(identifier: Identifier, parent: dict[Identifier, Identifier]) -> Identifier:
    while parent[identifier] != identifier:
        parent[identifier] = parent[parent[identifier]]
        identifier = parent[identifier]
    return identifier


def write(rows: Iterable[Known], path: Path) -> int:
    """Write the truth as JSONL, or as Parquet when the name says so; the number of rows."""
    return _write_parquet(rows, path) if path.suffix == ".parquet" else _write_jsonl(rows, path)


def read(path: Path) -> Iterator[Known]:
    """Read what `write` wrote."""
    if path.suffix == ".parquet":
        from pyarrow import parquet  # heavy, and only for this format

        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for row in batch.to_pylist():
                    yield _row(row)
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield _row(json.loads(line))


def _row(row: dict[str, object]) -> Known:
    return Known(
        kind=str(row["kind"]),
        value=str(row["value"]),
        state=str(row["state"]),
        persons=tuple(row["persons"]),  # type: ignore[arg-type]
        chains=tuple(row["chains"]),  # type: ignore[arg-type]
    )


def _write_jsonl(rows: Iterable[Known], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_parquet(rows: Iterable[Known], path: Path) -> int:
    import pyarrow as pa  # heavy, and only for this format
    from pyarrow import parquet  # heavy, and only for this format

    schema = pa.schema(
        [
            ("kind", pa.string()),
            ("value", pa.string()),
            ("state", pa.string()),
            ("persons", pa.list_(pa.int64())),
            ("chains", pa.list_(pa.int64())),
        ]
    )
    count = 0
    with parquet.ParquetWriter(path, schema) as file:
        for part in _parts(rows, 10_000):
            count += len(part)
            file.write_table(pa.Table.from_pylist([asdict(row) for row in part], schema=schema))
    return count


def _parts(rows: Iterable[Known], size: int) -> Iterator[list[Known]]:
    part: list[Known] = []
    for row in rows:
        part.append(row)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
