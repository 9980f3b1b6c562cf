"""What every call that moves goods or money has in common: a source, and a key under which it happens once."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from pydantic import AwareDatetime, BeforeValidator, Field

from edino.channels.types import Source
from edino.kernel.errors import Refusal
from edino.kernel.idempotency import once
from edino.kernel.transactions import retried
from edino.kernel.web import PROBLEM
from edino.staff import api as staff


def _text(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError("A moment is a text, as ISO 8601 has it.")  # noqa: TRY004 - what pydantic takes for a refusal
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_text)]
"""A moment with its zone; a number is not taken for seconds of some epoch."""

Pieces = Annotated[int, Field(ge=0, lt=1 << 31, strict=True)]


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


def done_once(
    request: KeyedRequest,
    what: str,
    key: str | None,
    body: Any,
    run: Callable[[], dict[str, Any] | Refusal],
    *,
    secret: Callable[[], dict[str, Any]] = dict,
) -> JsonResponse:
    """Do it once per source and key, and answer the same ever after; a stored refusal reads as it did.

    A refusal that is raised takes back what was written before it; one that is returned leaves it (a try that was
    counted). Who locks himself up with another begins anew. `secret`: members of the answer that are told, not stored.
    """
    scope = f"{what} {request.auth.id}"

    def told() -> tuple[int, Any]:
        done = run()
        return (done.status if isinstance(done, Refusal) else 200), done

    with staff.at_place(request):
        answer = retried(partial(once, scope=scope, key=key, body=body, run=told))
    if answer.status == 200:
        return JsonResponse({**answer.body, **secret()})
    return JsonResponse(answer.body, status=answer.status, content_type=PROBLEM)
