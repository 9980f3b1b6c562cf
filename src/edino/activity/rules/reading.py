"""Reading events of the Segment tracking spec: every message is judged alone, and the judgement names the field."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.activity.types import Incoming, Klass, Problem
from edino.customers.types import Identifier
from edino.kernel import ids

LARGEST: Final = 32 * 1024
MOST_IDENTIFIERS: Final = 12
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(hours=24)

IN_TRAITS: Final = ("phone", "email", "loyalty_card", "push_token", "telegram", "vk", "viber", "whatsapp", "max", "crm")
KINDS: Final = frozenset({*IN_TRAITS, "user_id", "device"})
WEIGHT: Final = {kind: place for place, kind in enumerate(("user_id", "crm", "loyalty_card", "phone", "email"))}
"""The order of strength in which identifiers of an event are tried as the anchor of its profile; others come after."""

NATURAL: Final = {"Order Completed": "order_id", "Order Cancelled": "order_id", "Order Refunded": "refund_id"}
"""Business facts of the e-commerce spec and the property that is their natural key."""

_CONTEXT: Final = ("page", "campaign", "locale", "timezone", "app", "os", "screen", "library", "referrer", "location")
_PERSONAL: Final = frozenset(
    {*KINDS, "phone_number", "phonenumber", "e-mail", "mail", "userid", "anonymousid", "user_id"}
)
_MAIL: Final = re.compile(r"[^\s@/?&=]+(@|%40)[^\s@/?&=]+\.\w+")
_PHONE: Final = re.compile(r"\+\d[\d\s().-]{8,18}\d")
_TELLING: Final = (b"@", b"%40", b"phone", b"mail", b"+")
"""A body without any of these, in lower case, holds nothing that names a person: no walk through it is needed."""
_NAME_LIMIT: Final = 200

Usable = Callable[[str, str], Identifier | None]
"""A kind and a given value → the identifier, None when it is nobody's; raises ValueError when it is not one."""


class Message(msgspec.Struct):
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
    context: dict[str, Any] | None = None


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
        self.warnings: list[Problem] = []

    def read(self, index: int, raw: bytes, call: str | None = None) -> Incoming:
        """One message, given as its JSON text; raises `Rejected`. `call` is given when the address says it."""
        message = parse(raw)
        call = call or message.type
        type_ = event_type(call, message)
        at = moment(message, self.received)
        identifiers, given = self._identifiers(index, message)
        properties = message.properties or {}
        traits = dict(message.traits or {}) if call in {"identify", None} else {}
        body = self._body(call, message, properties, given)
        klass, key = self._key(type_, message, properties)
        confirmed = frozenset(item.kind for item in identifiers if item.kind in self.confirms)
        mark = fingerprint(type_, body, identifiers)
        learned = {name: value for name, value in traits.items() if name not in KINDS} if traits else {}
        return Incoming(index, type_, klass, at, key, mark, body, identifiers, confirmed, learned)

    def _identifiers(self, index: int, message: Message) -> tuple[tuple[Identifier, ...], list[str]]:
        found: dict[Identifier, None] = {}
        given: list[str] = []
        troubles: list[Problem] = []
        named = False
        for field, kind, value in _given(message):
            named = True
            text = _text(value)
            if text is None:
                troubles.append(Problem(index, field, "type", "An identifier is a text or a whole number."))
                continue
            given.append(text)
            try:
                item = self.usable(kind, text)
            except ValueError as error:
                troubles.append(Problem(index, field, "unusable", f"This is not used to know the person: {error}."))
                continue
            if item is None:
                troubles.append(Problem(index, field, "blocked", "This value stands for nobody and is not used."))
            else:
                found[item] = None
        if not named:
            raise Rejected("userId", "required", "Say who: userId, anonymousId or context.externalIds.")
        if len(found) > MOST_IDENTIFIERS:
            raise Rejected("context.externalIds", "too_many", f"More than {MOST_IDENTIFIERS} identifiers in one event.")
        self.warnings += troubles
        return strongest_first(found), given

    def _body(self, call: str | None, message: Message, properties: dict[str, Any], given: list[str]) -> bytes:
        body: dict[str, Any] = {"call": call}
        if properties:
            body["properties"] = properties
        if message.name and call in {"page", "screen"}:
            body["name"] = message.name
        if message.traits:
            body["fields"] = sorted(name for name in message.traits if len(name) <= _NAME_LIMIT)
        if message.groupId is not None and call == "group":
            body["group"] = _text(message.groupId)
        context = message.context
        if context:
            kept = {name: context[name] for name in _CONTEXT if name in context}
            if kept:
                body["context"] = kept
        encoded = _safe(body)
        lowered = encoded.lower()
        if any(sign in lowered for sign in _TELLING) or any(
            len(text) > 3 and text.encode("utf-8", "replace") in encoded for text in given
        ):
            encoded = _safe(scrub(body, frozenset(text for text in given if len(text) > 3)))
        return encoded

    def _key(self, type_: str, message: Message, properties: dict[str, Any]) -> tuple[Klass, UUID]:
        natural = NATURAL.get(type_)
        if natural is not None:
            number = _text(properties.get(natural))
            if number:
                return "fact", ids.content_id(self.scope, type_, number)
            if natural == "order_id":
                raise Rejected("properties.order_id", "required", f"{type_} needs the number of the order.")
        identity = _text(message.messageId)
        if identity is not None and len(identity) > _NAME_LIMIT:
            raise Rejected("messageId", "too_long", f"A messageId has at most {_NAME_LIMIT} characters.")
        klass: Klass = "fact" if natural else "behaviour"
        return klass, ids.content_id(self.scope, "", identity) if identity else ids.uuid7()


