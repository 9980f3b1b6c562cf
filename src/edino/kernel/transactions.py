"""One unit of work, one transaction, tried again when others got in its way."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction

from edino.kernel import sql
from edino.kernel.errors import Contention

Result = TypeVar("Result")
_PASSING = {"40001", "40P01", "55P03"}
_PATIENCE = 3


class TryAgain(Exception):
    """What was read has changed meanwhile; the whole unit of work must be done anew."""


def retried(work: Callable[[], Result], *, attempts: int = 40) -> Result:
    """Run `work` in a transaction of its own until it commits; `Contention` when others never let it.

    Deadlocks, serialization failures and unique values taken at the same instant are passing; other errors are not.
    Who failed three times queues up with the others who did, so that of many in each other's way one always gets on.
    """
    for attempt in range(attempts):
        try:
            with transaction.atomic():
                if attempt >= _PATIENCE:
                    sql.scalar("SELECT pg_advisory_xact_lock(hashtext('edino contention'))")
                return work()
        except (TryAgain, IntegrityError):
            pass
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _PASSING:
                raise
        time.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))  # noqa: S311 - spreads the retries, no secret
    raise Contention
