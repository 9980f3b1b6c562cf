"""Tries that are counted: coupons and gift cards are codes that somebody could guess."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from edino.kernel import clock
from edino.kernel.errors import TooMany

WINDOW: Final = timedelta(minutes=10)
PER_BROWSER: Final = 10
PER_PLACE: Final = 60
_MOST: Final = 50_000
_spent: "OrderedDict[tuple[str, str], tuple[datetime, int]]" = OrderedDict()
_lock = threading.Lock()


class TooManyCodes(TooMany):
    """Too many codes that are not right; try again in ten minutes."""

    code = "too_many_codes"


def check(*, what: str, browser: str, place: str) -> None:
    """`TooManyCodes` when this browser or its network address has guessed wrongly too often, in this process."""
    at = clock.now()
    with _lock:
        for who, most in ((browser, PER_BROWSER), (place, PER_PLACE)):
            since, count = _spent.get((what, who), (at, 0))
            if at - since < WINDOW and count >= most:
                raise TooManyCodes


def wrong(*, what: str, browser: str, place: str) -> None:
    """Count a code that was not right."""
    at = clock.now()
    with _lock:
        for who in (browser, place):
            since, count = _spent.pop((what, who), (at, 0))
            _spent[what, who] = (since, count + 1) if at - since < WINDOW else (at, 1)
        while len(_spent) > _MOST:
            _spent.popitem(last=False)


def forget() -> None:
    """Begin to count anew."""
    with _lock:
        _spent.clear()
