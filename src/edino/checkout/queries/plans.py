"""One plan per statement while a cart is worked on.

The statements of a purchase are short and always look up by key, and planning them cost more than twice as much as
running them. See `edino.kernel.database`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from edino.kernel import sql

_SET = "SELECT set_config('plan_cache_mode', %(mode)s, %(inside)s)"


@contextmanager
def kept() -> Iterator[None]:
    """Statements in here are planned once per connection. In a transaction it lasts until the transaction ends."""
    wrapper: Any = transaction.get_connection()
    with wrapper.planned_once() as so:
        if so:
            yield
            return
        inside = wrapper.in_atomic_block
        sql.scalar(_SET, {"mode": "force_generic_plan", "inside": inside})
        try:
            yield
        finally:
            if not inside:
                sql.scalar(_SET, {"mode": "auto", "inside": False})
