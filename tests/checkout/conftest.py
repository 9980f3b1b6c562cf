"""Fixtures of buying; the stage itself is loaded once Django is set up."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.checkout.stage import Shop


@pytest.fixture
def shop() -> "Shop":
    """Two stores, a warehouse, and four ways into them."""
    from tests.checkout import stage  # Django is set up only after this file is loaded

    return stage.open_shop()
