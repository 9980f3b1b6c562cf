"""Work of catalogue in the background."""

from edino.catalogue.jobs import prices, related

__all__ = ["prices", "related"]
