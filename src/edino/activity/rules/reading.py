"""Reading events of the Segment tracking spec: every message is judged alone, and the judgement names the field.

This runs once for every event that comes in, so it is written for speed where it is not plain.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec import UNSET

from edino.activity.types import Incoming, Klass, Problem
from edino.customers.types import Identifier
from edino.kernel import ids

LARGEST: Final = 32 * 1024
MOST_IDENTIFIERS: Final = 12
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(hours=24)

IN_TRAITS: Final = ("phone", "email", "loyalty_card", "push_token", "telegram", "vk", "viber", "whatsapp", "max", "crm")
KINDS: Final = frozenset({*IN_TRAITS, "user_id", "device"})
_STRENGTH: Final = {"user_id": 0, "crm": 1, "loyalty_card": 2, "phone": 3, "email": 4, "device": 10}
"""The order in which identifiers of an event are tried as the anchor of its profile; the others stand at 9."""

NATURAL: Final = {"Order Completed": "order_id", "Order Cancelled": "order_id", "Order Refunded": "refund_id"}
"""Business facts of the e-commerce spec and the property that is their natural key."""

_CALLS: Final = frozenset({"page", "screen", "identify", "group", "alias"})
_PERSONAL: Final = frozenset(
    {*KINDS, "phone_number", "phonenumber", "e-mail", "mail", "userid", "anonymousid", "user_id"}
)
_MAIL: Final = re.compile(r"[^\s@/?&=]+(@|%40)[^\s@/?&=]+\.\w+")
_PHONE: Final = re.compile(r"\+\d[\d\s().-]{8,18}\d")
_NAME_LIMIT: Final = 200

Usable = Callable[[str, str], Identifier | ValueError | None]
"""A kind and a given value → the identifier, None when it is nobody's, or the error that says why it is none."""


class Context(msgspec.Struct, omit_defaults=True, gc=False):
    """The members of a message's context that are looked at. All but the last two stand in the body on the log."""

    page: Any = UNSET
    campaign: Any = UNSET
    locale: Any = UNSET
    timezone: Any = UNSET
    app: Any = UNSET
    os: Any = UNSET
    screen: Any = UNSET
    library: Any = UNSET
    referrer: Any = UNSET
    location: Any = UNSET
    externalIds: Any = UNSET  # noqa: N815 - the spec's name
    traits: Any = UNSET


_NO_CONTEXT: Final = Context()


class Message(msgspec.Struct, gc=False):
    """A message of the tracking spec; unknown members are ignored, as the spec asks."""

    type: str | None = None
    messageId: str | int | None = None  # noqa: N815 - the spec's names
    userId: str | int | None = None  # noqa: N815
    anonymousId: str | int | None = None  # noqa: N815
    previousId: str | int | None = None  # noqa: N815
    groupId: str | int | None = None  # noqa: N815
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | None = None
    originalTimestamp: str | None = None  # noqa: N815
    sentAt: str | None = None  # noqa: N815
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: Context | None = None


class Body(msgspec.Struct, omit_defaults=True, gc=False):
    """What of an event stands on the log."""

    call: str
    properties: dict[str, Any] | None = None
    name: str | None = None
    fields: list[str] | None = None
    group: str | None = None
    context: Context | None = None


decode = msgspec.json.Decoder(Message).decode
_encode = msgspec.json.Encoder().encode
_PATH = re.compile(r" - at `\$\.?(.*)`$")


