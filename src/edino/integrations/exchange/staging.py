"""Reading a document to its end, before anything of it is applied: records are staged, what is odd is noted."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import msgspec
from django.db import transaction

from edino.integrations.exchange import points, queries
from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.reading import Document
from edino.integrations.exchange.records import (
    Category,
    Goods,
    Header,
    Offer,
    Order,
    Prices,
    PriceType,
    Property,
    Record,
    ReferenceEntry,
    Rest,
    Said,
    Store,
)
from edino.integrations.exchange.work import Work

BATCH: Final = 1000
KINDS: Final[dict[type[Said], str]] = {
    Category: "category",
    Property: "property",
    ReferenceEntry: "reference",
    PriceType: "pricetype",
    Store: "store",
    Goods: "goods",
    Offer: "offer",
    Prices: "prices",
    Rest: "rest",
    Order: "order",
}
_REPEATED: Final = {"category": "category_repeated", "goods": "goods_repeated", "offer": "offer_repeated"}
_encode = msgspec.json.Encoder(decimal_format="string").encode
Budget = Callable[[], bool]
"""Whether there is time for another step."""


class Reader(Protocol):
    """What reads a document of some format."""

    def records(self) -> Iterator[Record]:
        """Everything it says, in order."""
        ...


Read = Callable[[Document, Oddities, str], Reader]


def read(work: Work, reader: Read, budget: Budget, progress: Callable[[float], None]) -> bool:
    """Stage what is left to stage; True at the end of the document, False when the time is up.

    A run that is taken up again reads from the beginning and skips what is staged, so that what is odd is noted anew.
    Unreadable documents leave nothing behind.
    """
    run = work.run
    work.odd = Oddities()
    if work.document.repeats:
        work.odd.note("parts_repeated", work.document.name, count=work.document.repeats)
    batch: list[Record] = []
    place = 0
    try:
        for record in reader(work.document, work.odd, work.source.time_zone).records():
            place += 1
            if isinstance(record, Header):
                _header(work, record)
            if place <= run.position:
                continue
            batch.append(record)
            if len(batch) >= BATCH:
                _keep(work, batch, place)
                batch = []
                progress(0.3)
                if not budget():
                    return False
    except Unreadable as error:
        with transaction.atomic():
            queries.unstage(run.id)
            run.state, run.failure = "failed", error.text
            work.save()
        raise
    _keep(work, batch, place)
    return True


def _header(work: Work, header: Header) -> None:
    run = work.run
    run.as_of = header.as_of or run.as_of
    run.catalog = header.catalog or run.catalog
    run.version = header.version or run.version
    if header.full and header.has not in run.has_full:
        run.has_full = [*run.has_full, header.has]


def _keep(work: Work, batch: Sequence[Record], place: int) -> None:
    rows: dict[tuple[str, str], tuple[str, str, int, int, str, str, str]] = {}
    told: dict[tuple[str, str], dict[str, Any]] = {}
    first = place - len(batch) + 1
    said = [(first + n, record) for n, record in enumerate(batch) if isinstance(record, Said)]
    with transaction.atomic():
        told = queries.already_staged(work.run.id, [(KINDS[type(one)], one.id) for _, one in said])
        for number, record in said:
            kind = KINDS[type(record)]
            key = kind, record.id
            body = msgspec.json.decode(_encode(record))
            body.pop("line", None)
            if key in told and kind in _REPEATED and (kind != "offer" or told[key] != body or key in rows):
                work.odd.note(_REPEATED[kind], f"{record.id}: {body.get('name', '')}", line=record.line)
            if key in told and kind == "category":
                continue
            if len(record.id) > 500:
                work.odd.note("no_id", record.id[:100], line=record.line)
                continue
            told[key] = body
            grp, article = group(record), body.get("article", "")
            rows[key] = kind, record.id, number, record.line, grp, article, _encode(body).decode()
        if rows:
            queries.stage(work.run.id, list(rows.values()))
        work.run.position = place
        work.run.staged += len(rows)
        work.save()
    points.reached(2)


def group(record: Said) -> str:
    """What belongs together: everything of one product."""
    if isinstance(record, Offer):
        return record.goods
    if isinstance(record, Category):
        return record.parent
    return record.id.partition("#")[0] if isinstance(record, Prices | Rest) else record.id


def check(work: Work) -> None:
    """What only the whole document shows."""
    run, odd = work.run, work.odd
    for ext_id, line in queries.imply_offers(run.id, run.source_id, run.catalog) if run.kind == "commerceml" else ():
        odd.note("offer_implied", ext_id, line=line)
    for what, kind in (
        ("names", "name_repeated"),
        ("categories", "category_name_repeated"),
        ("articles", "article_repeated"),
        ("barcodes", "barcode_repeated"),
    ):
        for text, count, line in queries.repeated(what, run.id):
            odd.note(kind, f"{text} ×{count}", line=line)
    if run.kind == "commerceml":
        _without_offer(work)


def _without_offer(work: Work) -> None:
    """Goods that are not offered: known once a whole package of offers has been read."""
    run = work.run
    if "offers" not in run.has_full:
        return
    count, names = queries.mirrored_without_offer(run.id, run.source_id, run.catalog)
    for name in names:
        work.odd.note("goods_without_offer", name)
    if count > len(names):
        work.odd.note("goods_without_offer", "", count=count - len(names))
