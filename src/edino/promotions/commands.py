"""Commands of promotions, and what `edino doctor` looks at here."""

from collections.abc import Iterator

import click

from edino.kernel.doctor import Finding
from edino.kernel.registry import doctor_checks
from edino.promotions.api import gift_card_drift

commands: list[click.Command] = []


def looked_at() -> Iterator[Finding]:
    """Every gift card's ledger says what its balance says."""
    wrong = gift_card_drift()
    if wrong:
        named = ", ".join(str(card) for card, _ledger, _balance in wrong[:5])
        yield Finding("gift cards", "broken", f"ledger and balance disagree: {named}", "Look at their ledgers.")
    else:
        yield Finding("gift cards", "well", "every ledger says what its balance says")


doctor_checks.register("gift cards", looked_at)
