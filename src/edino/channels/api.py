"""The door of channels: who sends, what they may, and the keys that prove it."""

import base64
import binascii
import hmac
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from ninja.security import HttpBearer

from edino.channels import models, queries, rules
from edino.channels.errors import (
    MissingScope,
    NoSuchChannel,
    NoSuchKey,
    NoSuchSource,
    SourceTaken,
    TooFast,
    UnknownSource,
    WrongKey,
)
from edino.channels.types import Channel, KeyListing, Scope, Source, SourceHealth, SourceListing, SourcePage
from edino.kernel import clock
from edino.kernel.errors import FieldError, Invalid, Unauthenticated
from edino.kernel.registry import Registry
from edino.staff import api as staff
from edino.staff.types import Actor, Person

CACHE_SECONDS: Final = 5
GRACE: Final = timedelta(hours=24)
DEFAULT_RATE: Final = 20_000
_CACHE_SIZE: Final = 4096
_NOBODY: Final = bytes(32)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"

HealthProvider = Callable[[Sequence[int]], Mapping[int, SourceHealth]]
source_health: Registry[HealthProvider] = Registry("source health")
"""Whoever takes events in offers here what it knows of the sources with these ids."""

source_pages: Registry[SourcePage] = Registry("source page")
"""Pages of other domains about one source, linked from its page."""

_known: dict[bytes, tuple[datetime, datetime | None, Source | None]] = {}
_buckets: dict[int, rules.Bucket] = {}
_lock = threading.Lock()


def authenticate(*, key: str) -> Source:
    """The source that shows this key; WrongKey for one that is unknown, expired, revoked or of a closed source.

    An answer is kept for five seconds in this process, so the hot path asks the database once in five seconds per key
    and a key revoked elsewhere lives no longer than that.
    """
    at = clock.now()
    digest = sha256(key.encode("utf-8", "surrogatepass")).digest()
    kept = _known.get(digest)
    if kept is None or not 0 <= (at - kept[0]).total_seconds() < CACHE_SECONDS:
        kept = _look_up(key, at)
        with _lock:
            if len(_known) >= _CACHE_SIZE:
                _known.clear()  # only a flood of different wrong keys fills it
            _known[digest] = kept
    _, expires_at, source = kept
    if source is None or (expires_at is not None and expires_at <= at):
        staff.refuse(
            actor=None, operation="key.shown", subject=("key", _shown_prefix(key)), detail={"why": "wrong key"}
        )
        raise WrongKey
    return source


def require_scope(*, source: Source, scope: str) -> None:
    """Refuse a source whose key was not given a scope."""
    if not source.may(scope):
        staff.refuse(
            actor=actor(source),
            operation="key.shown",
            subject=("source", str(source.id)),
            detail={"why": "missing scope", "scope": scope},
        )
        raise MissingScope(scope=scope)


