"""The SKU that a variant gets when its source first names it; it stays for ever.

The article, when it names just one variant; else the article and the beginning of the id; without an article the id.
The same document gives the same SKUs whatever stood in the database, but for those taken by others.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from edino.integrations.exchange import queries
from edino.integrations.exchange.work import Work

if TYPE_CHECKING:
    from edino.integrations.exchange.products import Product, Thing

LONGEST: Final = 100
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def is_guid(text: str) -> bool:
    """Whether this is an id that no person made."""
    return _GUID.fullmatch(text) is not None


def give(work: Work, products: "Sequence[Product]") -> None:
    """Give every offer that has none a SKU."""
    new = [(product, offer) for product in products for offer in product.offers if not offer.sku]
    if not new:
        return
    articles = {str(product.goods.body.get("article", "")) for product, _ in new} - {""}
    owners = queries.article_owners(work.run.id, work.source.id, sorted(articles))
    wanted = [(offer, list(_candidates(product, offer, owners))) for product, offer in new]
    taken = queries.taken_skus(work.source.id, sorted({one for _, several in wanted for one in several}))
    taken |= {offer.sku: offer.ext_id for product in products for offer in product.offers if offer.sku}
    for offer, several in wanted:
        offer.sku = next(one for one in several if taken.get(one, offer.ext_id) == offer.ext_id)
        taken[offer.sku] = offer.ext_id
    for product, offer in new:
        if not offer.body.get("article") and not product.goods.body.get("article") and offer is product.offers[0]:
            work.odd.note("no_article", f"{product.goods.body.get('name', '')} → {offer.sku}", line=product.goods.line)


def _candidates(product: "Product", offer: "Thing", owners: dict[str, int]) -> Iterator[str]:
    """SKUs in the order of preference; the last is as unique as the id itself."""
    goods, _, characteristic = offer.ext_id.partition("#")
    common = str(product.goods.body.get("article", ""))
    own = str(offer.body.get("article", ""))
    if own and own != common:
        yield own[:LONGEST]
    article = (common or own)[:60]
    short_goods, short = _short(goods), _short(characteristic)
    alone = not characteristic and len(product.offers) == 1
    if article and owners.get(common, 1) <= 1 and (alone or not characteristic):
        yield article
    start = (
        article if article and owners.get(common, 1) <= 1 else f"{article}-{short_goods}" if article else short_goods
    )
    yield f"{start}-{short}" if short else start
    yield f"{article or short_goods}-{goods}-{characteristic}".rstrip("-")[:LONGEST]
    yield offer.ext_id[-LONGEST:]
    yield f"{offer.ext_id[:60]}-{blake2b(offer.ext_id.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


def _short(text: str) -> str:
    return text[:8] if is_guid(text) else text
