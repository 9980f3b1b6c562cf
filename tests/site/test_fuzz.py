"""Whatever Schemathesis thinks of, from the document of the API: no 500, and no answer that the document does not name.

A few examples of each call here; more in tests/slow/test_api_fuzz.py.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case
from tests.programs import attempt, document

schema = document()


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_call_answers_what_its_document_does_not_say(
    case: Case[Any], application: Callable[..., Any], key: str
) -> None:
    attempt(case, application, key)
