"""Trying a promotion on what people bought, before it is let loose."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from edino.promotions.api.books import book
from edino.promotions.errors import WrongPromotion
from edino.promotions.queries import promotions as queries
from edino.promotions.rules import Stage
from edino.promotions.rules.codes import usual
from edino.promotions.rules.documents import wrong
from edino.promotions.types import PastBasket, PromotionInput, Rehearsal, Rule, past_baskets

NEW: Final = 2**62
"""The id of a promotion that has none yet: after all others, as it will stand when it is made."""
STEP: Final = 500


def rehearse(*, promotion: PromotionInput, baskets: Iterable[PastBasket], currency: str = "") -> Rehearsal:
    """Price baskets of the past by the promotions that run, then with this one too (in place of the one of its code).

    It is taken as running all the time; who needs a code for it is taken to have given it. Limits of the others are not
    counted. Baskets of other currencies are skipped. Memory stays flat whatever the number of baskets.
    """
    problems = wrong(promotion.definition)
    if problems:
        raise WrongPromotion(fields=problems)
    kept = book(queries.version())
    known = queries.promotions(code=promotion.code) if promotion.code else []
    id_ = known[0].id if known else NEW
    currency = promotion.definition.currency or currency
    rules = [rule.rule for rule in kept.book.by_id.values() if rule.id != id_]
    stage: Stage | None = None
    skipped = 0
    for chunk in _chunks(iter(baskets)):
        codes = _codes(chunk)
        for past in chunk:
            if stage is None and not currency:
                currency = past.basket.currency
            if past.basket.currency != currency:
                skipped += 1
                continue
            stage = stage or Stage(Rule(id_, 0, promotion.definition), rules, currency)
            given = {codes[code]: code for code in map(usual, past.basket.codes) if code in codes}
            stage.show(past, given)
    stage = stage or Stage(Rule(id_, 0, promotion.definition), rules, currency)
    return stage.told(skipped)


def baskets_between(*, since: datetime, until: datetime) -> Iterator[PastBasket]:
    """Baskets of the past from everybody who keeps orders, oldest first within each."""
    for _, offer in past_baskets:
        yield from offer(since, until)


def _chunks(baskets: Iterator[PastBasket]) -> Iterator[list[PastBasket]]:
    while chunk := list(islice(baskets, STEP)):
        yield chunk


def _codes(chunk: Iterable[PastBasket]) -> dict[str, int]:
    """The promotions of the codes that were given."""
    given = sorted({usual(code) for past in chunk for code in past.basket.codes})
    return dict(queries.promotions_of(given)) if given else {}
