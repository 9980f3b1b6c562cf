"""What tests of the kit share."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from edino.ui import navigation


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def empty_navigation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A navigation that nobody has registered in, open to everybody."""
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_account", {})
    monkeypatch.setattr(navigation, "may", lambda _request, _operation: True)
