"""Statements that take personal data away, and those that hand it over."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from edino.customers.types import Holding
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "privacy.sql")


class Suppressed(NamedTuple):
    """A refusal to be kept under a hash."""

    hash: bytes
    purpose: str
    brand: str
    at: datetime
    verified: bool


def lock_customer(customer: int) -> None:
    """Nobody joins or splits this customer until the transaction ends."""
    sql.execute(_SQL["lock_customer"], {"customer": customer})


def forget_traits(own: Sequence[Holding]) -> None:
    """Take away what was said on these holdings."""
    sql.execute(_SQL["forget_traits"], _arrays(own))


def suppress(rows: Sequence[Suppressed]) -> None:
    """Keep refusals under hashes."""
    hashes, purposes, brands, ats, verified = map(list, zip(*rows, strict=True))
    params = {"hashes": hashes, "purposes": purposes, "brands": brands, "ats": ats, "verified": verified}
    sql.execute(_SQL["suppress"], params)


def partners(identifiers: Iterable[int]) -> set[int]:
    """Everybody these were claimed with."""
    return {id_ for (id_,) in sql.tuples(_SQL["partners"], {"identifiers": list(identifiers)})}


def forget_claims(identifiers: Sequence[int]) -> None:
    """Take away what tied these to others."""
    sql.execute(_SQL["forget_claims"], {"identifiers": identifiers})


def forget_points(identifiers: Sequence[int], profiles: Sequence[int], customers: Sequence[int]) -> None:
    """Take away values, statements and preferences of identifiers, keys of profiles, cases of customers."""
    for name in ("forget_consents", "forget_preferences", "forget_values"):
        sql.execute(_SQL[name], {"identifiers": identifiers})
    sql.execute(_SQL["forget_keys"], {"profiles": profiles})
    sql.execute(_SQL["forget_cases"], {"customers": customers})


def add_erasure(
    customer: int, how: Literal["erased", "anonymised"], counts: tuple[int, int], by: str, at: datetime
) -> None:
    """Note that it was done, with the numbers of identifiers and profiles."""
    params = {"customer": customer, "how": how, "identifiers": counts[0], "profiles": counts[1], "by": by, "at": at}
    sql.execute(_SQL["add_erasure"], params)


def claims_of(identifiers: Sequence[int]) -> list[tuple[int, int, int, bool, datetime, datetime]]:
    """(identifier, identifier, source, verified, first, last) of the claims among these."""
    return sql.tuples(_SQL["claims_of"], {"identifiers": identifiers})


def events(own: Sequence[Holding]) -> list[tuple[datetime, str, int | None, dict[str, Any]]]:
    """(moment, type, source, body) of what the log holds."""
    return sql.tuples(_SQL["events"], _arrays(own))


def _arrays(own: Sequence[Holding]) -> dict[str, list[Any]]:
    return {
        "profiles": [one.profile_id for one in own],
        "sinces": [one.since for one in own],
        "untils": [one.until for one in own],
    }
