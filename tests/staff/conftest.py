"""What tests of people share."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _fast_hashes(settings: Any) -> None:
    # The real one takes half a second on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
