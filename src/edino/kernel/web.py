"""HTTP at the edge: refusals become problem details (RFC 9457), every request gets an id and its measure."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.handlers.wsgi import WSGIRequest
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import parse_header_parameters
from psycopg_pool import PoolTimeout

from edino.kernel import ids, observe
from edino.kernel.errors import FieldError, Forbidden, NotAllowed, NotFound, OurFault, Refusal, TooLarge, Unavailable
from edino.kernel.idempotency import problem_body

PROBLEM = "application/problem+json"
log = structlog.get_logger("edino.web")

Handler = Callable[[HttpRequest], HttpResponse]


class Request(WSGIRequest):
    """A request whose address and form are UTF-8, as all of ours are.

    Django reads them in the charset that Content-Type names, and falls over before any view when that is no text.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class RequestContext:
    """Give the request an id, and answer a refusal that no view caught in the form its caller reads."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(ids.uuid7())
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self._answer(request)
        response["X-Request-Id"] = request_id
        route = request.resolver_match.route if request.resolver_match else "none"
        seconds = time.perf_counter() - started
        observe.request(method=request.method or "", route=route, status=response.status_code, seconds=seconds)
        log.info(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return _answer(request, Refusal("The address holds the character NUL."))
        response = self.get_response(request)
        if response.status_code == 405 and wants_json(request):
            refused = problem(NotAllowed())
            response.content, response["Content-Type"] = refused.content, PROBLEM
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RequestDataTooBig):
            most = f"A request has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes."
            error = TooLarge(fields=[FieldError("body", "too_large", most)])
        if isinstance(error, DataError) and _too_far(request):
            error = NotFound()
        if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
            log.warning("the database does not answer", error=type(error).__name__)
            error = Unavailable()
        if not isinstance(error, Refusal):
            return None
        return problem(error) if wants_json(request) else page(request, error)


def _too_far(request: HttpRequest) -> bool:
    """Whether the address names a number that not every column can hold, so that nothing has it."""
    numbers = request.resolver_match.kwargs.values() if request.resolver_match else ()
    return any(isinstance(number, int) and number >= 2**31 for number in numbers)


def wants_json(request: HttpRequest) -> bool:
    """Programs get problem details, people get a page."""
    return request.path.startswith(("/api/", "/v1/", "/hooks/")) or "text/html" not in request.headers.get("Accept", "")


def problem(refusal: Refusal) -> JsonResponse:
    """A refusal as RFC 9457 problem details with `errors`."""
    body = problem_body(refusal)
    response = JsonResponse(body, status=refusal.status, content_type=PROBLEM)
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="edino"'
    if refusal.status in {429, 503}:
        response["Retry-After"] = "1"
    return response


def page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal as a page a person can act on."""
    return render(request, "ui/refusal.html", {"refusal": refusal}, status=refusal.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what came could not be read as a request."""
    return _answer(request, Refusal("This request could not be read."))


def permission_denied(request: HttpRequest, exception: Exception | PermissionDenied) -> HttpResponse:
    """403."""
    return _answer(request, Forbidden())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _answer(request, NotFound("There is no page at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the request id finds it in the log."""
    return _answer(request, OurFault())


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal) if wants_json(request) else page(request, refusal)
