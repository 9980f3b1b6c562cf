"""How the amounts of one page agree: whole ones go without kopecks, unless another of the page has some.

Within `together` a whole amount is written with its empty decimals between two marks; once everything is written, the
marks go, with or without what they enclose. Outside it is known at once: they go.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

# Two characters of the private use area: nothing that people read has them.
_OPEN, _CLOSE = "\ue7a0", "\ue7a1"
_MARKED: Final = re.compile(f"{_OPEN}([.,]0+){_CLOSE}")


@dataclass(slots=True)
class _Group:
    broken: bool = False


_group: ContextVar[_Group | None] = ContextVar("amounts", default=None)


@contextmanager
def together() -> Iterator[Callable[[str], str]]:
    """Amounts written inside agree once the given function has read all of it; within another group they join that."""
    if _group.get() is not None:
        yield str
        return
    group = _Group()
    kept = _group.set(group)
    try:
        yield lambda text: _MARKED.sub(r"\1" if group.broken else "", text)
    finally:
        _group.reset(kept)


def decimals(written: str, *, whole: bool) -> str:
    """An amount written with all its decimals, as it goes on the page."""
    group = _group.get()
    if not whole:
        if group is not None:
            group.broken = True
        return written
    digits, found, zeros = written.rpartition("," if "," in written[-4:] else ".")
    if not found or zeros.strip("0"):
        return written
    return f"{digits}{_OPEN}{found}{zeros}{_CLOSE}" if group is not None else digits
