"""`edino export KIND`: everything of a kind into one file, row by row, so that memory stays flat whatever its size.

A domain registers an `Extract` for each kind in `registry.extracts`. The file appears whole under its name or not at
all; JSON Lines, CSV and Parquet are chosen by its ending.
"""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, TextIO

import click
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from edino.kernel.errors import Invalid, NotFound
from edino.kernel.registry import extracts

Type = Literal["text", "boolean", "time", "json"]
Row = Sequence[Any]
Write = Callable[[list[Row]], None]
_BATCH: Final = 5_000
_ARROW: Final[Mapping[Type, Any]] = {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
    "json": pa.string(),
}


@dataclass(frozen=True, slots=True)
class Extract:
    """A kind of rows: what they are, their columns with types, and how to read them all, a step at a time."""

    help: str
    columns: Mapping[str, Type]
    rows: Callable[[], Iterator[Row]]


class UnknownExtract(NotFound):
    """Nothing exports %(kind)s; there are: %(known)s."""

    code = "unknown_kind"


class UnknownEnding(Invalid):
    """A file of this kind cannot be written; its name ends in .jsonl, .csv or .parquet."""

    code = "unknown_ending"


@click.command("export")
@click.argument("kind")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A .jsonl, .csv or .parquet file."
)
def export(kind: str, output: Path | None) -> None:
    """Write everything of one KIND: customers, identifiers, consents, events.

    Without --output it goes to the screen as JSON Lines. It holds personal data: the trail keeps that it was made.
    """
    found: Extract | None = extracts.get(kind)
    if found is None:
        raise UnknownExtract(kind=kind, known=", ".join(sorted(extracts.names())))
    if output is None:
        _pour(found, _json_lines(sys.stdout, found.columns))
        return
    if output.suffix not in _FILES:
        raise UnknownEnding
    partial = output.with_name(f"{output.name}.partial")
    with _FILES[output.suffix](partial, found.columns) as write:
        count = _pour(found, write)
    partial.replace(output)
    click.echo(f"{kind}={count}\n{output}")


def _pour(extract: Extract, write: Write) -> int:
    rows = extract.rows()
    count = 0
    while batch := list(islice(rows, _BATCH)):
        write(batch)
        count += len(batch)
    return count


def _json_lines(file: TextIO, columns: Mapping[str, Type]) -> Write:
    encode = msgspec.json.Encoder().encode

    def write(batch: list[Row]) -> None:
        file.writelines(encode(dict(zip(columns, row, strict=True))).decode() + "\n" for row in batch)

    return write


@contextmanager
def _jsonl(path: Path, columns: Mapping[str, Type]) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield _json_lines(file, columns)


@contextmanager
def _csv(path: Path, columns: Mapping[str, Type]) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        yield lambda batch: table.writerows([_text(value) for value in row] for row in _plain(batch, columns))


@contextmanager
def _parquet(path: Path, columns: Mapping[str, Type]) -> Iterator[Write]:
    schema = pa.schema([(name, _ARROW[type_]) for name, type_ in columns.items()])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def write(batch: list[Row]) -> None:
            turned = zip(*_plain(batch, columns), strict=True)
            arrays = [pa.array(column, type_) for column, type_ in zip(turned, schema.types, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))

        yield write


_FILES: Final = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}


def _plain(batch: list[Row], columns: Mapping[str, Type]) -> Iterator[list[Any]]:
    """Rows for files that know no nesting: JSON as text, ids as text."""
    types = list(columns.values())
    for row in batch:
        yield [_cell(value, type_) for value, type_ in zip(row, types, strict=True)]


def _cell(value: Any, type_: Type) -> Any:
    if value is None or type_ in {"time", "boolean"}:
        return value
    return msgspec.json.encode(value).decode() if type_ == "json" else str(value)


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else value


def in_steps(step: Callable[[Any], Sequence[Row]], *, first: Any) -> Iterator[Row]:
    """Rows of a keyset, step by step: `step` takes the key it stands after, and a row's first column is its key."""
    after = first
    while found := step(after):
        after = found[-1][0]
        yield from found
