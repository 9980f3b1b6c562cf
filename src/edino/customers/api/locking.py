"""Standing still: what other domains need to work on what is live per customer."""

from collections.abc import Iterator, Sequence

from django.db import transaction

from edino.customers import queries
from edino.customers.errors import NoSuchCustomer
from edino.customers.queries import verdicts
from edino.customers.types.verdicts import Assignment, Standing
from edino.kernel.transactions import TryAgain

STEP = 5000


def lock(*, profiles: Sequence[int]) -> dict[int, Standing]:
    """Lock the customers of these profiles in sorted order until the transaction ends; whose each is, and its epoch.

    May raise `TryAgain`, so call it under `transactions.retried`, before any lock of your own, and never keep it over
    a call to the outside.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a lock without a transaction locks nothing")
    before = verdicts.whose(profiles)
    if before.keys() != set(profiles):
        raise NoSuchCustomer
    epochs = queries.lock_customers(set(before.values()))
    if verdicts.whose(profiles) != before:
        raise TryAgain
    refs = {ref.id: ref for ref in verdicts.refs(epochs)}
    return {profile: Standing(refs[id_], epochs[id_]) for profile, id_ in before.items()}


def assignments() -> Iterator[Assignment]:
    """Whose every identifier is, in the order they were first seen; read in steps, so memory stays flat."""
    after = 0
    while found := verdicts.assignments(after, STEP):
        for id_, kind, value, uid, shared in found:
            yield Assignment(kind, value, uid, shared)
            after = id_
