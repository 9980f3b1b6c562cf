"""HTTP at the edge: refusals become problem details (RFC 9457), every request gets an id and its measure."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from psycopg_pool import PoolTimeout

from edino.kernel import ids, observe
from edino.kernel.errors import FieldError, Forbidden, Invalid, NotFound, Refusal, TooLarge, Unavailable
from edino.kernel.idempotency import problem_body

PROBLEM = "application/problem+json"
log = structlog.get_logger("edino.web")

Handler = Callable[[HttpRequest], HttpResponse]


class RequestContext:
    """Give the request an id, and answer a refusal that no view caught in the form its caller reads."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(ids.uuid7())
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
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

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RequestDataTooBig):
            error = TooLarge()
        if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
            log.warning("the database does not answer", error=type(error).__name__)
            error = Unavailable()
        if not isinstance(error, Refusal):
            return None
        return problem(error) if wants_json(request) else page(request, error)


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


def install(api: NinjaAPI) -> None:
    """Teach a ninja API to answer refusals, wrong payloads and unknown pages as problem details."""

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
        return problem(error)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(Invalid(fields=[_field(item) for item in error.errors]))

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        refusal = Refusal(str(error).replace("%", "%%"))
        refusal.status = error.status_code  # type: ignore[misc]  # ninja raises these with a status of its own
        return problem(refusal)

    @api.exception_handler(Http404)
    def unknown(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(NotFound())


def _field(item: dict[str, Any]) -> FieldError:
    place = [str(part) for part in item.get("loc", ()) if part not in {"body", "query", "path", "payload"}]
    return FieldError(".".join(place) or "body", str(item.get("type", "invalid")), str(item.get("msg", "")))


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
    refusal = Refusal("Something went wrong on our side. It has been noted.")
    refusal.status = 500  # type: ignore[misc]  # the one answer that is no refusal but looks like one
    return _answer(request, refusal)


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal) if wants_json(request) else page(request, refusal)
