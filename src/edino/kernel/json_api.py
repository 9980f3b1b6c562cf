"""The JSON API: one way to read a body, one form of every refusal (RFC 9457), one document of it all (OpenAPI)."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from types import NoneType
from typing import Any, Final, Self, get_args
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from pydantic import (
    AwareDatetime,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationInfo,
    field_validator,
    model_validator,
)

from edino.kernel.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    Refusal,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from edino.kernel.idempotency import LONGEST
from edino.kernel.web import PROBLEM, problem

DEEPEST: Final = 64
"""Levels of nesting in a body: more than any real one has, fewer than anything that handles it can bear."""

REFUSALS: Final[tuple[type[Refusal], ...]] = (
    Malformed,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
    Invalid,
    TooMany,
    Unavailable,
)


class JsonApi(NinjaAPI):
    """The API that domains hang their routers on."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parser=Bodies(), **options)
        self._documents: dict[str, Document] = {}
        self.exception_handler(Refusal)(_refused)
        self.exception_handler(ValidationError)(_wrong_fields)
        self.exception_handler(HttpError)(_http_error)
        self.exception_handler(Http404)(_unknown)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The document of the API; it takes a while to make, and anybody may ask for it."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._documents:
            self._documents[prefix] = Document(self, prefix)
        return self._documents[prefix]

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """`<package>_<function>`: the name a generated client gives the call."""
        return f"{operation.view_func.__module__.split('.')[1]}_{operation.view_func.__name__}"


class Body(Schema):
    """What a call is given, as strict as its document: no unknown names, and each value of the very JSON type.

    Texts still become ids and moments, which JSON has no types for; numbers do not, and 0 is not false.
    """

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _run_root_validator(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Any:
        """Instead of ninja's, which reads everything twice, the second time as attributes of an object."""
        return handler(values)

    @field_validator("*", mode="before")
    @classmethod
    def _as_json_says(cls, value: Any, info: ValidationInfo) -> Any:
        kinds = _kinds(cls, info.field_name or "")
        if not kinds:
            return value
        if isinstance(value, bool):
            wrong = bool not in kinds
        elif isinstance(value, int | float):
            wrong = not kinds & {int, float, Decimal}
        else:
            wrong = isinstance(value, str) and kinds <= {int, float, bool, NoneType}
        if wrong:
            raise ValueError("This is another type than the document says.")
        return value


@cache
def _kinds(body: type[Body], name: str) -> frozenset[type]:
    """The plain types that a field may be of; empty when it may be anything, or is made of parts."""
    told = body.model_fields[name].annotation
    kinds = frozenset(get_args(told) or (told,))
    return kinds if kinds <= _PLAIN else frozenset()


_PLAIN: Final = frozenset({bool, int, float, Decimal, str, UUID, date, datetime, AwareDatetime, NoneType})


class Bodies(Parser):
    """Bodies are JSON in UTF-8 and nothing looser: no NaN, no half of a surrogate pair, nothing PostgreSQL refuses."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """What the body says; `Malformed` when it is not JSON, `Invalid` for what no database can keep."""
        try:
            told: dict[str, Any] = msgspec.json.decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(fields=[FieldError("body", "json", str(error))]) from error
        nested = request.body.count(b"{") + request.body.count(b"[") > DEEPEST
        if nested or b"\\u0000" in request.body:
            _check(told)
        return told


def _check(told: Any) -> None:
    level: list[tuple[str, Any]] = [("", told)]
    for _ in range(DEEPEST):
        for path, value in level:
            if isinstance(value, str) and "\0" in value:
                raise Invalid.field(path.strip(".") or "body", "nul", "A text holds the character NUL.")
        level = [child for path, value in level for child in _children(path, value)]
        if not level:
            return
    raise Invalid.field("body", "too_deep", "The body is nested too deeply.")


def _children(path: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        names = [(f"{path}.", name) for name in value]
        return names + [(f"{path}.{name}", child) for name, child in value.items()]
    if isinstance(value, list):
        return [(f"{path}[{place}]", child) for place, child in enumerate(value)]
    return []


class Document(OpenAPISchema):
    """The OpenAPI document; what every call may answer besides its success is told once, for all of them."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """One call, with its refusals."""
        details: dict[str, Any] = super().operation_details(operation)
        refusals = {Malformed, Unauthenticated, Forbidden, TooMany, Unavailable}
        if details["parameters"] or "requestBody" in details:
            refusals |= {Invalid}
        if "requestBody" in details:
            refusals |= {TooLarge, Conflict}
        if "requestBody" in details or any(parameter["in"] in {"path", "query"} for parameter in details["parameters"]):
            refusals |= {NotFound}
        for refusal in REFUSALS:
            if refusal in refusals:
                told = {"$ref": f"#/components/responses/{refusal.__name__}"}
                details["responses"].setdefault(refusal.status, told)
        return details

    def operation_parameters(self, operation: Operation) -> list[dict[str, Any]]:
        """Parameters. An Idempotency-Key is needed wherever it is taken; its absence has an answer of its own."""
        parameters: list[dict[str, Any]] = super().operation_parameters(operation)
        for parameter in parameters:
            if parameter["name"] == "Idempotency-Key":
                parameter |= {"required": True, "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST}}
        return parameters

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """The key, with the scope it must have."""
        self.securitySchemes["key"] = {"type": "http", "scheme": "bearer", "description": "The key of a source."}
        scopes = [str(getattr(guard, "scope", "")) for guard in operation.auth_callbacks]
        return [{"key": scopes}] if scopes else None

    def get_components(self) -> dict[str, Any]:
        """Schemas, refusals, and how a key is shown."""
        components: dict[str, Any] = super().get_components()
        components["schemas"]["Problem"] = _PROBLEM
        components["responses"] = {refusal.__name__: _answer(refusal) for refusal in REFUSALS}
        return components


_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {
    "title": "Problem",
    "description": "A refusal (RFC 9457). `errors` names the fields that are wrong.",
    "type": "object",
    "required": ["type", "title", "status", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["urn:edino:invalid"]},
        "title": {"type": "string", "description": "A sentence for people, in the language of Accept-Language."},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
    },
}


def _answer(refusal: type[Refusal]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": (refusal.__doc__ or "").strip() or HTTPStatus(refusal.status).phrase,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    header = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}.get(refusal.status)
    if header:
        told["headers"] = {header: {"schema": _TEXT}}
    return told


def _refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    return problem(error)


def _wrong_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(Invalid(fields=[_field(item) for item in error.errors]))


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refusal):  # ninja takes whatever the parser says for "cannot parse"
        return problem(error.__cause__)
    refusal = Refusal(str(error).replace("%", "%%"))
    refusal.status = error.status_code  # type: ignore[misc]  # ninja raises these with a status of its own
    return problem(refusal)


def _unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(NotFound("There is no call at this address."))


def _field(item: dict[str, Any]) -> FieldError:
    """Where a value was wrong, as callers write it: `identifiers[0].kind`."""
    source, *place = item.get("loc", ("body",))
    path = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in (place[1:] if source == "body" else place)
    )
    return FieldError(path.strip(".") or str(source), str(item.get("type", "invalid")), str(item.get("msg", "")))
