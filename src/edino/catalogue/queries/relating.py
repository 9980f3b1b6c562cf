"""Statements of products that belong together, one function per statement."""

from collections.abc import Sequence

from edino.catalogue.queries.searching import FoundRow
from edino.kernel import sql

_SQL = sql.statements("edino.catalogue", "relating.sql")


def features() -> list[tuple[int, list[str]]]:
    """What each product in sale is known by."""
    return [(id_, found) for id_, found in sql.tuples(_SQL["features"])]


def products_of_variants() -> dict[int, int]:
    """Variant → product."""
    return dict(sql.tuples(_SQL["products_of_variants"]))


def replace_related(kind: str, rows: Sequence[tuple[int, int, int, float]]) -> None:
    """Note what belongs together (product, place, other, score) and nothing else."""
    sql.execute(_SQL["drop_related"], {"kind": kind})
    if rows:
        products, places, others, scores = (list(column) for column in zip(*rows, strict=True))
        params = {"products": products, "places": places, "others": others, "scores": scores}
        sql.execute(_SQL["add_related"], {"kind": kind, **params})


def related(product: int, kind: str, *, assortment: int, limit: int) -> list[FoundRow]:
    """What is offered beside a product."""
    params = {"product": product, "kind": kind, "assortment": assortment, "limit": limit}
    return sql.rows(_SQL["related"], params, FoundRow)
