"""How promotions get along."""

from dataclasses import dataclass
from typing import Literal

MeetingKind = Literal["group", "never", "both"]


@dataclass(frozen=True, slots=True)
class Meeting:
    """What becomes of two promotions where both would act.

    `group`: of one group, so only the one that takes more off; `never`: not both on one line; `both`: one of them does
    not share lines, but excepts the other. `refuses` is the id of the one that does not share, `first` of the one that
    goes first by its priority; None where that does not decide.
    """

    kind: MeetingKind
    refuses: int | None = None
    first: int | None = None
