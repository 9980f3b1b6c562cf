"""Statements of codes and links on their way."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from edino.customers.types import Identifier
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "proofs.sql")


class Contact(NamedTuple):
    """A contact on the form of a card."""

    card_id: int
    id: int | None
    kind: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A code or link that was sent."""

    id: UUID
    secret: bytes
    account: bytes
    subject: bytes
    card_id: int | None
    target_id: int | None
    tries: int
    until: datetime
    used_at: datetime | None


class NewProof(NamedTuple):
    """A code or link about to be sent."""

    id: UUID
    method: str
    secret: bytes
    source: int
    account: bytes
    subject: bytes
    place: bytes | None
    card: int | None
    target: int | None
    at: datetime
    until: datetime


def contacts_of_card(card: Identifier) -> list[Contact]:
    """The contacts that stand with a card, the surest first; nothing for a card nobody knows."""
    found = sql.tuples(_SQL["contacts_of_card"], {"kind": card.kind, "value": card.value})
    return [Contact(*row) for row in found]


def contact(item: Identifier) -> int | None:
    """The number of a contact that somebody is known by."""
    return sql.scalar(_SQL["contact"], {"kind": item.kind, "value": item.value})  # type: ignore[no-any-return]


def asked(account: bytes, subject: bytes, place: bytes | None, since: datetime) -> tuple[int, int, int]:
    """How many proofs this account asked for since then, how many were asked for about this, and from this place."""
    params = {"account": account, "subject": subject, "place": place, "since": since}
    return sql.tuples(_SQL["asked"], params)[0]


def add(proof: NewProof) -> None:
    """Keep what is on its way."""
    sql.execute(_SQL["add_proof"], proof._asdict())


def forget_older(than: datetime) -> None:
    """Drop old proofs."""
    sql.execute(_SQL["forget_old_proofs"], {"before": than})


def by_id(id_: UUID, source: int, method: str = "code") -> Proof | None:
    """The proof of a code that this source asked for, locked; method "login" for a code that logs in."""
    return sql.row(_SQL["proof_by_id"], {"id": id_, "source": source, "method": method}, Proof)


def by_secret(secret: bytes, source: int) -> Proof | None:
    """The proof of a link that this source asked for, locked."""
    return sql.row(_SQL["proof_by_secret"], {"secret": secret, "source": source}, Proof)


def tried(id_: UUID) -> None:
    """Count a wrong try."""
    sql.execute(_SQL["tried"], {"id": id_})


def used(id_: UUID, at: datetime) -> None:
    """Note that a proof was given back."""
    sql.execute(_SQL["used"], {"id": id_, "at": at})
