"""Many examples of each call, where tests/site/test_fuzz.py tries a few: ten minutes for the whole API on two cores.

An example costs about 80 ms of processor time (most of it thinking of one), so each of the API's calls gets sixty. They
are drawn anew in every run, and what failed is tried first by the next one: runs add up.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case
from tests.programs import application, attempt, document, key  # noqa: F401 - fixtures of this file

schema = document()
EXAMPLES = 60


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.timeout(600)
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_call_answers_what_its_document_does_not_say(
    case: Case[Any],
    application: Callable[..., Any],  # noqa: F811 - the fixture
    key: str,  # noqa: F811 - as above
) -> None:
    attempt(case, application, key)
