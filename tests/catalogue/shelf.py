"""The shop that the stories of the catalogue happen in: a back office that sends products, and its running shoes."""

from collections.abc import Mapping, Sequence
from typing import Any

from edino.catalogue import api
from edino.catalogue.types import CategoryInput, Media, ProductInput, UpsertReport, VariantInput
from edino.channels import api as channels
from edino.channels.types import Source
from edino.kernel import sql
from edino.staff.types import Actor

HOUSE = Actor("command line")
GTINS = ["4006381333931", "4606453849072", "5901234123457", "9780306406157", "4012345678901"]


def source(name: str = "1C") -> Source:
    """A back-office system."""
    found = {one.name for one in channels.list_sources()}
    if name in found:
        return channels.get_source(name=name)
    return channels.create_source(name=name, channel="erp", by=HOUSE)


def shelves() -> UpsertReport:
    """Shoes, and running shoes below them."""
    return api.upsert_categories(
        source=source(),
        categories=[
            CategoryInput("g-2", {"ru": "Кроссовки для бега", "en": "Running shoes"}, parent="g-1"),
            CategoryInput("g-1", {"ru": "Обувь", "en": "Shoes"}, parent=""),
        ],
    )


def runner(**changes: Any) -> ProductInput:
    """Lena's running shoes in two sizes."""
    said: dict[str, Any] = {
        "external_id": "p-1",
        "names": {"ru": "Кроссовки Рассвет", "en": "Dawn running shoes"},
        "descriptions": {"ru": "Для бега по асфальту", "en": "For the road"},
        "brand": "Полдень",
        "categories": ["g-2"],
        "attributes": {"season": "summer", "drop": 8, "vegan": True},
        "media": [Media("shoes/dawn.jpg", "Dawn")],
        "variants": [
            VariantInput("p-1#41", "DAWN-41", {"Размер": "41", "Цвет": "синий"}, [GTINS[0]], 320),
            VariantInput("p-1#42", "DAWN-42", {"Размер": "42", "Цвет": "синий"}, [GTINS[1]], 330),
        ],
    }
    return ProductInput(**said | changes)


def simple(number: int, **changes: Any) -> ProductInput:
    """A plain product of one variant."""
    said: dict[str, Any] = {
        "external_id": f"s-{number}",
        "names": {"ru": f"Носки {number}", "en": f"Socks {number}"},
        "variants": [VariantInput(f"s-{number}#", f"SOCK-{number}")],
    }
    return ProductInput(**said | changes)


def bring(*products: ProductInput, by: str = "1C", **options: Any) -> UpsertReport:
    """The back office sends products."""
    return api.upsert_products(source=source(by), products=products, **options)


def counts(report: UpsertReport) -> tuple[int, int, int, int]:
    """Created, changed, unchanged, deactivated."""
    return report.created, report.changed, report.unchanged, report.deactivated


def told(findings: Sequence[Any]) -> list[tuple[int, str, str]]:
    """Index, field and code of what was wrong."""
    return [(one.index, one.field, one.code) for one in findings]


def skus(options: Mapping[str, Any]) -> list[str]:
    """The SKUs of variants, sorted."""
    return sorted(options)


def facts(kind: str = "product.changed") -> list[dict[str, Any]]:
    """The bodies of the facts of a kind on the log, oldest first; also those of the open transaction."""
    found = sql.tuples("SELECT body FROM kernel_log WHERE type = %(kind)s ORDER BY id", {"kind": kind})
    return [body for (body,) in found]
