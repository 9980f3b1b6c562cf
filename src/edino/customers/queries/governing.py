"""Statements of rules that people change, and of what such a change touches."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from edino.customers.types import ClaimRow, Node
from edino.customers.types.governing import BlockedValue
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "governing.sql")


class Stretch(NamedTuple):
    """Numbers of identifiers: after one, up to and including another."""

    after: int
    upto: int

    def params(self) -> dict[str, int]:
        """As parameters."""
        return {"after": self.after, "upto": self.upto}


class Several(NamedTuple):
    """A customer with several identifiers, as the fast path knows it."""

    id: int
    size: int
    kinds: dict[str, int]
    login: bool
    separated: bool


def last_identifier() -> int:
    """The greatest identifier number."""
    return int(sql.scalar(_SQL["last_identifier"]))


def stretch(which: Stretch) -> list[tuple[int, str, str, bool]]:
    """(id, kind, value, shared) of a stretch."""
    return sql.tuples(_SQL["stretch"], which.params())


def crowds(which: Stretch, personal: Sequence[str], least: int) -> dict[int, int]:
    """Identifier → its most partners of one personal kind, of those that have more than `least`."""
    params = {**which.params(), "personal": list(personal), "least": least}
    return dict(sql.tuples(_SQL["crowds"], params))


def crossing(which: Stretch) -> set[int]:
    """Identifiers with a claim that runs to another customer."""
    return {id_ for (id_,) in sql.tuples(_SQL["crossing"], which.params())}


def several(which: Stretch) -> list[Several]:
    """The customers that have several identifiers."""
    return [Several(*row) for row in sql.tuples(_SQL["several"], which.params())]


def nodes(ids: Iterable[int]) -> list[tuple[Node, int]]:
    """(node, its customer) by number."""
    return [(Node(*row[:5]), row[5]) for row in sql.tuples(_SQL["nodes"], {"ids": list(ids)})]


def mates(customers: Iterable[int]) -> list[tuple[Node, int]]:
    """(node, its customer) of all identifiers of customers."""
    return [(Node(*row[:5]), row[5]) for row in sql.tuples(_SQL["mates"], {"customers": list(customers)})]


def touching(ids: Iterable[int]) -> list[ClaimRow]:
    """The claims that end at any of these identifiers."""
    return [ClaimRow(*row) for row in sql.tuples(_SQL["touching"], {"ids": list(ids)})]


def mark(ids: Iterable[int], *, shared: bool) -> None:
    """Set the mark "joins nobody"."""
    sql.execute(_SQL["mark"], {"ids": list(ids), "shared": shared})


def anchor_again(ids: Iterable[int]) -> None:
    """Anchor the profiles that stand on these identifiers anew."""
    sql.execute(_SQL["anchor_again"], {"ids": list(ids)})


def policies() -> list[tuple[int, str, datetime, datetime | None, Any]]:
    """(version, by, made, activated, rules), the newest first."""
    return sql.tuples(_SQL["policies"])


def add_policy(rules: Any, by: str, at: datetime) -> int:
    """Keep a new version; its number."""
    return int(sql.scalar(_SQL["add_policy"], {"rules": msgspec.json.encode(rules).decode(), "by": by, "at": at}))


def activate(version: int, at: datetime) -> bool:
    """Put a version in force; whether that was possible."""
    return sql.execute(_SQL["activate"], {"version": version, "at": at}) > 0


def blocked() -> list[BlockedValue]:
    """The retailer's blocked values, the newest first."""
    return sql.rows(_SQL["blocked"], {}, BlockedValue)


def block(kind: str, pattern: str, reason: str, at: datetime) -> bool:
    """Block a value; whether it was not blocked before."""
    return sql.execute(_SQL["block"], {"kind": kind, "pattern": pattern, "reason": reason, "at": at}) > 0


def unblock(id_: int) -> bool:
    """Take a value off the list; whether it was there."""
    return sql.execute(_SQL["unblock"], {"id": id_}) > 0


def moment() -> str:
    """A transaction that begins now."""
    return str(sql.scalar(_SQL["moment"]))


def all_later(than: str) -> bool:
    """Whether every transaction that is open began after that one."""
    return bool(sql.scalar(_SQL["all_later"], {"moment": than}))
