"""Fixtures of the composite screens; the stage itself is loaded once Django is set up."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from tests.faces.shop_stage import Shelves
    from tests.faces.stage import Shop


@pytest.fixture
def shop() -> "Shop":
    """A shop whose four systems send what happens."""
    from tests.faces import stage  # Django is set up only after this file is loaded

    return stage.open_shop()


@pytest.fixture
def as_role() -> "Callable[..., Client]":
    """A browser in which somebody of a role is logged in."""
    from tests.faces import stage  # as above

    return stage.log_in


@pytest.fixture
def shelves() -> "Iterator[Shelves]":
    """A shop with shelves, whose messages to shoppers are kept."""
    from tests.faces import shop_stage  # as above

    with shop_stage.hearing(shop_stage.open_shelves()) as shelves:
        yield shelves
