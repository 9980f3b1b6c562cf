"""Statements of what is exported, one function per statement."""

from typing import Any

from edino.kernel import sql

_SQL = sql.statements("edino.catalogue", "extracts.sql")


def products(after: int) -> list[tuple[Any, ...]]:
    """Variants with their products, the next 500 products; the first column is the product's number."""
    return sql.tuples(_SQL["products"], {"after": after})


def attributes(after: int) -> list[tuple[Any, ...]]:
    """The next 1000 definitions; the first column is their number."""
    return sql.tuples(_SQL["attributes"], {"after": after})
