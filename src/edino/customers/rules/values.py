"""What makes two given values the same identifier, and which values are nobody's."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

import idna
import phonenumbers

from edino.customers.types import Identifier

LONGEST = 200

_EMAIL = re.compile(r"^[^\s@\"(),:;<>\[\]\\]{1,64}@([^\s@]{1,255})$")
_LABELS = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+$")
_RUSSIAN = re.compile(r"^\+79\d{9}$")
_LOOSE = re.compile(r"[\s().\-–—]+")
_NOBODY = re.compile(
    r"(null|none|nil|nan|n/?a|undefined|unknown|anonymous|anon|guest|test|default|empty|void|false|true|user|admin"
    r"|0+|-+|\.+|-?1|x+|(.)\2{4,}|[0-]+|\[object object\]|00000000-0000-0000-0000-000000000000)$",
    re.IGNORECASE,
)
_SAME_DIGITS = re.compile(r"^\+?\d{0,3}?(\d)\1{6,}$")
_NOBODY_MAIL = re.compile(
    r"^((no-?reply|no-?mail|none|null|test|anonymous|noemail|nomail|example|unknown|net|1+|0+)@.*"
    r"|.*@(example\.(com|org|net)|test\.\w+|localhost|none\.\w+))$"
)


class Unusable(ValueError):
    """The value cannot be one of its kind; the message says why."""


def normalise(kind: str, given: str, region: str = "RU") -> Identifier:
    """The identifier that a given value means; raises `Unusable`.

    Phones become E.164 (ITU-T), read as local to `region` when they have no country code; e-mails are lower-cased with
    an IDNA domain (RFC 5891); cards lose spaces and hyphens; everything else is trimmed. All are NFC.
    """
    text = given.strip()
    if not text:
        raise Unusable("it is empty")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > LONGEST:
        raise Unusable(f"it is longer than {LONGEST} characters")
    if "\x00" in text or not text.isprintable():
        raise Unusable("it has characters that cannot be printed")
    if kind == "phone":
        return Identifier(kind, text if _RUSSIAN.match(text) else phone(text, region))
    if kind == "email":
        return Identifier(kind, email(text))
    if kind == "loyalty_card":
        return Identifier(kind, _LOOSE.sub("", text).upper())
    return Identifier(kind, text)


@lru_cache(maxsize=65536)
def phone(text: str, region: str) -> str:
    """A telephone number in E.164."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise Unusable("it is not a telephone number") from error
    if not phonenumbers.is_possible_number(parsed) or parsed.extension:
        raise Unusable("it is not a possible telephone number")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=65536)
def email(text: str) -> str:
    """An e-mail address: lower case, domain in its ASCII form."""
    lowered = text.lower()
    match = _EMAIL.match(lowered)
    if not match:
        raise Unusable("it is not an e-mail address")
    domain = match[1].rstrip(".")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise Unusable("its domain is not a domain name") from error
    if not _LABELS.match(domain):
        raise Unusable("its domain is not a domain name")
    return f"{lowered[: match.start(1) - 1]}@{domain}"


def is_nobody(item: Identifier) -> bool:
    """Whether this is a placeholder that systems write when they know nobody: zeros, "null", one digit repeated."""
    if item.kind == "phone":
        return bool(_SAME_DIGITS.match(item.value))
    if item.kind == "email":
        return bool(_NOBODY_MAIL.match(item.value))
    return bool(_NOBODY.match(item.value))


def compile_blocked(rows: Iterable[tuple[str, str]]) -> Mapping[str, re.Pattern[str]]:
    """The retailer's own blocked values, one expression per kind; kind "*" counts for all. A row is a full match."""
    by_kind: dict[str, list[str]] = {}
    for kind, pattern in rows:
        by_kind.setdefault(kind, []).append(f"(?:{pattern})")
    return {kind: re.compile("|".join(patterns), re.IGNORECASE) for kind, patterns in by_kind.items()}


def is_blocked(item: Identifier, blocked: Mapping[str, re.Pattern[str]]) -> bool:
    """Whether the retailer has blocked this value."""
    for kind in (item.kind, "*"):
        pattern = blocked.get(kind)
        if pattern and pattern.fullmatch(item.value):
            return True
    return False