def parse(raw: bytes) -> Message:
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


def event_type(call: str | None, message: Message) -> str:
    """The name under which the event stands on the log."""
    if call == "track":
        name = (message.event or "").strip()
        if not name:
            raise Rejected("event", "required", "A track call names its event.")
        if len(name) > _NAME_LIMIT or not name.isprintable():
            raise Rejected("event", "invalid", f"An event's name has at most {_NAME_LIMIT} printable characters.")
        return name
    if call in {"page", "screen", "identify", "group", "alias"}:
        return call
    if call is None:
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
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Rejected(field, "time", "This is not an ISO 8601 time.") from error


def _given(message: Message) -> Iterator[tuple[str, str, Any]]:
    """Every identifier a message gives: the field, the kind, the value."""
    for field, kind, value in (
        ("userId", "user_id", message.userId),
        ("anonymousId", "device", message.anonymousId),
        ("previousId", "device", message.previousId),
    ):
        if value is not None and value != "":
            yield field, kind, value
    context = message.context or {}
    if context.get("externalIds"):
        yield from _external(context["externalIds"])
    for place, traits in (("traits", message.traits), ("context.traits", context.get("traits"))):
        if isinstance(traits, dict):
            for kind in IN_TRAITS:
                value = traits.get(kind)
                if value is not None and value != "":
                    yield f"{place}.{kind}", kind, value


def _external(external: Any) -> Iterator[tuple[str, str, Any]]:
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
        yield f"{field}.id", item["type"], item["id"]


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def _safe(body: dict[str, Any]) -> bytes:
    try:
        encoded = _encode(body)
    except (UnicodeEncodeError, RecursionError) as error:
        raise Rejected(
            "", "encoding", "The event has characters that are not Unicode, or is nested too deep."
        ) from error
    if b"\\u0000" in encoded:
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


def fingerprint(type_: str, body: bytes, identifiers: tuple[Identifier, ...]) -> int:
    """What tells two bodies under one id apart: 64 bits of BLAKE2b, signed as PostgreSQL's bigint."""
    names = "\x00".join([f"{kind}\x01{value}" for kind, value in identifiers])
    told = body + f"{type_}\x00{names}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "big", signed=True)


def strongest_first(found: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Identifiers in the order in which they are tried as the anchor of a profile."""
    return tuple(sorted(found, key=lambda item: WEIGHT.get(item.kind, 9 if item.kind != "device" else 10)))
