"""Assortments: which channels offer what, in which currency and languages; what is put in or taken out by hand."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from edino.catalogue.api.reading import assortment_by_code, assortments
from edino.catalogue.errors import NoSuchProduct
from edino.catalogue.queries import intake
from edino.catalogue.queries import offering as queries
from edino.catalogue.rules import texts
from edino.catalogue.types import Assortment
from edino.channels.api import channels_by_code
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


def save_assortment(
    *,
    code: str,
    name: str,
    currency: str,
    languages: Sequence[str],
    by: Person | Actor,
    region: str = "",
    channels: Iterable[str] | None = None,
    rule: str = "all",
    is_default: bool = False,
) -> Assortment:
    """Add an assortment or change the one of this code; without `channels` it keeps those it has.

    `rule` "all" offers every product but those taken out by hand, "chosen" only those put in. A channel belongs to one
    assortment, so the others lose it. There is always one default: it passes to another, and never goes.
    """
    known = {one.code: one for one in assortments()}
    before = known.get(code)
    told = sorted(set(before.channels if before and channels is None else channels or ()))
    _check(code=code, name=name, currency=currency, languages=languages, channels=told, rule=rule)
    values = {
        "code": code,
        "name": name.strip(),
        "currency": currency,
        "languages": list(dict.fromkeys(languages)),
        "region": region.strip(),
        "channels": told,
        "rule": rule,
    }
    with transaction.atomic():
        intake.lock()
        id_ = queries.put_assortment(values)
        if told:
            queries.drop_channels(id_, told)
        if is_default:
            queries.make_default(id_)
        intake.refresh_presence(intake.all_products())
        detail = {"did": "changed" if before else "created", "assortment": code}
        staff.audit(actor=by, operation="catalogue.edit", subject=("assortment", code), detail=detail)
    return assortment_by_code(code)


def set_listing(
    *, assortment: str, products: Sequence[UUID], listed: bool | None, by: Person | Actor, reason: str = ""
) -> int:
    """Put products into an assortment (True), take them out (False, with a reason), or let its rule decide (None).

    How many products it was. What another channel offers is an exception, so taking out wants a reason.
    """
    if listed is False and not reason.strip():
        raise Invalid.field("reason", "required", "Say why this channel does not offer it.")
    offered = assortment_by_code(assortment)
    with transaction.atomic():
        intake.lock()
        ids = queries.ids_of(products)
        if len(ids) < len(set(products)):
            raise NoSuchProduct
        if listed is None:
            queries.drop_listings(offered.id, ids.values())
        else:
            queries.put_listings(offered.id, ids.values(), listed=listed, reason=texts.clean(reason)[:500])
        intake.refresh_presence(ids.values())
        for uid in ids:
            detail = {"assortment": offered.code, "listed": listed}
            staff.audit(actor=by, operation="catalogue.edit", subject=("product", str(uid)), detail=detail)
    return len(ids)


def offered_counts() -> dict[int, queries.OfferedRow]:
    """How many products each assortment offers, and how many of them are fully presented."""
    return queries.count_offered()


def differences(*, after: tuple[str, int] | None = None, limit: int = 50) -> list[queries.DifferenceRow]:
    """Products in sale that some assortments offer and others do not, by name."""
    return queries.differences(after=after, limit=limit)


def count_differences() -> int:
    """How many products some assortments offer and others do not."""
    return queries.count_differences()


def _check(
    *, code: str, name: str, currency: str, languages: Sequence[str], channels: Sequence[str], rule: str
) -> None:
    wrong = []
    if not _CODE.fullmatch(code):
        wrong.append(FieldError("code", "code", "A code is small Latin letters, digits and dashes."))
    if not 0 < len(name.strip()) <= 120:
        wrong.append(FieldError("name", "required", "Say the name, in at most 120 letters."))
    if not _CURRENCY.fullmatch(currency):
        wrong.append(FieldError("currency", "currency", "A currency is three capital letters, such as RUB."))
    if not languages or not all(texts.LANGUAGE.fullmatch(one) for one in languages):
        wrong.append(FieldError("languages", "language", "Say at least one language, such as ru."))
    if rule not in {"all", "chosen"}:
        wrong.append(FieldError("rule", "unknown", "The rule is `all` or `chosen`."))
    unknown = set(channels) - set(channels_by_code())
    if unknown:
        wrong.append(FieldError("channels", "unknown", "There is no such channel."))
    if wrong:
        raise Invalid(fields=wrong)
