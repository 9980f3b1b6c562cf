"""What customers are told of their orders."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A message about an order. `state` is due, sending, told, failed, skipped (`note` says why) or unknown."""

    kind: str
    state: str
    channel: str
    note: str
    tries: int
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the customer's language."""

    subject: str
    text: str
