"""Idempotency: the key is inserted first, so the second of two simultaneous calls waits for the first one's answer."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import msgspec
from django.db import transaction

from edino.kernel import clock, sql
from edino.kernel.errors import FieldError, Invalid, Refusal

_SQL = sql.statements("edino.kernel", "idempotency.sql")
LONGEST: Final = 200
_REFUSED: Final = "refused"
"""Letters of a key."""


class KeyReused(Invalid):
    """This Idempotency-Key was used before with a different request."""

    code = "idempotency_key_reused"


class KeyMissing(Invalid):
    """This call needs an Idempotency-Key header, so that a repeat has no second effect."""

    code = "idempotency_key_missing"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the call answered the first time, and whether this is a repeat."""

    status: int
    body: Any
    replayed: bool


def fingerprint(body: Any) -> bytes:
    """What makes two requests the same: BLAKE2b-128 of the canonical JSON."""
    return blake2b(msgspec.json.encode(body, order="deterministic"), digest_size=16).digest()


def once(*, scope: str, key: str | None, body: Any, run: Callable[[], tuple[int, Any]]) -> Answer:
    """Do `run` at most once per scope and key, in one transaction with its record.

    A refusal (4xx) is stored and replayed in the language of whoever asks again; one that `run` answers with, instead
    of raising it, takes back nothing of what was written before. Anything else that goes wrong stores nothing, so the
    call may be tried again. The same key with another body raises `KeyReused`.
    """
    if not key:
        raise KeyMissing(fields=[FieldError("Idempotency-Key", "required", "The header is missing.")])
    if len(key) > LONGEST:
        raise Invalid.field("Idempotency-Key", "too_long", "The key is longer than is accepted.")
    mark = fingerprint(body)
    with transaction.atomic():
        claim = {"scope": scope, "key": key, "fingerprint": mark, "at": clock.now()}
        if not sql.execute(_SQL["claim"], claim):
            return _replay(scope, key, mark)
        try:
            with transaction.atomic():
                status, answer = run()
        except Refusal as refusal:
            if refusal.status in {429, 503}:
                raise
            status, answer = refusal.status, refusal
        kept = _kept(answer) if isinstance(answer, Refusal) else answer
        stored = {"scope": scope, "key": key, "status": status, "answer": msgspec.json.encode(kept).decode()}
        sql.execute(_SQL["answer"], stored)
    return Answer(status, problem_body(answer) if isinstance(answer, Refusal) else answer, replayed=False)


def problem_body(refusal: Refusal) -> dict[str, Any]:
    """The RFC 9457 members of a refusal, its sentences in the language now active."""
    return {
        "type": f"urn:edino:{refusal.code}",
        "title": refusal.text,
        "status": refusal.status,
        "errors": [{"field": e.field, "code": e.code, "message": e.text} for e in refusal.fields],
    }


def _kept(refusal: Refusal) -> dict[str, Any]:
    """A refusal as it is stored: what it says in any language."""
    values = {name: one if isinstance(one, int | str) else str(one) for name, one in refusal.values.items()}
    errors = [{"field": one.field, "code": one.code, "message": one.message} for one in refusal.fields]
    return {_REFUSED: {"code": refusal.code, "template": refusal.template, "values": values, "errors": errors}}


def _read(status: int, answer: Any) -> Any:
    """A stored answer as it reads now."""
    if not isinstance(answer, dict) or set(answer) != {_REFUSED}:
        return answer
    kept = answer[_REFUSED]
    told = Refusal(kept["template"], fields=[FieldError(**one) for one in kept["errors"]], **kept["values"])
    return {**problem_body(told), "type": f"urn:edino:{kept['code']}", "status": status}


def _replay(scope: str, key: str, mark: bytes) -> Answer:
    known, status, answer = sql.tuples(_SQL["known"], {"scope": scope, "key": key})[0]
    if bytes(known) != mark:
        raise KeyReused(fields=[FieldError("Idempotency-Key", "reused", "It belongs to another request.")])
    return Answer(status, _read(status, answer), replayed=True)
