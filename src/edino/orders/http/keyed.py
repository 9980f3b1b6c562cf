"""What every call that moves goods or money has in common: a source, and a key under which it happens once."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse

from edino.channels.types import Source
from edino.kernel.idempotency import once
from edino.kernel.web import PROBLEM
from edino.staff import api as staff


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


def done_once(
    request: KeyedRequest, what: str, key: str | None, body: Any, run: Callable[[], dict[str, Any]]
) -> JsonResponse:
    """Do it once per source and key, and answer the same ever after; a stored refusal reads as it did."""

    def work() -> tuple[int, Any]:
        with staff.at_place(request):
            return 200, run()

    answer = once(scope=f"{what} {request.auth.id}", key=key, body=body, run=work)
    if answer.status == 200:
        return JsonResponse(answer.body)
    return JsonResponse(answer.body, status=answer.status, content_type=PROBLEM)
