"""The queue of cases: joins that rules refused or a model suggests, decided by people side by side."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from edino.customers import queries
from edino.customers.api import replaying, verdicts
from edino.customers.api.policies import current_policy
from edino.customers.errors import AlreadyOne, CaseClosed, NoSuchCase
from edino.customers.queries import review
from edino.customers.queries import verdicts as statements
from edino.customers.rules import masking
from edino.customers.types import CustomerRef
from edino.customers.types.verdicts import (
    Agreement,
    CaseKind,
    CasePage,
    CaseRow,
    CaseVerdict,
    CaseView,
    Comparison,
)
from edino.kernel import clock, paging
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried
from edino.staff import api as staff
from edino.staff.types import Actor, Person

LATER: Final = timedelta(days=7)
PAGE: Final = 50
_FIELD: Final = "field:"
_COUNTED: Final = {"known_since", "sources", "profiles"}


def cases(*, what: CaseKind | None = None, cursor: str | None = None, size: int = PAGE) -> CasePage:
    """Cases that wait, the newest first. Those whose sides have met meanwhile, or that were put off, are not shown."""
    place = paging.decode(cursor, 2)
    after = (datetime.fromisoformat(place[0]), int(place[1])) if place else None
    size = min(max(size, 1), 200)
    now = clock.now()
    found = review.cases(what, after, now, size + 1)
    page = found[:size]
    more = paging.encode(page[-1].opened_at.isoformat(), page[-1].id) if len(found) > size else None
    return CasePage(tuple(page), more, review.waiting(now))


def case(*, id: int, revealed: bool = False) -> CaseView:  # noqa: A002 - the field's name
    """One case as two columns of facts; values are masked unless `revealed`."""
    found = review.case(id)
    if found is None:
        raise NoSuchCase
    row = CaseRow(
        found.id, found.what, found.reason, found.left, found.right, found.score, found.opened_at, found.later_until
    )
    left, right = (verdicts.customer_now(uid=uid) for uid in (found.left, found.right))
    lines = _compare(_facts(left), _facts(right), _weights(found.evidence), revealed)
    return CaseView(row, lines, found.evidence, found.verdict, found.closed_by, found.closed_at)


def decide(*, id: int, verdict: CaseVerdict, reason: str, by: Person | Actor) -> None:  # noqa: A002 - the field's name
    """Decide a case: `same` joins the two, `different` keeps them apart for good, `later` shows it again in a week."""
    if verdict not in {"same", "different", "later"}:
        raise Invalid.field("verdict", "unknown", "The verdict is same, different or later.")
    retried(partial(_decide, id, verdict, reason.strip() or f"case {id}: {verdict}", by))


def _decide(id_: int, verdict: CaseVerdict, reason: str, by: Person | Actor) -> None:
    is_open = review.lock_case(id_)
    found = review.case(id_)
    if is_open is None or found is None:
        raise NoSuchCase
    if not is_open:
        raise CaseClosed
    at = clock.now()
    if verdict == "later":
        review.put_off(id_, at + LATER)
    elif found.left == found.right:
        if verdict == "different":
            raise AlreadyOne
    elif verdict == "same":
        verdicts.join(customers=[found.left, found.right], reason=reason, by=by)
    else:
        _keep_apart(found.left, found.right, reason, by, at)
    if verdict != "later":
        review.close_case(id_, verdict, by.name, at)
    staff.audit(
        actor=by,
        operation="customers.review",
        subject=("case", str(id_)),
        detail={"verdict": verdict, "customers": [str(found.left), str(found.right)]},
    )


def _keep_apart(left: UUID, right: UUID, reason: str, by: Person | Actor, at: datetime) -> None:
    """A separation of what names the two; things may go from hand to hand, and shared values say nothing."""
    refs = [verdicts.customer_now(uid=uid) for uid in (left, right)]
    queries.lock_customers({ref.id for ref in refs})
    policy = current_policy()
    sides = [
        (row.node.id, side)
        for side, ref in enumerate(refs)
        for row in statements.members([ref.id])
        if not row.node.shared and not policy.kind(row.node.kind).switches
    ]
    if {side for _, side in sides} != {0, 1}:
        return
    decision = statements.add_separation(sides, by.name, reason, at)
    replaying.replay([id_ for id_, _ in sides], policy)
    kept = {"separation": decision, "by": by.name, "why": reason}
    queries.add_decisions([("different", sorted(ref.id for ref in refs), "staff", kept)], policy.version, at)


def _facts(ref: CustomerRef) -> dict[str, list[str]]:
    """Everything known of a customer that can stand in a column: identifiers by kind, fields, how long, from where."""
    facts: dict[str, list[str]] = defaultdict(list)
    for row in statements.members([ref.id]):
        facts[row.node.kind].append(row.node.value)
    for _, field, value in review.said_of([ref.id]):
        facts[f"{_FIELD}{field}"].append(value if isinstance(value, str) else str(value))
    since = review.known_since([ref.id]).get(ref.id)
    if since:
        facts["known_since"].append(since[0].date().isoformat())
        facts["sources"].append(str(since[1]))
        facts["profiles"].append(str(since[2]))
    return facts


def _compare(
    left: Mapping[str, Sequence[str]], right: Mapping[str, Sequence[str]], weights: Mapping[str, float], revealed: bool
) -> tuple[Comparison, ...]:
    """Compared bare and shown masked: two masked values may look alike and be different."""
    lines = []
    for field in dict.fromkeys([*left, *right]):
        one, other = left.get(field, ()), right.get(field, ())
        agreement: Agreement = "one"
        if one and other:
            common = {value.casefold() for value in one} & {value.casefold() for value in other}
            agreement = "same" if common else "different"
        columns = [tuple(value if revealed else _masked(field, value) for value in values) for values in (one, other)]
        lines.append(Comparison(field, columns[0], columns[1], agreement, weights.get(field.removeprefix(_FIELD))))
    return tuple(lines)


def _masked(field: str, value: str) -> str:
    if field in _COUNTED:
        return value
    if field.startswith(_FIELD):
        return str(masking.mask_field(field.removeprefix(_FIELD), value))
    return masking.mask(field, value)


def _weights(evidence: Any) -> dict[str, float]:
    """Bits per field, where a model gave them."""
    if not isinstance(evidence, list):
        return {}
    names = {"given": "first_name", "family": "last_name", "born": "birthday"}
    return {names.get(item["field"], item["field"]): item["weight"] for item in evidence if "weight" in item}