class Rejected(Exception):
    """This message cannot be taken."""

    def __init__(self, field: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.code = code
        self.reason = reason


class Reader:
    """Reads the messages of one batch: `scope` keeps the ids of sources apart, `confirms` is what its source proved."""

    def __init__(self, *, scope: str, confirms: frozenset[str], received: datetime, usable: Usable) -> None:
        self.scope = scope
        self.confirms = confirms
        self.received = received
        self.usable = usable
        self.key_of = ids.content_keys(scope, "")
        self.warnings: list[Problem] = []
        self.kinds: dict[tuple[str, ...], tuple[list[int] | None, frozenset[str]]] = {}

    def read(self, index: int, raw: bytes | msgspec.Raw, call: str | None = None) -> Incoming:
        """One message, given as its JSON text; raises `Rejected`. `call` is given when the address says it."""
        message = parse(raw)
        call = call or message.type or ""
        type_ = event_type(call, message)
        at = moment(message, self.received)
        identifiers, confirmed, given = self._identifiers(index, message)
        body = _body(call, message, given)
        klass: Klass = "behaviour"
        if type_ in NATURAL:
            klass, key = "fact", self._natural_key(type_, message)
        else:
            key = self._key(message)
        mark = fingerprint(type_, body, identifiers)
        learned: dict[str, Any] = {}
        if message.traits and call == "identify":
            learned = {name: value for name, value in message.traits.items() if name not in KINDS}
        return Incoming(index, type_, klass, at, key, mark, body, identifiers, confirmed, learned)

    def _identifiers(self, index: int, message: Message) -> tuple[tuple[Identifier, ...], frozenset[str], list[str]]:
        """What can be used of what is given, strongest first; which kinds are confirmed; what was given, as text."""
        found: list[Identifier] = []
        given: list[str] = []
        troubles: list[Problem] = []
        usable = self.usable
        named = _given(message)
        if not named:
            raise Rejected("userId", "required", "Say who: userId, anonymousId or context.externalIds.")
        for field, kind, value in named:
            text = value.strip() if type(value) is str else _text(value)
            if text is None:
                reason = "An identifier is a text or a whole number."
                troubles.append(Problem(index, field, "type", reason))
                continue
            given.append(text)
            item = usable(kind, text)
            if item is None:
                reason = "This value stands for nobody and is not used."
                troubles.append(Problem(index, field, "blocked", reason))
            elif isinstance(item, ValueError):
                reason = f"This is not used to know the person: {item}."
                troubles.append(Problem(index, field, "unusable", reason))
            elif item not in found:
                found.append(item)
        if len(found) > MOST_IDENTIFIERS:
            raise Rejected("context.externalIds", "too_many", f"More than {MOST_IDENTIFIERS} identifiers in one event.")
        if troubles:
            self.warnings += troubles
        kinds = tuple([item[0] for item in found])
        order, confirmed = self.kinds.get(kinds) or self._of_kinds(kinds)
        return tuple([found[place] for place in order] if order else found), confirmed, given

    def _of_kinds(self, kinds: tuple[str, ...]) -> tuple[list[int] | None, frozenset[str]]:
        """In what order identifiers of these kinds stand (None: as they are), and which kinds are confirmed."""
        order = sorted(range(len(kinds)), key=lambda place: _STRENGTH.get(kinds[place], 9))
        as_it_is = order == list(range(len(kinds)))
        self.kinds[kinds] = (None if as_it_is else order, self.confirms.intersection(kinds))
        return self.kinds[kinds]

    def _natural_key(self, type_: str, message: Message) -> str:
        natural = NATURAL[type_]
        number = _text((message.properties or {}).get(natural))
        if number:
            return ids.content_key(self.scope, type_, number)
        if natural == "order_id":
            raise Rejected("properties.order_id", "required", f"{type_} needs the number of the order.")
        return self._key(message)

    def _key(self, message: Message) -> str:
        identity = message.messageId
        identity = identity.strip() if isinstance(identity, str) else _text(identity)
        if not identity:
            return str(ids.uuid7())
        if len(identity) > _NAME_LIMIT:
            raise Rejected("messageId", "too_long", f"A messageId has at most {_NAME_LIMIT} characters.")
        return self.key_of(identity)


def _body(call: str, message: Message, given: list[str]) -> str:
    body = Body(call, message.properties or None)
    if message.name and call in {"page", "screen"}:
        body.name = message.name
    if message.traits:
        body.fields = sorted([name for name in message.traits if len(name) <= _NAME_LIMIT])
    if message.groupId is not None and call == "group":
        body.group = _text(message.groupId)
    context = message.context
    if context is not None:
        context.externalIds = context.traits = UNSET
        if context.page is not UNSET or context != _NO_CONTEXT:  # comparing member by member is the dearer way
            body.context = context
    encoded = _safe(body)
    if _tells(encoded, given):
        encoded = _safe(scrub(msgspec.json.decode(encoded), frozenset([text for text in given if len(text) > 3])))
    return encoded


def _tells(encoded: str, given: list[str]) -> bool:
    """Whether a body may hold something that names a person, so that it must be walked through."""
    if "@" in encoded or "+" in encoded or "%40" in encoded:
        return True
    lowered = encoded.lower()
    if "phone" in lowered or "mail" in lowered:
        return True
    return bool([text for text in given if len(text) > 3 and text in encoded])


def parse(raw: bytes | msgspec.Raw) -> Message:
    """The message, or the field that is not as the spec has it."""
    if len(raw) > LARGEST:
        raise Rejected("", "too_large", f"An event has at most {LARGEST} bytes.")
    try:
        return decode(raw)
    except msgspec.ValidationError as error:
        text = str(error)
        place = _PATH.search(text)
        raise Rejected(place[1] if place else "", "type", _PATH.sub("", text)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected("", "json", f"This is not JSON: {error}") from error


def event_type(call: str, message: Message) -> str:
    """The name under which the event stands on the log."""
    if call == "track":
        name = (message.event or "").strip()
        if not name:
            raise Rejected("event", "required", "A track call names its event.")
        if len(name) > _NAME_LIMIT or not name.isprintable():
            raise Rejected("event", "invalid", f"An event's name has at most {_NAME_LIMIT} printable characters.")
        return name
    if call in _CALLS:
        return call
    if not call:
        raise Rejected("type", "required", "Say what this is: track, identify, page, screen, group or alias.")
    raise Rejected("type", "unknown", "The type is one of track, identify, page, screen, group, alias.")


def moment(message: Message, received: datetime) -> datetime:
    """When it happened, by the spec: `timestamp`, or the client's clock corrected by its own error, or now."""
    if message.timestamp:
        at = instant("timestamp", message.timestamp)
    elif message.originalTimestamp:
        at = instant("originalTimestamp", message.originalTimestamp)
        if message.sentAt:
            at = _within(received - (instant("sentAt", message.sentAt) - at), received)
    else:
        return received
    if at < EARLIEST or at > received + AHEAD:
        field = "timestamp" if message.timestamp else "originalTimestamp"
        raise Rejected(field, "out_of_range", "The time lies before 2000 or more than a day ahead.")
    return at


def _within(at: datetime, received: datetime) -> datetime:
    return min(at, received)


def instant(field: str, text: str) -> datetime:
    """An ISO 8601 time; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is UTC:
            return at
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Rejected(field, "time", "This is not an ISO 8601 time.") from error


def _given(message: Message) -> list[tuple[str, str, Any]]:
    """Every identifier a message gives: the field, the kind, the value."""
    found: list[tuple[str, str, Any]] = []
    value: Any = message.userId
    if value is not None and value != "":
        found.append(("userId", "user_id", value))
    value = message.anonymousId
    if value is not None and value != "":
        found.append(("anonymousId", "device", value))
    value = message.previousId
    if value is not None and value != "":
        found.append(("previousId", "device", value))
    context = message.context
    if context is not None and context.externalIds:
        _external(context.externalIds, found)
    if message.traits:
        _in_traits("traits", message.traits, found)
    if context is not None and context.traits:
        _in_traits("context.traits", context.traits, found)
    return found


def _in_traits(place: str, traits: Any, found: list[tuple[str, str, Any]]) -> None:
    if isinstance(traits, dict):
        for kind in IN_TRAITS:
            value = traits.get(kind)
            if value is not None and value != "":
                found.append((f"{place}.{kind}", kind, value))


def _external(external: Any, found: list[tuple[str, str, Any]]) -> None:
    if not isinstance(external, list):
        raise Rejected("context.externalIds", "type", "externalIds is a list of {type, id}.")
    for place, item in enumerate(external):
        field = f"context.externalIds[{place}]"
        if not isinstance(item, dict) or not isinstance(item.get("type"), str):
            raise Rejected(field, "type", "externalIds is a list of {type, id}.")
        if item["type"] not in KINDS:
            raise Rejected(f"{field}.type", "unknown", f"The type is one of {', '.join(sorted(KINDS))}.")
        if item.get("id") in (None, ""):
            continue
        found.append((f"{field}.id", item["type"], item["id"]))


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def _safe(body: Body | dict[str, Any]) -> str:
    try:
        encoded = _encode(body).decode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise Rejected(
            "", "encoding", "The event has characters that are not Unicode, or is nested too deep."
        ) from error
    if "\\u0000" in encoded:
        raise Rejected("", "nul", "The event has a NUL character, which no text may have.")
    return encoded


def scrub(value: Any, given: frozenset[str]) -> Any:
    """The same JSON without what names a person: known members, given identifiers, e-mail addresses in texts."""
    if isinstance(value, dict):
        return {name: scrub(item, given) for name, item in value.items() if name.lower() not in _PERSONAL}
    if isinstance(value, list):
        return [scrub(item, given) for item in value]
    if isinstance(value, str):
        if value in given:
            return "•"
        for text in given:
            if text in value:
                value = value.replace(text, "•")
        return _PHONE.sub("•", _MAIL.sub("•", value))
    return value


def fingerprint(type_: str, body: str, identifiers: tuple[Identifier, ...]) -> int:
    """What tells two bodies under one id apart: 64 bits of BLAKE2b, signed as PostgreSQL's bigint."""
    names = "\x00".join([f"{kind}\x01{value}" for kind, value in identifiers])
    told = blake2b(f"{body}{type_}\x00{names}".encode("utf-8", "replace"), digest_size=8)
    return int.from_bytes(told.digest(), "big", signed=True)


def strongest_first(found: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Identifiers in the order in which they are tried as the anchor of a profile."""
    return tuple(sorted(found, key=_strength))


def _strength(item: Identifier) -> int:
    return _STRENGTH.get(item[0], 9)
