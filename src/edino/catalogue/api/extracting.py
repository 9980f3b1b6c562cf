"""Everything of the catalogue, row by row, for files."""

from collections.abc import Iterator

from edino.catalogue.queries import extracts as queries
from edino.kernel.exports import Row, in_steps


def products() -> Iterator[Row]:
    """A row for each variant, with what its product says."""
    for _, *row in in_steps(queries.products, first=0):
        yield row


def attributes() -> Iterator[Row]:
    """A row for each definition."""
    for _, *row in in_steps(queries.attributes, first=0):
        yield row
