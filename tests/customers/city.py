"""Sightings for the disputes about identity, and what must be true of the tables after any of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from edino.customers import api
from edino.customers.api import policies
from edino.customers.rules import partition as rules
from edino.customers.types import ClaimRow, Identifier, Node, Policy, Sighting
from edino.kernel import sql
from edino.kernel.transactions import retried
from tests.customers.oracle import Separation, Verdict

START = datetime(2026, 1, 15, tzinfo=UTC)
ORDER = ["user_id", "crm", "loyalty_card", "phone", "email", "telegram", "device"]
TABLES = [
    "customers_identifier",
    "customers_customer",
    "customers_profile",
    "customers_claim",
    "customers_tenure",
    "customers_decision",
    "customers_case",
    "customers_separation",
    "customers_separation_side",
    "customers_verdict",
    "customers_policy",
    "customers_blocked_value",
    "kernel_log",
]

CLAIMS = (
    "SELECT a_id, b_id, strength, verified, extract(epoch FROM first_at)::float8,"
    " extract(epoch FROM last_at)::float8, event FROM customers_claim"
)
SIDES = (
    "SELECT identifier_id, separation_id, side FROM customers_separation_side"
    " JOIN customers_separation s ON s.id = separation_id WHERE revoked_at IS NULL"
)


def emptied() -> None:
    """Tables without rows, as cheaply as can be done hundreds of times."""
    for table in TABLES:
        sql.execute(f"DELETE FROM {table}")
    policies.forget_policy()


def stored() -> set[frozenset[Identifier]]:
    """The customers of the tables, as sets of identifiers."""
    groups: dict[int, set[Identifier]] = defaultdict(set)
    for kind, value, customer in sql.tuples("SELECT kind, value, customer_id FROM customers_identifier"):
        groups[customer].add(Identifier(kind, value))
    return {frozenset(group) for group in groups.values()}


def seen(
    *identifiers: tuple[str, str],
    day: float = 0,
    confirmed: str = "",
    act: bool = False,
    source: int = 1,
    trust: int = 50,
    number: int = 0,
) -> Sighting:
    """One sighting, told shortly; identifiers in any order."""
    items = sorted((Identifier(*item) for item in identifiers), key=lambda item: ORDER.index(item.kind))
    at = START + timedelta(days=day)
    event = UUID(int=(abs(hash((tuple(items), day, number))) & (2**100 - 1)))
    return Sighting(source, trust, tuple(items), frozenset(confirmed.split()), at, event, act)


def told(*sightings: Sighting) -> list[int]:
    """Take them in, one by one; the profile of each."""
    return [retried(lambda one=one: api.resolve([one]))[0] for one in sightings]  # type: ignore[misc]


def taken_in(sightings: Sequence[Sighting], cuts: Sequence[int] = ()) -> None:
    """Take them in, in batches cut anywhere."""
    edges = sorted({0, len(sightings), *[cut % (len(sightings) + 1) for cut in cuts]})
    for start, end in pairwise(edges):
        retried(lambda part=sightings[start:end]: api.resolve(part))  # type: ignore[misc]


def customer(kind: str, value: str) -> UUID:
    """The public id of whoever has this identifier."""
    return sql.scalar(  # type: ignore[no-any-return]
        "SELECT c.uid FROM customers_identifier i JOIN customers_customer c ON c.id = i.customer_id"
        " WHERE i.kind = %(kind)s AND i.value = %(value)s",
        {"kind": kind, "value": value},
    )


def people(*identifiers: tuple[str, str]) -> int:
    """How many customers these identifiers are spread over."""
    return len({customer(*item) for item in identifiers})


def dump() -> dict[str, Any]:
    """Every projection of identity, to be compared byte for byte."""
    return {
        "identifiers": sql.tuples(
            "SELECT id, kind, value, login, shared, customer_id FROM customers_identifier ORDER BY id"
        ),
        "customers": sql.tuples(
            "SELECT id, uid, size, kinds, login, separated FROM customers_customer WHERE size > 0 ORDER BY id"
        ),
        "profiles": sql.tuples(
            "SELECT p.id, p.key, p.anchor_id, i.customer_id, c.uid FROM customers_profile p"
            " JOIN customers_identifier i ON i.id = p.anchor_id"
            " JOIN customers_customer c ON c.id = i.customer_id ORDER BY p.id"
        ),
        "tenure": sql.tuples(
            "SELECT identifier_id, since::text, until::text, customer_id FROM customers_tenure ORDER BY 1, 2"
        ),
        "claims": sql.tuples("SELECT * FROM customers_claim ORDER BY a_id, b_id, source_id, strength, verified, month"),
        "consents": sql.tuples(
            "SELECT c.id, c.purpose, c.brand, c.state, i.customer_id FROM customers_consent c"
            " JOIN customers_identifier i ON i.id = c.identifier_id ORDER BY c.id"
        ),
    }


def contradictions(policy: Policy) -> list[str]:
    """Where the tables differ from one replay of all claims that stand: customers, marks, tenure, counts."""
    found = sql.tuples("SELECT id, kind, value, login, shared, customer_id FROM customers_identifier")
    nodes = {row[0]: Node(*row[:5]) for row in found}
    homes = {row[0]: row[5] for row in found}
    claims = [ClaimRow(*row) for row in sql.tuples(CLAIMS)]
    sides: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for identifier, separation, side in sql.tuples(SIDES):
        sides[identifier].append((separation, side))
    meant = rules.replay(nodes, claims, sides, policy)
    wrong = [
        f"{nodes[id_][1:3]} is at {homes[id_]}, means {root}" for id_, root in meant.root.items() if homes[id_] != root
    ]
    marks = {id_ for id_, node in nodes.items() if node.shared}
    if marks != rules.shared(nodes, claims, policy):
        wrong.append(f"shared are {marks}, mean {rules.shared(nodes, claims, policy)}")
    held = {(one.node, one.since, one.root) for one in meant.held}
    kept = set(sql.tuples("SELECT identifier_id, extract(epoch FROM since)::float8, customer_id FROM customers_tenure"))
    if held != kept:
        wrong.append(f"tenure is {kept}, means {held}")
    return wrong + _counts(nodes, homes, sides)


def _counts(nodes: dict[int, Node], homes: dict[int, int], sides: dict[int, list[tuple[int, int]]]) -> list[str]:
    members: dict[int, list[Node]] = defaultdict(list)
    for id_, home in homes.items():
        members[home].append(nodes[id_])
    kept = {row[0]: row[1:] for row in sql.tuples("SELECT id, size, kinds, login, separated FROM customers_customer")}
    wrong = []
    for home, (size, kinds, login, separated) in kept.items():
        mine = members[home]
        counted: dict[str, int] = defaultdict(int)
        for node in mine:
            counted[node.kind] += 1
        logins = sum(node.login for node in mine)
        careful = any(node.id in sides for node in mine) or logins > 1
        if (size, kinds, login, separated) != (len(mine), dict(counted), logins > 0, careful):
            wrong.append(f"customer {home} keeps {size, kinds, login, separated}, has {mine}")
    return wrong


VALUES = ["a", "b", "c", "d", "e", "f"]
identifiers = st.builds(Identifier, st.sampled_from(ORDER), st.sampled_from(VALUES))


@st.composite
def sightings(draw: st.DrawFn, most: int = 14) -> list[Sighting]:
    """A small crowded town: few values, so that they meet; late events, several sources, acts, confirmed log-ins."""
    found = []
    few = draw(st.integers(1, len(VALUES)))
    values = st.builds(Identifier, st.sampled_from(ORDER), st.sampled_from(VALUES[:few]))
    for number in range(draw(st.integers(1, most))):
        items = draw(st.lists(values, min_size=1, max_size=4, unique=True))
        items.sort(key=lambda item: ORDER.index(item.kind))
        found.append(
            Sighting(
                source_id=(source := draw(st.integers(1, 2))),
                trust=50 * (source - 1),  # how far a source is trusted is its own trait
                identifiers=tuple(items),
                confirmed=frozenset(
                    draw(st.sets(st.sampled_from(["user_id", "device", "phone", "email"]), max_size=3))
                ),
                at=START + timedelta(days=draw(st.integers(0, 70)), seconds=number),
                event=UUID(int=draw(st.integers(0, 3)) << 64 | number),
                act=draw(st.integers(0, 9)) == 0,
            )
        )
    return found


def members(uid: UUID) -> list[int]:
    """The numbers of a customer's identifiers."""
    found = sql.tuples(
        "SELECT i.id FROM customers_identifier i JOIN customers_customer c ON c.id = i.customer_id"
        " WHERE c.uid = %(uid)s ORDER BY i.id",
        {"uid": uid},
    )
    return [id_ for (id_,) in found]


