"""What holds for every basket: how many codes it may have."""

from typing import Final

from django.db import transaction

from edino.channels.types import Source
from edino.kernel.errors import Invalid
from edino.promotions.queries import promotions as queries
from edino.staff import api as staff
from edino.staff.types import Actor, Person

MOST: Final = 50


def code_limit() -> int:
    """How many codes count in one basket; those beyond are told that there are too many."""
    return queries.code_limit()


def save_code_limit(*, most: int, by: Person | Actor | Source) -> int:
    """Let so many codes count in one basket, from the next one that is priced."""
    if not 1 <= most <= MOST:
        raise Invalid.field("max_codes", "range", "From 1 to 50 codes count in a basket.")
    with transaction.atomic():
        queries.set_code_limit(most)
        detail = {"did": "codes in a basket", "most": most}
        who = Actor(by.name) if isinstance(by, Source) else by
        staff.audit(actor=who, operation="promotions.edit", subject=("promotions", "settings"), detail=detail)
    return most
