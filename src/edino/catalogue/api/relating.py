"""Products to show beside another: similar by what is said of them, together by what was bought in one basket."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from math import log
from typing import Any, Final

from django.db import transaction

from edino.catalogue.api.reading import assortment_by_code
from edino.catalogue.api.searching import listed
from edino.catalogue.queries import relating as queries
from edino.catalogue.types import baskets
from edino.catalogue.types.pages import ProductRow
from edino.kernel import clock

NEIGHBOURS: Final = 12
LEAST_LIKE: Final = 0.15
LEAST_BASKETS: Final = 2
"""In how many baskets two products must have met: one may be chance."""

WINDOW: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Related:
    """What a run found: products, pairs that are similar, baskets read, pairs bought together."""

    products: int
    similar: int
    baskets: int
    together: int


def similar(*, product_id: int, assortment: str = "", language: str = "en", limit: int = 8) -> list[ProductRow]:
    """Products like this one that the assortment offers, the most alike first."""
    return _beside(product_id, "similar", assortment, language, limit)


def bought_together(*, product_id: int, assortment: str = "", language: str = "en", limit: int = 8) -> list[ProductRow]:
    """Products that were bought in one basket with this one, and that the assortment offers, the likeliest first."""
    return _beside(product_id, "together", assortment, language, limit)


def relate() -> Related:
    """Work out anew which products are similar and which are bought together; what was known before is replaced.

    Similar: cosine of TF-IDF over facets and words of names. Together: cosine over the baskets of a year, which orders
    offer in the registry `baskets`, for pairs that met in at least two of them.
    """
    features = [(product, frozenset(found)) for product, found in queries.features()]
    alike = neighbours(features, weighted=True, least=LEAST_LIKE)
    product_of = queries.products_of_variants()
    read = list(chain.from_iterable(offer(clock.now() - WINDOW) for _, offer in baskets))
    met = [
        (number, frozenset(product_of[variant] for variant in basket if variant in product_of))
        for number, basket in enumerate(read)
    ]
    holders: dict[int, set[int]] = {}
    for number, products in met:
        for product in products if len(products) > 1 else ():
            holders.setdefault(product, set()).add(number)
    told = [(product, frozenset(map(str, numbers))) for product, numbers in sorted(holders.items())]
    together = neighbours(told, weighted=False, shared=LEAST_BASKETS)
    with transaction.atomic():
        queries.replace_related("similar", alike)
        queries.replace_related("together", together)
    return Related(len(features), len(alike), len(read), len(together))


def neighbours(
    items: Sequence[tuple[int, frozenset[str]]], *, weighted: bool, least: float = 0.0, shared: int = 1
) -> list[tuple[int, int, int, float]]:
    """For each item the most alike others: item, place from 0, other, cosine of what they have in common.

    `weighted`: what is rare counts more (TF-IDF). Pairs below `least`, or with fewer than `shared` in common, are left
    out. Equally alike ones stand in the order of their ids.
    """
    from implicit.nearest_neighbours import ItemItemRecommender, normalize  # heavy, and only jobs need it
    from scipy.sparse import csr_matrix  # as above

    counts: dict[str, int] = {}
    for _, found in items:
        for one in found:
            counts[one] = counts.get(one, 0) + 1
    known = {one: place for place, one in enumerate(sorted(one for one, count in counts.items() if count > 1))}
    pairs = [(known[one], row) for row, (_, found) in enumerate(items) for one in sorted(found) if one in known]
    if not pairs:
        return []
    rows, columns = zip(*pairs, strict=True)
    rarity = {place: log(1 + len(items) / counts[one]) if weighted else 1.0 for one, place in known.items()}
    matrix = csr_matrix(([rarity[place] for place in rows], (columns, rows)), shape=(len(items), len(known)))
    model = ItemItemRecommender(K=NEIGHBOURS + 1, num_threads=1)
    model.fit(csr_matrix(normalize(matrix).T), show_progress=False)
    return list(_ranked(model.similarity, items, least, shared))


def _ranked(
    similarity: Any, items: Sequence[tuple[int, frozenset[str]]], least: float, shared: int
) -> Iterable[tuple[int, int, int, float]]:
    for row, (item, found) in enumerate(items):
        span = slice(similarity.indptr[row], similarity.indptr[row + 1])
        scored: Mapping[int, float] = {
            int(other): float(score)
            for other, score in zip(similarity.indices[span], similarity.data[span], strict=True)
            if other != row and score > least and len(found & items[other][1]) >= shared
        }
        order = sorted(scored, key=lambda other: (-round(scored[other], 6), items[other][0]))
        for place, other in enumerate(order[:NEIGHBOURS]):
            yield item, place, items[other][0], min(1.0, scored[other])


def _beside(product_id: int, kind: str, assortment: str, language: str, limit: int) -> list[ProductRow]:
    offered = assortment_by_code(assortment)
    return listed(queries.related(product_id, kind, assortment=offered.id, limit=limit), offered, language)
