"""The collector: the HTTP calls of the Segment tracking spec, so that its client libraries work unchanged.

A batch is answered 200 with counts whatever some of its events were like, since those clients send a batch again on
anything else. Only what cannot be read as a batch at all is refused.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from ninja import Router

from edino.activity import api
from edino.activity.types import Intake, Problem
from edino.channels import api as channels
from edino.kernel.errors import FieldError, Invalid, Malformed, TooLarge

router = Router(tags=["activity"])

LARGEST: Final = 5 * 1024 * 1024
MOST_EVENTS: Final = 5000
CALLS: Final = ("track", "identify", "page", "screen", "alias", "group")


class Batch(msgspec.Struct):
    """The body of a batch call: messages still as JSON text, so that each is judged alone."""

    batch: list[msgspec.Raw]
    writeKey: str | None = None  # noqa: N815 - the spec's name


class Single(msgspec.Struct):
    """What the door needs to see of a single message."""

    writeKey: str | None = None  # noqa: N815 - the spec's name


_batch = msgspec.json.Decoder(Batch).decode
_single = msgspec.json.Decoder(Single).decode
_encode = msgspec.json.Encoder().encode


@csrf_exempt
def batch(request: HttpRequest) -> HttpResponse:
    """POST /v1/batch."""
    return _take(request, None)


@csrf_exempt
def single(request: HttpRequest, call: str) -> HttpResponse:
    """POST /v1/track, /v1/identify and so on: one message."""
    return _take(request, call)


def _take(request: HttpRequest, call: str | None) -> HttpResponse:
    if request.method == "OPTIONS":
        return _allowed(HttpResponse(status=204))
    if request.method != "POST":
        return _allowed(HttpResponse(status=405, headers={"Allow": "POST, OPTIONS"}))
    body = _body(request)
    try:
        if call is None:
            read = _batch(body)
            messages: Sequence[bytes | msgspec.Raw] = read.batch
            key = read.writeKey
        else:
            key = _single(body).writeKey
            messages = [body]
    except msgspec.ValidationError as error:
        raise Invalid(fields=[FieldError("batch", "type", str(error))]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(fields=[FieldError("", "json", str(error))]) from error
    if len(messages) > MOST_EVENTS:
        raise TooLarge(fields=[FieldError("batch", "too_many", f"A batch has at most {MOST_EVENTS} events.")])
    source = channels.write_key(request, body_key=key)
    channels.allow(source=source, amount=len(messages))
    intake = api.collect(source=source, messages=messages, call=call)
    return _allowed(HttpResponse(_encode(_answer(intake)), content_type="application/json"))


def _body(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length", "0")
    if length.isdigit() and int(length) > LARGEST:
        raise _too_large()
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise _too_large()
    if request.headers.get("Content-Encoding", "").lower() == "gzip":
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            body = unpack.decompress(body, LARGEST + 1)
        except zlib.error as error:
            raise Malformed(fields=[FieldError("", "gzip", "The body is not gzip.")]) from error
        if len(body) > LARGEST:
            raise _too_large()
    return body


def _too_large() -> TooLarge:
    return TooLarge(fields=[FieldError("", "too_large", f"A request has at most {LARGEST} bytes.")])


def _answer(intake: Intake) -> dict[str, Any]:
    return {
        "success": True,
        "accepted": intake.accepted,
        "duplicates": intake.duplicates,
        "conflicts": intake.conflicts,
        "rejected": [_problem(problem) for problem in intake.rejected],
        "warnings": [_problem(problem) for problem in intake.warnings],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"index": problem.index, "field": problem.field, "code": problem.code, "reason": problem.reason}


def _allowed(response: HttpResponse) -> HttpResponse:
    """Browsers of other sites may send: the write key says whose the events are, and nothing can be read with it."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    response["Access-Control-Max-Age"] = "86400"
    return response


urlpatterns: list[URLPattern] = [
    path("v1/batch", batch, name="collect-batch"),
    path("v1/import", batch, name="collect-import"),
    *[path(f"v1/{call}", single, {"call": call}, name=f"collect-{call}") for call in CALLS],
]
