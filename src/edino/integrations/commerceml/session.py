"""The exchange session as the site, step by step; docs/exchange.md draws it. 1C is always the client.

Everything a session knows lies in the database, so it goes on after a crash, in another process or on another machine.
"""

import hmac
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Final

from django.db import transaction

from edino.channels import api as channels
from edino.channels.types import KeyListing, Source
from edino.checkout.api import delivering
from edino.integrations.commerceml import handing, uploads, writing
from edino.integrations.commerceml.errors import NotASession, UnknownMode
from edino.integrations.exchange import absence, importing, points, queries
from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.formats import FORMATS
from edino.integrations.exchange.queries import Exchange, Run
from edino.integrations.exchange.reading import Document
from edino.integrations.exchange.work import Work
from edino.kernel import clock

COOKIE: Final = "edino_exchange"
VERSION: Final = "2.10"
WAYS: Final = ("reference", "catalog", "sale")
_ENDS: Final = tuple("КоммерческаяИнформация>".encode(name) for name in ("utf-8", "cp1251", "utf-16-le"))
_SPLIT: Final = re.compile(r"\d+_\d+\.xml$")


def file_limit() -> int:
    """How many bytes a part may have (EDINO_EXCHANGE_FILE_LIMIT)."""
    return int(os.environ.get("EDINO_EXCHANGE_FILE_LIMIT", "") or 4 << 20)


def seconds() -> float:
    """How long one request works on an import (EDINO_EXCHANGE_SECONDS)."""
    return float(os.environ.get("EDINO_EXCHANGE_SECONDS", "") or 15)


