"""One import under way: what every step of it shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from edino.channels.types import Source
from edino.integrations.exchange import queries
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.queries import Change, Exchange, Mirrored, Run, Staged
from edino.integrations.exchange.reading import Document

Place = Callable[[str], str | None]
"""A picture of the exchange, by the path that the document writes, as a path below media; None when it did not come."""


@dataclass(slots=True)
class Work:
    """A run with its source, its document, and what it has found odd so far."""

    source: Source
    exchange: Exchange
    run: Run
    document: Document
    picture: Place
    language: str = "ru"
    dry: bool = False
    force: bool = False
    odd: Oddities = field(default_factory=Oddities)

    def count(self, kind: str, what: str, number: int = 1) -> None:
        """Add to the counts of the run."""
        if number:
            told = self.run.counts.setdefault(kind, {})
            told[what] = told.get(what, 0) + number

    def save(self) -> None:
        """Keep how far it is, in the open transaction."""
        self.run.oddities = self.odd.plain()
        queries.save_run(self.run)

    def done(self, staged: Sequence[Staged]) -> None:
        """These records are applied."""
        queries.mark_done(self.run.id, [(one.kind, one.ext_id) for one in staged])
        self.run.applied += len(staged)

    def reflect(self, things: Sequence[Mirrored]) -> None:
        """Keep what the source says now."""
        queries.reflect(self.source.id, self.exchange.id, things, self.as_of)

    @property
    def as_of(self) -> datetime:
        """The moment the document tells of."""
        return self.run.as_of or self.run.started_at

    def older(self, before: Mirrored | None) -> bool:
        """Whether a later document has told of this thing already."""
        return before is not None and before.told_at is not None and before.told_at > self.as_of

    def note(self, changes: Sequence[Change]) -> None:
        """Keep lines of the human diff."""
        queries.note_changes(self.run.id, changes)

    def refuse(self, kind: str, staged: Staged, name: str, reasons: Sequence[tuple[str, str]]) -> Change:
        """The line of the diff for a record that was not taken: (field, why)."""
        fields = [(where, "", why) for where, why in reasons]
        return Change(kind, "rejected", staged.grp, staged.ext_id, name, staged.line, fields)

    def without_offer(self, kind: str, staged: Staged, offer: Mirrored | None) -> Change:
        """A price or stock is refused, since its offer is not there or was refused itself; the line of the diff."""
        reason = "unknown" if offer is None else "not_taken"
        self.odd.note(f"offer_{reason}", staged.ext_id, line=staged.line)
        self.count(kind, "rejected")
        return self.refuse(kind, staged, staged.ext_id, [("offer", reason)])


def compared(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What differs between two readable accounts of a thing, as (what, before, now)."""
    old = before or {}
    names = [*old, *(name for name in now if name not in old)]
    return [
        (name, _shown(old.get(name)), _shown(now.get(name)))
        for name in names
        if _shown(old.get(name)) != _shown(now.get(name))
    ]


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "+" if value else "−"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
