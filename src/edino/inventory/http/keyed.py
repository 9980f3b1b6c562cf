"""What every call that moves stock has: a key that makes it happen once."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja.params.functions import Header

from edino.channels.api import actor
from edino.channels.types import Source
from edino.kernel.idempotency import once
from edino.kernel.transactions import retried
from edino.kernel.web import PROBLEM
from edino.staff import api as staff
from edino.staff.types import Actor

Key = Header(None, alias="Idempotency-Key")


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


def by(request: KeyedRequest) -> Actor:
    """Who acts, for the trail."""
    return actor(request.auth)


def done_once(
    request: KeyedRequest, name: str, key: str | None, body: Any, run: Callable[[], tuple[int, Any]]
) -> JsonResponse:
    """Do it in a transaction of its own, at most once per source, call and key; the same key, the same answer."""
    scope = f"{name}:{request.auth.id}"
    with staff.at_place(request):
        answer = retried(partial(once, scope=scope, key=key, body=body, run=run))
    content_type = PROBLEM if answer.status >= 400 else "application/json"
    return JsonResponse(answer.body, status=answer.status, content_type=content_type, safe=False)
