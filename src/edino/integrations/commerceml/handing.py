"""Orders out to 1C, in batches that are offered until 1C confirms them."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from edino.channels.types import Source
from edino.integrations.commerceml import writing
from edino.kernel import clock, ids, sql
from edino.orders import api as orders

_SQL: Final = sql.statements("edino.integrations", "handing.sql")
MOST: Final = 300


def _statement(name: str) -> str:
    return _SQL[name].text.rstrip(";").replace("{stamps}", _SQL["stamps"].text.rstrip(";"))


_WAITING: Final = _statement("waiting")
_AGAIN: Final = _statement("again")


def batch(source: Source) -> bytes:
    """New and changed orders as a document.

    While a batch is not confirmed the same orders are offered again, as they stand now; what is told of each is kept
    as its stamp, so that a change between offering and confirming goes out with the next batch.
    """
    with transaction.atomic():
        open_batch = sql.scalar(_SQL["open_batch"], {"source_id": source.id})
        if open_batch is not None:
            told = sql.tuples(_AGAIN, {"batch_id": open_batch})
        else:
            told = sql.tuples(_WAITING, {"source_id": source.id, "limit": MOST})
            if told:
                made = {"uid": ids.uuid7(), "source_id": source.id, "at": clock.now()}
                open_batch = sql.scalar(_SQL["new_batch"], made)
        if told:
            given: dict[str, Any] = {"source_id": source.id, "batch_id": open_batch}
            given |= {"uids": [uid for uid, _ in told], "stamps": [stamp for _, stamp in told]}
            sql.execute(_SQL["hand"], given)
        return _document(source, [uid for uid, _ in told])


def confirm(source: Source) -> None:
    """1C has what was offered last. Said twice, or of nothing, it changes nothing."""
    with transaction.atomic():
        open_batch = sql.scalar(_SQL["open_batch"], {"source_id": source.id})
        if open_batch is not None:
            sql.execute(_SQL["confirm"], {"batch_id": open_batch})
            sql.execute(_SQL["close_batch"], {"batch_id": open_batch, "at": clock.now()})


def _document(source: Source, uids: Sequence[UUID]) -> bytes:
    found = [orders.order(uid=uid) for uid in uids]
    skus = sorted({line.sku for order in found for line in order.lines})
    called = dict(sql.tuples(_SQL["offers_of_skus"], {"source_id": source.id, "skus": skus})) if skus else {}
    return writing.orders(found, called, zone=source.time_zone, at=clock.now())
