"""Edino as a server sees it, in this process and in the test's transaction."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections


@pytest.fixture
def application() -> Iterator[Callable[..., Any]]:
    """The WSGI application as it is served; the connection that holds the test's transaction stays open."""
    from edino.site.wsgi import application  # it tunes this process, so not before it is asked for

    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield application
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def key() -> str:
    """A key that may do everything, of Igor's."""
    from edino.channels import api as channels  # Django is set up only after this file is loaded
    from edino.channels.types import Scope  # as above
    from edino.staff.types import Actor  # as above

    channels.forget_keys()
    source = channels.create_source(name="1C", channel="erp", by=Actor("Igor"), rate_limit=0)
    return channels.issue_key(source=source, scopes=list(Scope), by=Actor("Igor"))
