"""What importers and the machinery around them say to each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

Type = Literal["text", "integer", "decimal", "boolean", "datetime", "date", "object", "any"]
"""`object` is JSON; `any` is JSON where it can be read as such, and else a text."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that an importer takes.

    A name that ends in `.*` declares a family: any `name.something` may be mapped. `aliases` are column titles that
    mean this field when no mapping says otherwise; case, spaces and punctuation do not count in them. `decimals`
    limits a decimal's places, `length` a text's characters.
    """

    name: str
    type: Type = "text"
    required: bool = False
    help: str = ""
    aliases: tuple[str, ...] = ()
    decimals: int | None = None
    length: int = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A mapped row. `number` is its place in the file as a person would name it; `values` has every mapped field.

    `place` counts from 1 within the row's group, rows that were refused included, so that it is the same each time
    the file is read; 0 where the importer has no group.
    """

    number: int
    values: dict[str, Any]
    place: int = 0


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not written, and why: `code` for machines, `reason` for people."""

    number: int
    field: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: rows known already, and rows refused; all others are new.

    `remarks` counts, by a few words, what was passed over in rows that were written all the same.
    """

    unchanged: int = 0
    rejections: Sequence[Rejection] = ()
    remarks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """The import a batch belongs to. `source` is what the user named, the importer knows what it means."""

    source: str | None
    file: str
    started_at: datetime
    dry_run: bool


class Importer(Protocol):
    """What a domain offers to `edino.kernel.registry.importers`, under the kind's name.

    `group` names a field: rows with the same value of it come to `write` together, wherever they stand in the file.
    `version` is raised when the same file would be understood differently.
    """

    @property
    def help(self) -> str:
        """What a file of this kind holds, in a sentence."""
        ...

    @property
    def fields(self) -> Sequence[Field]:
        """What may be mapped."""
        ...

    @property
    def group(self) -> str | None:
        """The field whose equal values stay together, if there is one."""
        ...

    @property
    def batch(self) -> int:
        """About how many rows are written in one transaction."""
        ...

    @property
    def version(self) -> int:
        """Part of what makes two imports the same."""
        ...

    def prepare(self, context: Context) -> None:
        """Check what does not depend on rows, such as the source; refuse before anything is read."""
        ...

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Write a batch inside the caller's transaction; rows whose natural key is known change nothing."""
        ...


Progress = Callable[[float], None]
"""Told how far an import is, from 0 to 1."""


@runtime_checkable
class Documents(Protocol):
    """What reads files that are no tables, in a format of their own; registered beside the importers of rows."""

    @property
    def help(self) -> str:
        """What such files hold, in a sentence."""
        ...

    def run(
        self, files: Sequence[Path], *, source: str | None, dry_run: bool, progress: Progress
    ) -> Iterator[tuple[bool, list[str]]]:
        """Read the files; for each whether its end was reached, and what came of it, in lines."""
        ...


@dataclass(slots=True)
class Report:
    """What an import did. `read` = `written` + `unchanged` + `rejected`; `reasons` counts refusals and remarks."""

    kind: str
    file: str
    read: int = 0
    unchanged: int = 0
    rejected: int = 0
    resumed_at: int = 0
    skipped: bool = False
    dry_run: bool = False
    rejects: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def written(self) -> int:
        """Rows that changed something."""
        return self.read - self.unchanged - self.rejected
