"""What crosses the door of staff."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Subject = tuple[str, str]
"""What something was done to: a kind ("customer", "key", "person") and its public id."""


class Role(StrEnum):
    """What a person is here for."""

    ASSOCIATE = "associate"
    OPERATOR = "operator"
    MARKETER = "marketer"
    MERCHANDISER = "merchandiser"
    ANALYST = "analyst"
    INTEGRATOR = "integrator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here. `language` is "en" or "ru", `time_zone` an IANA name."""

    id: int
    email: str
    name: str
    language: str
    time_zone: str
    role: Role
    is_active: bool


@dataclass(frozen=True, slots=True)
class PersonListing:
    """A person in the list of people, with what an administrator wants to know of the account."""

    id: int
    email: str
    name: str
    language: str
    time_zone: str
    role: str
    is_active: bool
    created_at: datetime
    last_login: datetime | None
    two_factor: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something without being logged in as a person: a source by its key, or a command on the machine."""

    name: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the trail. `place` tells calls from one network address apart without saying which address it is."""

    id: int
    at: datetime
    user_id: int | None
    actor: str
    operation: str
    refused: bool
    subject_kind: str
    subject_id: str
    place: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines of the trail: empty fields do not narrow. `since` is included, `until` is not."""

    user_id: int | None = None
    operation: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    refused: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
