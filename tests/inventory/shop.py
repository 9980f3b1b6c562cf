"""A shop with a warehouse and stores, as the tests of stock need one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from edino.catalogue import api as catalogue
from edino.catalogue.types import ProductInput, VariantInput
from edino.channels import api as channels
from edino.channels.types import Source
from edino.inventory import api
from edino.inventory.types import LocationInput, Movement
from edino.kernel import sql
from edino.staff.types import Actor

VERA = Actor("Vera")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def erp() -> Source:
    """The 1C of the shop."""
    return channels.source_of_files(name=None)


def goods(skus: Sequence[str]) -> dict[str, int]:
    """Shoes in these sizes; the id of each variant by SKU."""
    variants = tuple(VariantInput(sku, sku, options={"size": sku}) for sku in skus)
    catalogue.upsert_products(source=erp(), products=[ProductInput("shoes", names={"en": "Shoes"}, variants=variants)])
    return {sku: info.id for sku, info in catalogue.variants_by_sku(skus=skus).items()}


def place(code: str, kind: str = "store", **more: object) -> int:
    """A location; its id."""
    return api.save_location(location=LocationInput(code, kind=kind, **more), by=VERA).id  # type: ignore[arg-type]  # as the test says


def bring(sku: str, location: str, quantity: int, key: str = "") -> None:
    """So many come."""
    one = Movement("received", sku, location, quantity, key or f"{sku}@{location}", NOON)
    report = api.move(movements=[one], source=erp())
    assert (report.written, report.rejected) == (1, ())


def numbers(sku: str, location: str) -> tuple[int, int, int, int]:
    """(on hand, used, held, over) of an SKU at a location."""
    [row] = sql.tuples(
        """SELECT c.total, c.used, c.held, c.over FROM kernel_capacity c JOIN inventory_level l ON l.capacity_id = c.id
             JOIN inventory_location p ON p.id = l.location_id JOIN catalogue_variant v ON v.id = l.variant_id
            WHERE v.sku = %s AND p.code = %s""",
        [sku, location],
    )
    return row
