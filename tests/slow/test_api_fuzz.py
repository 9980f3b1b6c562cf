"""Hundreds of examples of each call, where tests/site/test_fuzz.py tries a few."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case
from tests.programs import application, attempt, document, key  # noqa: F401 - fixtures of this file

schema = document()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(1800)
@schema.parametrize()
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_call_answers_what_its_document_does_not_say(
    case: Case[Any],
    application: Callable[..., Any],  # noqa: F811 - the fixture
    key: str,  # noqa: F811 - as above
) -> None:
    attempt(case, application, key)
