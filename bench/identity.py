"""How well suggested identity works on public data: pair precision, recall and F1, and the time it took.

Run: `.venv/bin/python bench/identity.py` or `edino bench identity`. The sets lie where EDINO_DATA points, by default
`../shared/data` beside the project. Truth is read only to count; nothing is learned from it.
"""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import django
import pandas as pd
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edino.site.settings")
if not apps.ready:
    django.setup()

from edino.customers.jobs.matching import Columns, holding_together, score

LIKELY = 0.5
LEAST_F1 = {"febrl4": 0.998, "fake1000": 0.80}
"""What is promised of the pairs (docs/performance.md)."""
NOT_HERE = 77
"""The exit code that `edino bench all` takes for "this machine has not the data"."""
_FEBRL = Columns(
    record="rec_id",
    given="given_name",
    family="surname",
    born="date_of_birth",
    national_id="soc_sec_id",
    postcode="postcode",
    street="address_1",
    house="street_number",
    city="suburb",
    region="state",
)
_FAKE = Columns(record="unique_id", given="first_name", family="surname", born="dob", city="city", email="email")

Pair = tuple[str, str]


class MissingSet(Exception):
    """A data set is not where EDINO_DATA points; the message names it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A set of records, which of its columns say what, and the pairs that are one person."""

    frame: pd.DataFrame
    columns: Columns
    truth: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class Quality:
    precision: float
    recall: float
    f1: float


def data_folder() -> Path:
    """Where the data sets lie."""
    beside = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    return Path(os.environ.get("EDINO_DATA") or beside)


def febrl4(data: Path) -> Case:
    """5,000 persons in two sources, the second with errors: link one to the other."""
    halves = [_read(data, "febrl", f"dataset4{half}.csv").assign(source=half) for half in "ab"]
    frame = pd.concat(halves, ignore_index=True)
    columns = replace(_FEBRL, source="source")
    return Case(frame, columns, _pairs_of(frame["rec_id"], frame["rec_id"].str.split("-").str[1]))


def febrl1(data: Path) -> Case:
    """500 persons and one duplicate of each in one file."""
    frame = _read(data, "febrl", "dataset1.csv")
    return Case(frame, _FEBRL, _pairs_of(frame["rec_id"], frame["rec_id"].str.split("-").str[1]))


def fake1000(data: Path) -> Case:
    """251 persons in 1,000 badly damaged records with e-mails."""
    frame = _read(data, "splink_fake_1000", "fake_1000.csv")
    return Case(frame, _FAKE, _pairs_of(frame["unique_id"], frame["cluster"]))


CASES = {"febrl4": febrl4, "febrl1": febrl1, "fake1000": fake1000}


def quality(found: Iterable[Pair], truth: frozenset[Pair]) -> Quality:
    """Precision, recall and their harmonic mean over unordered pairs."""
    pairs = {_unordered(*pair) for pair in found}
    right = len(pairs & truth)
    precision = right / len(pairs) if pairs else 0.0
    recall = right / len(truth) if truth else 0.0
    return Quality(precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0)


def measure(case: Case) -> tuple[Quality, Quality]:
    """Of all pairs with probability of one half or more, as other matchers publish it; and of what is suggested."""
    scored = score(case.frame, case.columns, least=LIKELY)
    shown = holding_together(scored, case.frame, case.columns)
    likely, suggested = (
        quality(zip(pairs["record_l"], pairs["record_r"], strict=True), case.truth) for pairs in (scored.pairs, shown)
    )
    return likely, suggested


def run(args: Sequence[str] = ()) -> int:
    """Print `name=value` lines for the named cases, all by default; 1 when a promise is broken, 77 without the data."""
    names = list(args) or list(CASES)
    kept = True
    started = time.perf_counter()
    for name in names:
        if name not in CASES:
            print(f"no such case: {name}; there are {', '.join(CASES)}", file=sys.stderr)
            return 1
        try:
            case = CASES[name](data_folder())
        except MissingSet as missing:
            print(missing, file=sys.stderr)
            return NOT_HERE
        begun = time.perf_counter()
        likely, suggested = measure(case)
        seconds = time.perf_counter() - begun
        kept = kept and likely.f1 >= LEAST_F1.get(name, 0)
        print(f"{name}_precision={likely.precision:.4f}")
        print(f"{name}_recall={likely.recall:.4f}")
        print(f"{name}_f1={likely.f1:.4f}")
        print(f"{name}_suggested_precision={suggested.precision:.4f}")
        print(f"{name}_suggested_recall={suggested.recall:.4f}")
        print(f"{name}_suggested_f1={suggested.f1:.4f}")
        print(f"{name}_records={len(case.frame)}")
        print(f"{name}_seconds={seconds:.1f}")
    print(f"seconds={time.perf_counter() - started:.1f}")
    return 0 if kept else 1


def _read(data: Path, folder: str, file: str) -> pd.DataFrame:
    path = data / folder / file
    if not path.is_file():
        raise MissingSet(f"data set {folder!r} is missing: {path}; set EDINO_DATA to the folder that holds it")
    frame = pd.read_csv(path, dtype=str, skipinitialspace=True)
    return frame.rename(columns=str.strip)


def _pairs_of(records: "pd.Series[str]", persons: "pd.Series[str]") -> frozenset[Pair]:
    together: dict[str, list[str]] = {}
    for record, person in zip(records, persons, strict=True):
        together.setdefault(person, []).append(record)
    return frozenset(_unordered(*pair) for group in together.values() for pair in combinations(group, 2))


def _unordered(left: str, right: str) -> Pair:
    return (left, right) if left <= right else (right, left)


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
