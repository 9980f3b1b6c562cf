"""The nouns of proving that a contact is one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from edino.customers.types import Identifier


@dataclass(frozen=True, slots=True)
class Sent:
    """Something is on its way, if what was asked about is known; the answer is the same when it is not."""

    proof: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class Recognised:
    """Somebody proved that a contact is theirs.

    `linked`: account, card and contact are one customer now, and `fields` and `identifiers` fill the form. Otherwise
    a limit stood against it (the account has another card): a case is open, and nothing is shown.
    """

    customer: UUID
    linked: bool
    fields: Mapping[str, Any]
    identifiers: tuple[Identifier, ...]
