"""The table of imports: what was read, how far, and what came of it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from edino.kernel import clock, sql

_SQL = sql.statements("edino.kernel.imports", "imports.sql")


@dataclass(frozen=True, slots=True)
class Run:
    """One import of one content by one mapping. `position` counts records in reading order."""

    id: int
    state: str
    position: int
    unchanged: int
    rejected: int
    rejects_length: int
    rejects_path: str
    reasons: dict[str, int]
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of an import so far."""

    position: int
    unchanged: int
    rejected: int
    rejects_length: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes two imports the same: kind, fingerprint of the content, fingerprint of the mapping."""

    kind: str
    content: str
    mapping: str

    @property
    def lock(self) -> str:
        """The name it is locked by."""
        return f"{self.kind} {self.content}"


def lock(identity: Identity) -> bool:
    """Become the one process that imports this; False when another is."""
    return bool(sql.scalar(_SQL["lock"], {"name": identity.lock}))


def unlock(identity: Identity) -> None:
    """Let others."""
    sql.scalar(_SQL["unlock"], {"name": identity.lock})


def latest(identity: Identity) -> Run | None:
    """The last import of the same, if there was one."""
    params = {"kind": identity.kind, "content": identity.content, "mapping": identity.mapping}
    return sql.row(_SQL["latest"], params, Run)


def begin(identity: Identity, *, file: str, source: str | None, rejects_path: str) -> Run:
    """Note that an import begins."""
    params: dict[str, Any] = {"kind": identity.kind, "content": identity.content, "mapping": identity.mapping}
    made = {**params, "file": file, "source": source, "rejects_path": rejects_path, "at": clock.now()}
    return Run(sql.scalar(_SQL["begin"], made), "running", 0, 0, 0, 0, rejects_path, {}, None)


def restart(run: Run, *, rejects_path: str) -> Run:
    """Read it from the beginning: natural keys make that safe."""
    sql.execute(_SQL["restart"], {"id": run.id, "rejects_path": rejects_path})
    return Run(run.id, "running", 0, 0, 0, 0, rejects_path, {}, None)


def advance(run_id: int, counts: Counts) -> None:
    """Save the position after a batch; call it in the batch's transaction."""
    told = {**asdict(counts), "reasons": json.dumps(counts.reasons)}
    sql.execute(_SQL["advance"], {**told, "id": run_id, "at": clock.now()})


def finish(run_id: int) -> None:
    """The end was reached."""
    sql.execute(_SQL["finish"], {"id": run_id, "at": clock.now()})
