"""From what a cell holds to what a field wants: exact, or refused with a code and a sentence."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from edino.kernel.imports.types import Field

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 1, 1)
MOST_DIGITS: Final = 28
_ROUNDING: Final = Decimal("1e-12")
_FIRST = datetime(1900, 1, 2, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f']+")
_NUMBER = re.compile(r"[+\-−]?(\d+\.?\d*|\.\d+)(e[+\-]?\d{1,3})?", re.IGNORECASE)
_YES = frozenset({"true", "t", "yes", "y", "1", "да", "д", "истина"})
_NO = frozenset({"false", "f", "no", "n", "0", "нет", "н", "ложь"})

Convert = Callable[[Any], Any]


class Bad(Exception):
    """A value that a field cannot take."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Style:
    """How a file writes things: the zone of times without one, formats of dates, the comma, words for nothing."""

    zone: tzinfo = UTC
    formats: Sequence[str] = ()
    decimal_comma: bool = False
    null: frozenset[str] = frozenset()


def _squash(text: str) -> str:
    return " ".join(text.split())


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())


def _no_leading_zeros(text: str) -> str:
    return text.lstrip("0") or "0" * bool(text)


TRANSFORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "squash": _squash,
    "digits": _digits,
    "no_leading_zeros": _no_leading_zeros,
}


def to_text(value: Any) -> str:
    """A value as its text: whole floats lose the `.0` that spreadsheets give to codes and numbers."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int | Decimal):
        text = str(value)
    elif isinstance(value, date | time):
        text = value.isoformat()
    elif isinstance(value, bytes):
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Bad("encoding", "the value is binary, not text") from error
    else:
        raise Bad("text", "the value is not a text")
    if not text.isascii() and _SURROGATE.search(text):
        raise Bad("encoding", "there are characters that are not in the file's encoding")
    if "\0" in text:
        raise Bad("nul", "there is a NUL character")
    return text.strip()


def to_integer(value: Any, style: Style) -> int:
    """A whole number."""
    number = Decimal(value) if type(value) is int else to_decimal(value, style)
    if number != number.to_integral_value():
        raise Bad("integer", f"{number} is not a whole number")
    if abs(number) >= 1 << 63:
        raise Bad("number_range", "the number is too large")
    return int(number)


def to_decimal(value: Any, style: Style, decimals: int | None = None) -> Decimal:
    """A number, exactly as written; of a float, the shortest number that means the same float."""
    if value.__class__ is float:
        number = _checked(Decimal(repr(value)))
    elif isinstance(value, str):
        number = _parsed(value, style)
    elif isinstance(value, int | Decimal | float) and not isinstance(value, bool):
        number = _checked(Decimal(value))
    else:
        raise Bad("number", f"{value if isinstance(value, bool) else 'the value'} is not a number")
    if decimals is not None and -_exponent(number) > decimals:
        short = round(number, decimals)
        if number != short:
            # What a float computes (0.1 + 0.2) is not what anybody meant to write.
            if not isinstance(value, float) or abs(short - number) > abs(number) * _ROUNDING:
                raise Bad("decimals", f"{number} has more than {decimals} decimals")
            return short
    return number


def _exponent(number: Decimal) -> int:
    return number.as_tuple().exponent  # type: ignore[return-value]  # only of numbers that are not finite it is a text


def _parsed(value: str, style: Style) -> Decimal:
    text = _SPACES.sub("", to_text(value))
    if "," in text:
        if not style.decimal_comma:
            raise Bad("number", f"{text[:40]!r} has a comma; say decimal_comma = true if that is its decimal sign")
        if text.count(",") == 1:
            whole, fraction = text.split(",")
            text = whole.replace(".", "") + "." + fraction
    if not _NUMBER.fullmatch(text):
        raise Bad("number", f"{text[:40]!r} is not a number")
    try:
        return _checked(Decimal(text.replace("−", "-")))
    except InvalidOperation as error:
        raise Bad("number", f"{text[:40]!r} is not a number") from error


def _checked(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise Bad("number", f"{number} is not a number")
    if number and not -MOST_DIGITS <= number.adjusted() < MOST_DIGITS:
        raise Bad("number_range", "the number is too large or too small")
    if number != +number:
        raise Bad("number_range", f"the number has more than {MOST_DIGITS} digits")
    return number


def to_boolean(value: Any) -> bool:
    """Yes or no, in the words of English and Russian files."""
    word = to_text(value).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Bad("boolean", f"{word[:40]!r} is neither yes nor no")


def to_datetime(value: Any, style: Style) -> datetime:
    """A moment in UTC. Without a zone of its own it is in the file's."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.combine(value, time.min)
    elif isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        found = _moment(to_text(value), style)
    else:
        raise Bad("datetime", "the value is not a date and time")
    if not 1900 <= found.year <= 2100:
        raise Bad("date_range", f"the year {found.year} cannot be right")
    found = (found.replace(tzinfo=style.zone) if found.tzinfo is None else found).astimezone(UTC)
    if not _FIRST <= found < _LAST:
        raise Bad("date_range", f"{found:%Y-%m-%d} cannot be right")
    return found


