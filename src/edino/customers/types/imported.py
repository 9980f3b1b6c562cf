"""What files say of people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from edino.customers.types import Identifier


@dataclass(frozen=True, slots=True)
class ImportedPerson:
    """A row about a person: normalised identifiers, the strongest first, and traits.

    `at` is when the row was true, None when the file does not say: then it is as new as the moment it is first read.
    """

    identifiers: tuple[Identifier, ...]
    traits: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