class ScopedKey(HttpBearer):
    """`Authorization: Bearer <key>` with one scope, for routes of the JSON API. `request.auth` is the Source."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = Scope(scope)

    def __call__(self, request: HttpRequest) -> Source:
        kind, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")  # one is asked for, not all of them
        if kind.lower() != "bearer" or not key:
            raise Unauthenticated
        return self.authenticate(request, key.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Source:
        with staff.at_place(request):
            source = authenticate(key=token)
            require_scope(source=source, scope=self.scope)
        return source


def scope(name: str) -> ScopedKey:
    """What a route of the JSON API declares: `auth=scope("customers:read")`."""
    return ScopedKey(name)


def write_key(request: HttpRequest, *, body_key: str | None = None) -> Source:
    """The source of a collector's request, by the Segment convention.

    Basic authentication with the key as user name and a blank password; a Bearer key or the `writeKey` of the body
    (for `sendBeacon`, which sends no headers) count as well. Needs the scope events:write.
    """
    with staff.at_place(request):
        key = _presented(request.headers.get("Authorization", "")) or body_key
        if not key:
            raise Unauthenticated
        source = authenticate(key=key)
        require_scope(source=source, scope=Scope.EVENTS_WRITE)
    return source


def allow(*, source: Source, amount: int = 1) -> None:
    """Take `amount` events from the source's allowance in this process; TooFast when it is spent.

    The allowance is a token bucket of two seconds that may go into debt: a batch is taken whole or refused whole.
    """
    if source.rate_limit <= 0:
        return
    at = clock.now()
    with _lock:
        bucket = _buckets.get(source.id)
        if bucket is None or bucket.rate != source.rate_limit:
            bucket = _buckets[source.id] = rules.Bucket.full(source.rate_limit, at)
        taken = bucket.take(amount, at)
    if not taken:
        raise TooFast


def create_source(
    *,
    name: str,
    channel: str,
    by: Person | Actor,
    brand: str = "",
    trust: int | None = None,
    confirms: Iterable[str] | None = None,
    rate_limit: int = DEFAULT_RATE,
    time_zone: str = "UTC",
) -> Source:
    """Register a system that sends. Trust and confirms that are not said are those usual in its channel."""
    known = channels_by_code().get(channel)
    if known is None:
        raise NoSuchChannel(channel=channel)
    trust = known.usual_trust if trust is None else trust
    confirms = sorted(known.usual_confirms if confirms is None else set(confirms))
    _check(name=name, trust=trust, rate_limit=rate_limit, time_zone=time_zone)
    row = models.Source(
        name=name.strip(),
        channel_id=channel,
        brand_id=brand or None,
        trust=trust,
        confirms=confirms,
        rate_limit=rate_limit,
        time_zone=time_zone,
        is_active=True,
        created_at=clock.now(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            staff.audit(
                actor=by, operation="channels.manage", subject=("source", str(row.pk)), detail={"did": "created"}
            )
    except IntegrityError as error:
        raise SourceTaken(fields=[FieldError("name", "source_taken", SourceTaken.__doc__ or "")]) from error
    return get_source(id=row.pk)


def change_source(
    *,
    id: int,  # noqa: A002 - the field's name
    name: str,
    trust: int,
    confirms: Iterable[str],
    rate_limit: int,
    time_zone: str,
    is_active: bool,
    by: Person | Actor,
) -> Source:
    """Change what a source is believed and allowed; other processes follow within five seconds."""
    _check(name=name, trust=trust, rate_limit=rate_limit, time_zone=time_zone)
    values = {
        "name": name.strip(),
        "trust": trust,
        "confirms": sorted(set(confirms)),
        "rate_limit": rate_limit,
        "time_zone": time_zone,
        "is_active": is_active,
    }
    try:
        with transaction.atomic():
            if not models.Source.objects.filter(pk=id).update(**values):
                raise NoSuchSource
            staff.audit(
                actor=by,
                operation="channels.manage",
                subject=("source", str(id)),
                detail={"did": "changed", **{k: v for k, v in values.items() if k != "name"}},
            )
    except IntegrityError as error:
        raise SourceTaken(fields=[FieldError("name", "source_taken", SourceTaken.__doc__ or "")]) from error
    forget_keys()
    return get_source(id=id)


def get_source(*, id: int | None = None, name: str = "") -> Source:  # noqa: A002 - the field's name
    """One source by id or name, without the scopes of any key."""
    found = queries.sources(id=id, name=name) if id is not None or name else []
    if not found:
        raise NoSuchSource
    row = found[0]
    return Source(
        id=row.id,
        name=row.name,
        channel=row.channel,
        brand=row.brand,
        trust=row.trust,
        confirms=frozenset(row.confirms),
        scopes=frozenset(),
        rate_limit=row.rate_limit,
        key_id=None,
        time_zone=row.time_zone,
    )


def source_of_files(*, name: str | None) -> Source:
    """The source that imported files belong to: the one of this name, or `files`, which is made at its first use."""
    if name:
        return _named(name)
    try:
        return get_source(name="files")
    except NoSuchSource:
        return create_source(name="files", channel="erp", by=staff.COMMAND_LINE)


def _named(name: str) -> Source:
    """A source by a name somebody typed, which is worth an answer that helps."""
    try:
        return get_source(name=name)
    except NoSuchSource:
        there = [each.name for each in list_sources()]
        raise UnknownSource(name=name, there=", ".join(there[:10]) + " …" * (len(there) > 10)) from None


def list_sources(*, channel: str = "") -> list[SourceListing]:
    """Sources, the active first, then in the order of their channels."""
    return queries.sources(channel=channel)


def channels_by_code() -> dict[str, Channel]:
    """Every channel, in the order of the registry."""
    return {channel.code: channel for channel in queries.channels()}


def issue_key(*, source: Source, scopes: Iterable[str], by: Person | Actor, expires_at: datetime | None = None) -> str:
    """Make a key for a source; its text is returned this once and cannot be read again."""
    wanted = sorted(set(scopes))
    if not wanted:
        raise Invalid.field("scopes", "required", "Choose at least one scope.")
    if unknown := set(wanted) - set(Scope):
        message = "There is no scope %(scope)s."
        raise Invalid(message, fields=[FieldError("scopes", "unknown", message)], scope=", ".join(sorted(unknown)))
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(8))
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        models.Key.objects.create(
            source_id=source.id,
            prefix=prefix,
            hash=sha256(secret.encode()).digest(),
            scopes=wanted,
            created_at=clock.now(),
            created_by=by.name,
            expires_at=expires_at,
        )
        _note_key(by, prefix, {"did": "issued", "source": source.id, "scopes": wanted})
    return f"edino_{prefix}_{secret}"


def rotate_key(*, id: int, by: Person | Actor, grace: timedelta = GRACE) -> str:  # noqa: A002 - the field's name
    """Make a key with the same source and scopes; the old one still works for the grace period. Shown this once."""
    with transaction.atomic():
        old = _key_in_force(id)
        ends = clock.now() + grace
        old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
        old.save(update_fields=["expires_at"])
        key = issue_key(source=get_source(id=old.source_id), scopes=old.scopes, by=by)
        _note_key(by, old.prefix, {"did": "rotated"})
    forget_keys()
    return key


def revoke_key(*, id: int, by: Person | Actor) -> None:  # noqa: A002 - the field's name
    """End a key: at once in this process, within five seconds in all others."""
    with transaction.atomic():
        key = _key_in_force(id)
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        _note_key(by, key.prefix, {"did": "revoked"})
    forget_keys()


def keys_of(*, source_id: int) -> list[KeyListing]:
    """The keys of a source, those in force first."""
    return queries.keys_of(source_id)


def health_of(source_ids: Sequence[int]) -> dict[int, SourceHealth]:
    """What whoever takes events in knows of these sources; a source nobody knows is missing."""
    found: dict[int, SourceHealth] = {}
    for _name, provider in source_health:
        found.update(provider(source_ids))
    return found


def actor(source: Source) -> Actor:
    """A source as the one who acts, for the trail."""
    return Actor(source.name)


def forget_keys() -> None:
    """Drop what this process remembers of keys, so that the next request asks the database."""
    with _lock:
        _known.clear()


def _look_up(key: str, at: datetime) -> tuple[datetime, datetime | None, Source | None]:
    parts = rules.key_parts(key)
    held = queries.key_by_prefix(parts[0]) if parts else None
    # An unknown prefix is compared too, so that the time of the answer does not tell which prefixes exist.
    genuine = hmac.compare_digest(bytes(held.hash) if held else _NOBODY, parts[1] if parts else bytes(range(32)))
    if not genuine or held is None:
        return at, None, None
    if held.last_used_on != at.date():
        queries.mark_used(held.key_id, at.date())
    return at, held.expires_at, held.source()


def _presented(header: str) -> str | None:
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return value.strip() or None
    if kind.lower() != "basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0] or None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _shown_prefix(key: str) -> str:
    parts = rules.key_parts(key)
    return parts[0] if parts else ""


def _key_in_force(id: int) -> models.Key:  # noqa: A002 - the field's name
    key = models.Key.objects.select_for_update().filter(pk=id, revoked_at=None).first()
    if key is None:
        raise NoSuchKey
    return key


def _note_key(by: Person | Actor, prefix: str, detail: Mapping[str, Any]) -> None:
    staff.audit(actor=by, operation="keys.manage", subject=("key", prefix), detail=detail)


def _check(*, name: str, trust: int, rate_limit: int, time_zone: str) -> None:
    wrong: list[FieldError] = []
    if not 0 < len(name.strip()) <= 120:
        wrong.append(FieldError("name", "required", "Say the name, in at most 120 letters."))
    if not 0 <= trust <= 100:
        wrong.append(FieldError("trust", "range", "Trust is a number from 0 to 100."))
    if not 0 <= rate_limit <= 10_000_000:
        wrong.append(FieldError("rate_limit", "range", "The rate is a number of events per second, 0 for no limit."))
    if time_zone not in available_timezones():
        wrong.append(FieldError("time_zone", "unknown", "There is no such time zone."))
    if wrong:
        raise Invalid(fields=wrong)
