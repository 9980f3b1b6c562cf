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

    A refusal (4xx) is stored and replayed as the same refusal would read; anything else that goes wrong stores
    nothing, so the call may be tried again. The same key with another body raises `KeyReused`.
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
            status, answer = refusal.status, problem_body(refusal)
        stored = {"scope": scope, "key": key, "status": status, "answer": msgspec.json.encode(answer).decode()}
        sql.execute(_SQL["answer"], stored)
    return Answer(status, answer, replayed=False)


def problem_body(refusal: Refusal) -> dict[str, Any]:
    """The RFC 9457 members of a refusal."""
    return {
        "type": f"urn:edino:{refusal.code}",
        "title": refusal.text,
        "status": refusal.status,
        "errors": [{"field": e.field, "code": e.code, "message": e.message} for e in refusal.fields],
    }


def _replay(scope: str, key: str, mark: bytes) -> Answer:
    known, status, answer = sql.tuples(_SQL["known"], {"scope": scope, "key": key})[0]
    if bytes(known) != mark:
        raise KeyReused(fields=[FieldError("Idempotency-Key", "reused", "It belongs to another request.")])
    return Answer(status, answer, replayed=True)
