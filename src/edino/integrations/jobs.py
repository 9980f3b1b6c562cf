"""Jobs of the adapters."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from edino.channels import api as channels
from edino.integrations.commerceml import session
from edino.integrations.exchange import queries
from edino.integrations.exchange.errors import Busy
from edino.integrations.exchange.importing import alone
from edino.kernel import clock, jobs

QUIET: Final = timedelta(hours=2)
"""An exchange in which nothing has happened for so long is over, whether 1C said so or not."""
KEPT: Final = timedelta(days=90)


@jobs.periodic("integrations.close_quiet_exchanges", cron="*/20 * * * *")
def close_quiet_exchanges(timestamp: int) -> None:
    """End exchanges that 1C left, and forget the journal of those that ended long ago."""
    for exchange in queries.idle_exchanges(clock.now() - QUIET):
        with suppress(Busy), alone(exchange.source_id):
            session.close(channels.get_source(id=exchange.source_id), exchange)
    queries.forget_old(clock.now() - KEPT)
