"""The shop's own tracker: a write key of its own, and consent before anything is counted."""

from typing import Final

from django.core.cache import cache

from edino.channels import api as channels
from edino.channels.errors import WrongKey
from edino.channels.types import Scope
from edino.faces.screens.shop.visit import PAGES, source_of
from edino.staff import api as staff

_KEY: Final = "edino.faces.shop.write_key"


def write_key() -> str:
    """The key that stands in the shop's pages, made at its first use. It can only write, and confirms nothing."""
    key = cache.get(_KEY)
    if isinstance(key, str):
        try:
            channels.authenticate(key=key)
        except WrongKey:
            pass
        else:
            return key
    source = source_of("site", PAGES)
    key = channels.issue_key(source=source, scopes=[Scope.EVENTS_WRITE], by=staff.COMMAND_LINE)
    cache.set(_KEY, key, None)
    return key
