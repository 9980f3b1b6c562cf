"""The words of exchange documents as values: numbers, currencies, truths, dates. None where a word says nothing."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from typing import Final

from babel.core import get_global
from babel.numbers import list_currencies

from edino.kernel import clock

_INVISIBLE: Final = dict.fromkeys((0xFEFF, 0x200B, 0x7F))
_SPACES: Final = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’]+")
_NUMBER: Final = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?|[+-]?\d{1,3}(\.\d{3})+,\d+")
_LONGEST: Final = 30
_EARLIEST: Final = 1990
_AHEAD: Final = timedelta(days=2)
_DATES: Final = (
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y%m%d%H%M%S",
)
_SPOKEN: Final = {
    **dict.fromkeys(("РУБ", "Р", "RUR", "₽", "643", "810", "РУБЛЬ", "РУБЛИ", "РУБЛЕЙ", "RUBLE"), "RUB"),
    **dict.fromkeys(("ГРН", "₴", "980"), "UAH"),
    **dict.fromkeys(("ТГ", "ТЕНГЕ", "₸", "398"), "KZT"),
    **dict.fromkeys(("БЕЛРУБ", "БР", "933"), "BYN"),
    **dict.fromkeys(("$", "ДОЛЛ", "ДОЛЛАР", "840"), "USD"),
    **dict.fromkeys(("€", "ЕВРО", "978"), "EUR"),
}
_TRUE: Final = frozenset({"true", "1", "да", "yes", "истина", "y", "t"})
_FALSE: Final = frozenset({"false", "0", "нет", "no", "ложь", "n", "f"})


def words(text: str | None) -> str:
    """A text without spaces around it and with single ones inside."""
    return " ".join(unicodedata.normalize("NFC", text or "").translate(_INVISIBLE).split())


def number(text: str | None) -> Decimal | None:
    """A decimal number as people and programs write it: `1 719,50`, `1,719.50`, `.5`; None for anything else."""
    said = _SPACES.sub("", text or "")
    if not said or len(said) > _LONGEST:
        return None
    if _GROUPED.fullmatch(said) and not re.fullmatch(r"[+-]?\d{1,3},\d{3}", said):
        last = max(said.rfind(","), said.rfind("."))
        if said.count(",") and said.count("."):
            said = said[:last].replace(",", "").replace(".", "") + "." + said[last + 1 :]
        else:
            said = said.replace(",", "")
    if not _NUMBER.fullmatch(said):
        return None
    return Decimal(said.replace(",", "."))


@cache
def _iso() -> frozenset[str]:
    """Currencies that are or were legal tender somewhere; units of account, metals and test codes are not."""
    tender = {each[0] for several in get_global("territory_currencies").values() for each in several if each[3]}
    return frozenset(set(list_currencies()) & tender)


def currency(text: str | None) -> str | None:
    """The ISO 4217 code of a currency, however it is called; None when it is not known."""
    said = _SPACES.sub("", text or "").rstrip(".").replace(".", "").upper()
    if said in _SPOKEN:
        return _SPOKEN[said]
    return said if said in _iso() else None


def truth(text: str | None) -> bool | None:
    """true, 1, да … or false, 0, нет …"""
    said = (text or "").strip().lower()
    return True if said in _TRUE else False if said in _FALSE else None


def moment(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """A moment in UTC; one without a zone is told in `zone`."""
    said = (text or "").strip()
    if not said or len(said) > 40:
        return None
    found = _written(said)
    if found is None:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def made_at(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """When a document was made. None also for a moment that no document is of.

    1C writes an empty date as the year 1, and a document of the far future would make everything after it too old.
    """
    found = moment(text, zone)
    return found if found and found.year >= _EARLIEST and found <= clock.now() + _AHEAD else None


def _written(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        pass
    for form in _DATES:
        try:
            return datetime.strptime(said, form)
        except ValueError:
            continue
    return None


def barcode_fits(code: str) -> bool:
    """Whether this is a GTIN of 8, 12, 13 or 14 digits with the right check digit."""
    if not code.isascii() or not code.isdigit() or len(code) not in {8, 12, 13, 14}:
        return False
    digits = [int(digit) for digit in code]
    odd = sum(digits[-2::-2]) * 3
    return (odd + sum(digits[-3::-2]) + digits[-1]) % 10 == 0
