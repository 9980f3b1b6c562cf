"""Fixtures of the composite screens; the stage itself is loaded once Django is set up."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

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
