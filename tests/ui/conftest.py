"""What tests of the kit share."""

import pytest

from edino.ui import navigation


@pytest.fixture
def empty_navigation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A navigation that nobody has registered in, open to everybody."""
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_account", {})
    monkeypatch.setattr(navigation, "may", lambda _request, _operation: True)
