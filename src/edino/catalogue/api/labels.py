"""What is printed on labels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edino.catalogue.queries import office as queries
from edino.catalogue.rules import short_codes


@dataclass(frozen=True, slots=True)
class Label:
    """A label: of a variant, or of a product as a whole (`sku` is empty then)."""

    code: str
    names: Mapping[str, str]
    sku: str
    options: Mapping[str, str]


def labels(*, products: Iterable[int]) -> list[Label]:
    """The labels of products: one for each as a whole, and one for each of its variants in sale."""
    found: list[Label] = []
    seen: set[int] = set()
    for row in queries.labels(dict.fromkeys(products)):
        if row.product_id not in seen:
            seen.add(row.product_id)
            found.append(Label(short_codes.encode("product", row.product_id), row.names, "", {}))
        if row.id is not None:
            code = short_codes.encode("variant", row.id)
            found.append(Label(code, row.names, row.sku or "", row.options or {}))
    return found
