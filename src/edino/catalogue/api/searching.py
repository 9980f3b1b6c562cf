"""The search: what an assortment offers under some words and filters, page by page, and what else could be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from edino.catalogue.api.prices_reading import prices
from edino.catalogue.api.reading import assortment_by_code, shelves
from edino.catalogue.queries import intake as definitions
from edino.catalogue.queries import reading
from edino.catalogue.queries import searching as queries
from edino.catalogue.rules import finding, texts
from edino.catalogue.types import Assortment, Sort
from edino.catalogue.types.pages import Facet, FacetValue, ProductRow, ProductsPage, picture_src
from edino.kernel import paging
from edino.kernel.errors import Invalid

MOST: Final = 100
MOST_VALUES: Final = 60


def search(
    *,
    text: str = "",
    assortment: str = "",
    category: int | str | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
    language: str = "en",
    after: str = "",
    limit: int = 24,
    sort: Sort = "",
    channel: str = "",
    region: str = "",
    facets: bool = False,
) -> ProductsPage:
    """What an assortment (by code; the default for "") offers under some words and filters.

    Words are found in Russian and English, by their beginnings, in either alphabet, and typed on the wrong keyboard.
    `category` is an id or a code, and means what is below it too. `filters`: name → values, any of which will do:
    `brand`, `option.size`, `attribute.season`, and `price` with one value `from..to` in minor units, either may be
    missing. At most 6 filters, other names are refused. `after` is `next` of the page before. Without a `sort` words
    are sorted by how well they fit, else by name. `facets`: also what else could be chosen, with counts.
    """
    offered = assortment_by_code(assortment)
    query = as_query(text)
    if text.strip() and query is None and finding.words(text):
        return ProductsPage((), 0)
    wanted = _wanted(offered, query, category, filters or {}, region)
    order = sort or ("relevance" if query else "name")
    if order == "relevance" and query is None:
        order = "name"
    limit = max(1, min(limit, MOST))
    found = queries.search(wanted, sort=order, after=paging.decode(after, 3), limit=limit + 1)
    rows = found[:limit]
    return ProductsPage(
        tuple(listed(rows, offered, language, channel=channel, region=region)),
        found[0].total if found else 0,
        paging.encode(rows[-1].place, rows[-1].title, rows[-1].id) if len(found) > limit else "",
        _facets(wanted, language, filters or {}) if facets else (),
    )


def as_query(text: str) -> str | None:
    """What was typed, as the search understands it; None when there is nothing to look for."""
    typed = finding.words(text)
    return queries.query(*map(list, zip(*typed, strict=True))) if typed else None


def listed(
    rows: Sequence[queries.FoundRow], offered: Assortment, language: str, *, channel: str = "", region: str = ""
) -> list[ProductRow]:
    """Products as a list shows them, with the lowest price of each."""
    costs = _costs(rows, offered, channel, region)
    return [_row(row, language, offered, costs) for row in rows]


def _wanted(
    offered: Assortment,
    query: str | None,
    category: int | str | None,
    filters: Mapping[str, Sequence[str]],
    region: str,
) -> queries.Wanted:
    groups: list[tuple[str, ...]] = []
    if category is not None and category != "":
        groups.append((f"c:{_category(category)}",))
    price_from = price_to = None
    for name, values in filters.items():
        if not values:
            continue
        if name == "price":
            price_from, price_to = finding.span(values[0])
            continue
        start = finding.facet_start(name)
        if start is None:
            raise Invalid.field(f"filters.{name}", "unknown", "There is no such filter.")
        groups.append(tuple(start + value for value in values))
    if len(groups) > queries.MOST_FILTERS:
        raise Invalid.field("filters", "too_many", "There are too many filters at once.")
    return queries.Wanted(offered.id, query, tuple(groups), offered.currency, region, price_from, price_to)


def _category(category: int | str) -> int:
    if isinstance(category, int):
        return category
    found = definitions.categories_by_code([category])
    if category not in found:
        raise Invalid.field("category", "unknown", "There is no such category.")
    return found[category]


def _costs(rows: Sequence[queries.FoundRow], offered: Assortment, channel: str, region: str) -> dict[int, int]:
    """What each variant of the page costs, by the rules of prices."""
    ids = [id_ for row in rows for id_ in row.variant_ids]
    if not ids:
        return {}
    answers = prices(variant_ids=ids, currency=offered.currency, channel=channel, region=region)
    return {id_: answer.unit for id_, answer in answers.items()}


def _row(row: queries.FoundRow, language: str, offered: Assortment, costs: Mapping[int, int]) -> ProductRow:
    own = [costs[id_] for id_ in row.variant_ids if id_ in costs]
    return ProductRow(
        id=row.id,
        uid=row.uid,
        slug=row.slug,
        name=texts.said_in(row.names, language, *offered.languages),
        brand=row.brand,
        image=None if row.image is None else picture_src(row.image),
        variants=len(row.variant_ids),
        rating=round(row.rating_sum / row.rating_count, 2) if row.rating_count else None,
        rating_count=row.rating_count,
        active=row.is_active,
        price_from=min(own) if own else None,
        variant_ids=tuple(row.variant_ids),
    )


def _facets(wanted: queries.Wanted, language: str, filters: Mapping[str, Sequence[str]]) -> tuple[Facet, ...]:
    """What can be chosen: a filter in force is counted as if it were not, so that it can be widened."""
    counts = queries.facets(wanted)
    for name in filters:
        start = finding.facet_start(name)
        if start is None or not filters[name]:
            continue
        rest = tuple(group for group in wanted.groups if not group[0].startswith(start))
        counts = {facet: count for facet, count in counts.items() if not facet.startswith(start)}
        counts |= queries.facets(replace(wanted, groups=rest), only=start)
    grouped: dict[str, list[FacetValue]] = {}
    words = _words(language, counts)
    for facet, count in counts.items():
        name, value = finding.facet_parts(facet)
        chosen = value in filters.get(name, ())
        grouped.setdefault(name, []).append(FacetValue(value, words.get(facet, value), count, chosen))
    return tuple(
        Facet(name, words.get(name, name), tuple(finding.sorted_values(grouped[name])[:MOST_VALUES]))
        for name in sorted(grouped, key=finding.facet_order)
    )


def _words(language: str, counts: Mapping[str, Any]) -> dict[str, str]:
    """What filters and their values are called; brands are called what they are."""
    words = {
        f"option.{code}": texts.said_in(names, language) or code.capitalize() for code, names in reading.axes().items()
    }
    for code, one in definitions.attributes().items():
        words[f"attribute.{code}"] = texts.said_in(one.names, language) or code
        for choice, said in one.choices.items():
            words[f"a:{code}={choice}"] = texts.said_in(said, language) or choice
        if one.kind == "boolean":
            yes, no = finding.YES_NO.get(language.partition("-")[0], finding.YES_NO["en"])
            words |= {f"a:{code}=true": yes, f"a:{code}=false": no}
    if any(facet.startswith("c:") for facet in counts):
        words |= {f"c:{shelf.id}": shelf.name for shelf in shelves(language=language)}
    return words