def zipped() -> bool:
    """Whether archives are asked for (EDINO_EXCHANGE_ZIP)."""
    return os.environ.get("EDINO_EXCHANGE_ZIP", "yes") != "no"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of 1C: who, which session, what."""

    source: Source
    exchange: Exchange
    way: str
    mode: str
    filename: str
    body: Callable[[], bytes]
    version: str


def open_session(source: Source, way: str) -> list[str]:
    """checkauth: a new session, as the lines of the answer."""
    token = secrets.token_hex(16)
    with transaction.atomic():
        queries.open_exchange(source_id=source.id, kind="commerceml", way=way, token=_hash(token), key_id=source.key_id)
    return ["success", COOKIE, token, f"sessid={sessid(token)}", f"timestamp={int(clock.now().timestamp())}"]


def session(*, token: str, source: Source | None, way: str, said: str) -> tuple[Source, Exchange]:
    """The session a request belongs to: by its cookie, else the last one that its key opened."""
    found = queries.exchange_by_token(_hash(token)) if token else None
    if found is not None and said and not hmac.compare_digest(said, sessid(token)):
        raise NotASession
    if found is None:
        if source is None:
            raise NotASession
        opened = queries.open_exchanges(source.id, way)
        if not opened:
            raise NotASession
        return source, opened[-1]
    if source is None:
        source = channels.get_source(id=found.source_id)
        keys = channels.keys_of(source_id=source.id)
        if not any(key.id == found.key_id and _in_force(key) for key in keys):
            raise NotASession
    elif source.id != found.source_id:
        raise NotASession
    if found.state != "open":
        raise NotASession
    if found.way != way:
        opened = queries.open_exchanges(source.id, way)
        found = opened[-1] if opened else queries.open_exchange(source_id=source.id, kind="commerceml", way=way)
    return source, found


def answer(asked: Asked) -> list[str] | bytes:
    """What the site says: lines, or an XML document."""
    modes: Mapping[tuple[str, str], Callable[[Asked], list[str] | bytes]] = {
        ("reference", "init"): _init,
        ("reference", "file"): _file,
        ("reference", "import"): _import,
        ("catalog", "init"): _init,
        ("catalog", "file"): _file,
        ("catalog", "import"): _import,
        ("catalog", "deactivate"): _complete,
        ("catalog", "complete"): _complete,
        ("sale", "init"): _init,
        ("sale", "info"): _info,
        ("sale", "query"): _query,
        ("sale", "success"): _confirm,
        ("sale", "file"): _file,
        ("sale", "import"): _import,
    }
    step = modes.get((asked.way, asked.mode))
    if step is None:
        raise UnknownMode(type=asked.way, mode=asked.mode)
    return step(asked)


def _init(asked: Asked) -> list[str]:
    """A new exchange begins: what the one before left unfinished is over."""
    with transaction.atomic():
        for earlier in queries.open_exchanges(asked.source.id, asked.way):
            if earlier.id < asked.exchange.id:
                close(asked.source, earlier)
        uploads.forget(asked.exchange.id)
        queries.touch_exchange(asked.exchange.id, asked.version)
    lines = [f"zip={'yes' if zipped() else 'no'}", f"file_limit={file_limit()}"]
    return [*lines, f"version={VERSION}"] if asked.version else lines


def close(source: Source, exchange: Exchange) -> None:
    """An exchange is over: what a full one did not name is deactivated, what it brought is forgotten."""
    runs = queries.runs_of_exchange(exchange.id)
    if runs and all(run.state == "done" for run in runs):
        importing.finish(_after(source, exchange, runs[-1]))
    queries.give_up([exchange.id])
    queries.close_exchange(exchange.id)
    uploads.forget(exchange.id)


def no_pictures(place: str) -> str | None:
    """Nothing came."""
    return None


def _after(source: Source, exchange: Exchange, run: Run) -> Work:
    """What is left to do when all files are in: it reads none, and needs no pictures."""
    return Work(source, exchange, run, Document(run.file, BytesIO, 0), no_pictures)


def _file(asked: Asked) -> list[str]:
    """A part of a file. Orders that came whole are taken at once: older 1C never asks to import them."""
    name = uploads.named(asked.filename)
    data = asked.body()
    if not data:
        raise Unreadable("The part of %(file)s is empty.", file=name)
    with transaction.atomic():
        upload = uploads.add(asked.exchange.id, name, data)
        if upload.parts == 1 and not upload.repeats:
            queries.supersede(asked.exchange.id, [name])
        queries.touch_exchange(asked.exchange.id)
    points.reached(1)
    if asked.way == "sale" and uploads.tail(upload).rstrip().endswith(_ENDS):
        return _import(asked)
    return ["success"]


def _import(asked: Asked) -> list[str]:
    """Go on with the import of a file: `progress` while there is more to do, then `success`."""
    name = uploads.named(asked.filename)
    deadline = time.monotonic() + seconds()
    with importing.alone(asked.source.id):
        if fresh := uploads.unpack(asked.exchange.id):
            queries.supersede(asked.exchange.id, fresh)
            return ["progress", f"{len(fresh)}: {', '.join(fresh[:3])}"]
        upload = uploads.find(asked.exchange.id, name)
        if uploads.is_archive(upload):
            return ["success"]
        upload = uploads.settle_repeats(asked.exchange.id, upload)
        run = queries.run_of_file(asked.exchange.id, name) or queries.begin_run(
            asked.exchange, kind="commerceml", file=name, size=upload.size
        )
        if run.state == "failed":
            return ["failure", run.failure]
        pictures = uploads.Pictures(asked.exchange.id, asked.source)
        work = Work(asked.source, asked.exchange, run, uploads.document(upload), pictures)
        if not importing.advance(work, FORMATS["commerceml"], lambda: time.monotonic() < deadline):
            return ["progress", f"{work.run.applied} / {work.run.staged or work.run.position}"]
        _settle_early(work)
    told = [f"{kind}: " + ", ".join(f"{n} {what}" for what, n in each.items()) for kind, each in run.counts.items()]
    return ["success", "; ".join(told)]


def _settle_early(work: Work) -> None:
    """Older 1C never says that an exchange is complete: it is, once every file that came has been imported."""
    runs = {run.file: run for run in queries.runs_of_exchange(work.exchange.id)}
    came = [each.name for each in uploads.all_of(work.exchange.id) if each.name.lower().endswith(".xml")]
    if all(name in runs and runs[name].state == "done" for name in came):
        split = any(_SPLIT.search(name) for name in came)
        with transaction.atomic():
            absence.settle(work, kinds=("goods",) if split else ("goods", "offer"))
        points.reached(10)


def _complete(asked: Asked) -> list[str]:
    """Newer 1C says that all is sent: what a full exchange did not name goes out of sale."""
    with importing.alone(asked.source.id):
        runs = queries.runs_of_exchange(asked.exchange.id)
        if runs and all(run.state == "done" for run in runs):
            with transaction.atomic():
                absence.settle(_after(asked.source, asked.exchange, runs[-1]))
            points.reached(10)
    return ["success"]


def _info(_asked: Asked) -> bytes:
    """The words that orders are told in, for whoever matches them in 1C."""
    deliveries = {one.code: one.name("ru") for one in delivering.delivery_methods() if one.active}
    return writing.reference(deliveries)


def _query(asked: Asked) -> bytes:
    """New and changed orders; the same batch until 1C says that it has them."""
    document = handing.batch(asked.source)
    points.reached(11)
    return document


def _confirm(asked: Asked) -> list[str]:
    """1C has the batch."""
    handing.confirm(asked.source)
    points.reached(12)
    return ["success"]


def _in_force(key: KeyListing) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > clock.now())


def sessid(token: str) -> str:
    """What newer 1C sends beside the cookie."""
    return sha256(f"sessid {token}".encode()).hexdigest()[:32]


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


__all__ = ["COOKIE", "WAYS", "Asked", "answer", "close", "open_session", "session"]