def _moment(text: str, style: Style) -> datetime:
    for form in style.formats:
        try:
            return _epoch(text, form) if form in {"epoch", "epoch_ms"} else datetime.strptime(text, form)
        except (ValueError, OverflowError):
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        known = f" or {', '.join(style.formats)}" if style.formats else ""
        raise Bad("datetime", f"{text[:40]!r} is not a date and time in ISO 8601{known}") from error


def _epoch(text: str, form: str) -> datetime:
    amount = Decimal(text) if _NUMBER.fullmatch(text) else None
    if amount is None:
        raise ValueError(text)
    seconds = amount / 1000 if form == "epoch_ms" else amount
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(seconds * 1_000_000))


def to_date(value: Any, style: Style) -> date:
    """A day of the calendar, taken as written: no zone moves it."""
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, str):
        found = _moment(to_text(value), style).date()
    else:
        raise Bad("date", "the value is not a date")
    if not EARLIEST <= found < LATEST:
        raise Bad("date_range", f"{found.isoformat()} cannot be right")
    return found


def to_object(value: Any) -> Any:
    """A JSON value: as it is from JSON Lines and Parquet, decoded from a text elsewhere."""
    if isinstance(value, str):
        try:
            found = msgspec.json.decode(to_text(value).encode())
        except (msgspec.DecodeError, RecursionError) as error:
            raise Bad("json", "the value is not JSON") from error
    else:
        found = value
    try:
        return checked_json(found)
    except RecursionError as error:
        raise Bad("json", "the value is nested too deeply") from error


def to_any(value: Any) -> Any:
    """What JSON makes of a text (a number, yes or no, an object), or the text itself."""
    try:
        return to_object(value)
    except Bad as bad:
        if bad.code != "json" or not isinstance(value, str):
            raise
        return to_text(value)


def checked_json(value: Any) -> Any:
    """The same with nothing in it that a database or JSON cannot hold."""
    if isinstance(value, dict):
        return {to_text(key): checked_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [checked_json(inner) for inner in value]
    if isinstance(value, float) and (value != value or value in {float("inf"), float("-inf")}):  # noqa: PLR0124 - NaN
        raise Bad("json", "there is a number that JSON does not have")
    if isinstance(value, str):
        to_text(value)
    elif isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    elif value is not None and not isinstance(value, bool | int | float):
        return to_text(value)
    return value


def converter(field: Field, style: Style, transforms: Sequence[str] = ()) -> Convert:
    """The function for a field: None stays None, words for nothing become None."""
    inner = _inner(field, style)
    steps = [TRANSFORMS[name] for name in transforms]
    null = style.null

    def convert(value: Any) -> Any:
        if value.__class__ is str:
            value = value.strip()
            if not value or value in null:
                return None
        elif value is None or value != value:  # noqa: PLR0124 - NaN is how data frames write nothing
            return None
        return inner(value)

    def transformed(value: Any) -> Any:
        if value is None or value != value:  # noqa: PLR0124 - as above
            return None
        text = to_text(value)
        for step in () if text in null else steps:
            text = step(text)
        return convert(text)

    return transformed if steps else convert


def _inner(field: Field, style: Style) -> Convert:
    longest = field.length

    def text(value: Any) -> str | None:
        found = value if value.__class__ is str and value.isascii() and "\0" not in value else to_text(value)
        if len(found) > longest:
            raise Bad("too_long", f"the text is longer than {longest} characters")
        return found or None

    table: dict[str, Convert] = {
        "text": text,
        "integer": lambda value: to_integer(value, style),
        "decimal": lambda value: to_decimal(value, style, field.decimals),
        "boolean": to_boolean,
        "datetime": lambda value: to_datetime(value, style),
        "date": lambda value: to_date(value, style),
        "object": to_object,
        "any": to_any,
    }
    return table[field.type]