def now(uid: UUID) -> UUID:
    """The public id of whoever this id, perhaps retired, stands for."""
    return api.customer_now(uid=uid).uid


def separations() -> list[Separation]:
    """The separations that stand, as sets of identifiers."""
    sides: dict[int, list[set[Identifier]]] = defaultdict(lambda: [set(), set()])
    for kind, value, separation, side in sql.tuples(
        "SELECT i.kind, i.value, d.separation_id, d.side FROM customers_separation_side d"
        " JOIN customers_identifier i ON i.id = d.identifier_id"
        " JOIN customers_separation s ON s.id = d.separation_id WHERE s.revoked_at IS NULL"
    ):
        sides[separation][side].add(Identifier(kind, value))
    return [(frozenset(left), frozenset(right)) for left, right in sides.values()]


def verdicts() -> list[Verdict]:
    """The verdicts that stand, pair by pair."""
    found = sql.tuples(
        "SELECT a.kind, a.value, b.kind, b.value, v.at, v.event FROM customers_verdict v"
        " CROSS JOIN LATERAL unnest(v.a_ids, v.b_ids) AS pair (a, b)"
        " JOIN customers_identifier a ON a.id = pair.a JOIN customers_identifier b ON b.id = pair.b"
        " WHERE v.revoked_at IS NULL"
    )
    return [(frozenset((Identifier(*row[:2]), Identifier(*row[2:4]))), row[4], row[5]) for row in found]
