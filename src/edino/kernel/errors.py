"""Refusals: what a caller did that cannot be done. A bug is any other exception, and a 500."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: its path (`lines[0].sku`), a code for machines, a sentence for people."""

    field: str
    code: str
    message: str

    @property
    def text(self) -> str:
        """The sentence in the language now active, for screens; empty when there is none."""
        return gettext(self.message) if self.message else ""


class Refusal(Exception):
    """The request was refused."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, message: str | None = None, *, fields: Sequence[FieldError] = (), **values: Any) -> None:
        self.template = message or (type(self).__doc__ or "").strip().split("\n")[0]
        self.fields = tuple(fields)
        self.values = values
        super().__init__(self.template)

    @property
    def text(self) -> str:
        """The sentence in the language now active, with its values filled in."""
        text = gettext(self.template)
        return text % self.values if self.values else text

    def __str__(self) -> str:
        return self.template % self.values if self.values else self.template


class Malformed(Refusal):
    """The body is not JSON."""

    code = "malformed"


class Invalid(Refusal):
    """Some fields are not right."""

    code = "invalid"
    status = 422

    @classmethod
    def field(cls, field: str, code: str, message: str) -> "Invalid":
        """The refusal that names a single field."""
        return cls(message, fields=[FieldError(field, code, message)])


class Unauthenticated(Refusal):
    """Say who you are: the key or the log-in is missing or wrong."""

    code = "unauthenticated"
    status = 401


class Forbidden(Refusal):
    """You are not allowed to do this."""

    code = "forbidden"
    status = 403


class NotFound(Refusal):
    """There is no such thing."""

    code = "not_found"
    status = 404


class NotAllowed(Refusal):
    """This address does not take this method."""

    code = "not_allowed"
    status = 405


class Conflict(Refusal):
    """This contradicts what is already recorded."""

    code = "conflict"
    status = 409


class TooLarge(Refusal):
    """The request is larger than is accepted."""

    code = "too_large"
    status = 413


class TooMany(Refusal):
    """Too many requests; try again a little later."""

    code = "too_many"
    status = 429


class Unavailable(Refusal):
    """The database does not answer just now; try again a little later."""

    code = "unavailable"
    status = 503


class Contention(Refusal):
    """Others were changing the same thing; the same call may succeed now."""

    code = "contention"
    status = 503


class OurFault(Refusal):
    """Something went wrong on our side. It has been noted."""

    code = "our_fault"
    status = 500  # the one answer that is no refusal but looks like one
