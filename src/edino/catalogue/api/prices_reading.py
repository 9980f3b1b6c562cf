"""What things cost, why, and whether every channel says the same."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from edino.catalogue.queries import prices as queries
from edino.catalogue.types.prices import Difference, PriceAnswer, PriceException, PriceList, PriceRow
from edino.channels import api as channels
from edino.channels.types import Ability
from edino.kernel import clock

STEP: Final = 500
MOST_ROWS: Final = 500


def prices(
    *,
    variant_ids: Collection[int],
    currency: str,
    channel: str = "",
    region: str = "",
    groups: Collection[str] = frozenset(),
    at: datetime | None = None,
) -> dict[int, PriceAnswer]:
    """What a unit of each variant costs, in minor units of `currency`, in one statement; no price, no answer.

    `channel` changes the answer only where an exception is recorded; `groups` are the customer's.
    """
    if not variant_ids:
        return {}
    at = at or clock.now()
    found = queries.prices(list(variant_ids), currency, channel=channel, region=region, groups=sorted(groups), at=at)
    return {answer.variant_id: answer for answer in found}


def price_lists(*, counted: bool = False) -> list[PriceList]:
    """Every price list, the strongest first; `counted`: with the number of variants in each."""
    return queries.lists(counted=counted)


def price_history(*, variant_id: int, limit: int = MOST_ROWS) -> list[PriceRow]:
    """Everything recorded for a variant, newest first, and who said it."""
    sources = {source.id: source.name for source in channels.list_sources()}
    return [
        PriceRow(
            row.id,
            row.price_list,
            row.currency,
            row.amount,
            row.starts_at,
            row.ends_at,
            row.recorded_at,
            sources.get(row.source_id, ""),
            row.author,
        )
        for row in queries.history(variant_id, limit)
    ]


def price_course(*, variant_id: int, price_list: str, days: int = 90) -> list[int]:
    """The price in force in a list at this hour of each of the last days, oldest first; days without are left out."""
    lists = {one.code: one.id for one in queries.lists()}
    if price_list not in lists:
        return []
    now = clock.now()
    moments = [now - timedelta(days=back) for back in range(days, -1, -1)]
    return [amount for amount in queries.course(lists[price_list], variant_id, moments) if amount is not None]


def price_exceptions(*, ended: bool = False, limit: int = MOST_ROWS) -> list[PriceException]:
    """Recorded exceptions, newest first: those in force or to come, or all."""
    return queries.exceptions(ended=ended, at=clock.now(), limit=limit)


def parity(
    *,
    currency: str,
    region: str = "",
    variant_ids: Collection[int] | None = None,
    language: str = "en",
    at: datetime | None = None,
) -> Iterator[Difference]:
    """Every variant whose price differs in a channel that sells, with the exception that explains it.

    Each channel's price is asked for as that channel would ask, so a difference nobody recorded would be seen too. Read
    in steps: memory stays flat.
    """
    at = at or clock.now()
    selling = [code for code, channel in channels.channels_by_code().items() if channel.can(Ability.SELL)]
    recorded = _recorded(at)
    after = 0
    wanted = None if variant_ids is None else list(variant_ids)
    while found := queries.priced_variants(after=after, limit=STEP, language=language, variants=wanted):
        after = found[-1][0]
        ids = [id_ for id_, _, _ in found]
        usual = {one.variant_id: one for one in queries.prices(ids, currency, region=region, at=at)}
        for channel in selling:
            told = {one.variant_id: one for one in queries.prices(ids, currency, channel=channel, region=region, at=at)}
            for id_, sku, name in found:
                one, other = usual.get(id_), told.get(id_)
                if (one and one.unit) != (other and other.unit):
                    yield _difference((id_, sku, name, channel, currency), one, other, recorded)


def _recorded(at: datetime) -> Mapping[tuple[str, str], PriceException]:
    """Exceptions in force by (channel, reason), to say by whom and since when."""
    found = queries.exceptions(ended=False, at=at, limit=100_000)
    return {(one.channel, one.reason): one for one in reversed(found) if one.starts_at <= at}


def _difference(
    what: tuple[int, str, str, str, str],
    usual: PriceAnswer | None,
    told: PriceAnswer | None,
    recorded: Mapping[tuple[str, str], PriceException],
) -> Difference:
    reason = (told.exception or "") if told else ""
    known = recorded.get((what[3], reason))
    return Difference(
        *what,
        usual.unit if usual else None,
        told.unit if told else None,
        reason,
        known.author if known else "",
        known.starts_at if known else None,
    )
