"""What a contact point may be used for, as a function of statements. Specification: docs/algorithms/consent.md."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from edino.customers.types import Permission, Purpose, Statement

Why = Literal["own", "bound", "silent", "unverified"]
NARROWING: Final = ("refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class Verdict:
    """State of one point for one purpose and brand, and the statement that decided it, if any did."""

    state: Literal["granted", "refused", "silent"]
    why: Why
    by: Statement | None = None


def covers(statement: Statement, purpose: str, brand: str) -> bool:
    """Whether a statement speaks about this purpose and brand. One without a brand speaks about all of them."""
    return statement.purpose == purpose and statement.brand in ("", brand)


def binds(statement: Statement) -> bool:
    """Whether a statement binds every point of its customer: a refusal by the verified owner does, nothing else."""
    return statement.verified and statement.state in NARROWING


def decide(point: int, statements: Iterable[Statement], purpose: str, brand: str) -> Verdict:
    """The state of a point, given every statement at any point of its customer.

    Its own statements and the binding refusals of the others are taken in the order of their moments, refusals last
    where moments are equal. A refusal closes. A grant opens what is silent; what is closed, only a verified one opens.
    """
    counted = [one for one in statements if covers(one, purpose, brand) and (one.point == point or binds(one))]
    counted.sort(key=lambda one: (one.at, one.state in NARROWING, one.point != point, one.key))
    verdict = Verdict("silent", "silent")
    for one in counted:
        if one.state in NARROWING:
            verdict = Verdict("refused", "own" if one.point == point else "bound", one)
        elif verdict.state != "refused" or one.verified:
            verdict = Verdict("granted", "own", one)
        else:
            verdict = Verdict("refused", "unverified", verdict.by)
    return verdict


def allowed(verdict: Verdict, purpose: Purpose) -> bool:
    """Whether the state permits: granted does, and silence does for purposes that need no consent."""
    return verdict.state == "granted" or (verdict.state == "silent" and purpose.silent_allows)


def permission(
    point: tuple[int, str, str], statements: Sequence[Statement], purpose: Purpose, brand: str
) -> Permission:
    """The permission of a (point, kind, masked value) with its reason."""
    verdict = decide(point[0], statements, purpose.code, brand)
    by = verdict.by
    since: datetime | None = by.at if by else None
    other = by.point if by and by.point != point[0] else None
    opened = allowed(verdict, purpose)
    return Permission(*point, purpose.code, brand, opened, verdict.state, verdict.why, since, other)


def permissions(
    points: Collection[tuple[int, str, str]], statements: Sequence[Statement], purposes: Iterable[Purpose]
) -> tuple[Permission, ...]:
    """Every permission of a customer: for each point and purpose all brands at once, and each brand ever named."""
    found = []
    for purpose in purposes:
        named = {one.brand for one in statements if one.purpose == purpose.code}
        for brand in sorted({"", *named}):
            found += [permission(point, statements, purpose, brand) for point in points]
    return tuple(found)
