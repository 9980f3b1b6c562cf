"""The SQL and the oracle must agree on any set of claims, in any order and in any batches."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.customers import api
from edino.customers.types import FIRST_POLICY, Identifier, Sighting
from edino.kernel import sql
from edino.kernel.transactions import retried
from tests.customers.oracle import partition

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 1, 15, tzinfo=UTC)
ORDER = ["user_id", "crm", "loyalty_card", "phone", "email", "telegram", "device"]


def tables_emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE customers_identifier, customers_customer, customers_profile, customers_claim, customers_tenure,"
            " customers_decision, customers_case, customers_separation, customers_separation_side, kernel_log"
            " RESTART IDENTITY"
        )


def stored() -> set[frozenset[Identifier]]:
    groups: dict[int, set[Identifier]] = defaultdict(set)
    for kind, value, customer in sql.tuples("SELECT kind, value, customer_id FROM customers_identifier"):
        groups[customer].add(Identifier(kind, value))
    return {frozenset(group) for group in groups.values()}


identifiers = st.builds(
    Identifier,
    st.sampled_from(ORDER),
    st.sampled_from(["a", "b", "c", "d", "e", "f"]),
)


@st.composite
def sightings(draw: st.DrawFn) -> list[Sighting]:
    told = []
    for number in range(draw(st.integers(1, 14))):
        items = draw(st.lists(identifiers, min_size=1, max_size=4, unique=True))
        items.sort(key=lambda item: ORDER.index(item.kind))
        at = START + timedelta(days=draw(st.integers(0, 70)), seconds=number)
        told.append(
            Sighting(
                source_id=draw(st.integers(1, 2)),
                trust=draw(st.sampled_from([0, 50])),
                identifiers=tuple(items),
                confirmed=frozenset(draw(st.sets(st.sampled_from(["user_id", "device", "phone"]), max_size=2))),
                at=at,
                event=UUID(int=draw(st.integers(0, 3)) << 64 | number),
                act=draw(st.integers(0, 9)) == 0,
            )
        )
    return told


def taken_in(told: list[Sighting], cuts: list[int]) -> None:
    edges = sorted({0, len(told), *[cut % (len(told) + 1) for cut in cuts]})
    for start, end in pairwise(edges):
        retried(partial(api.resolve, told[start:end]))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(sightings(), st.randoms(use_true_random=False), st.lists(st.integers(0, 14), max_size=6))
def test_any_order_in_any_batches_gives_the_customers_of_the_oracle(told, random, cuts) -> None:  # type: ignore[no-untyped-def]
    tables_emptied()
    shuffled = list(told)
    random.shuffle(shuffled)
    taken_in(shuffled, cuts)
    assert stored() == partition(told, FIRST_POLICY)
