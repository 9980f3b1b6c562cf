"""Pure decisions of promotions: the compiled book of rules and the engine that prices a basket by it."""

from edino.promotions.rules.book import Book
from edino.promotions.rules.engine import NO_LIMITS, Limits, Outcome, Verdict, evaluate
from edino.promotions.rules.rehearsing import Stage

__all__ = ["NO_LIMITS", "Book", "Limits", "Outcome", "Stage", "Verdict", "evaluate"]
