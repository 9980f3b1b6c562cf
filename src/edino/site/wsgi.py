"""The WSGI application granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from edino.kernel.web import Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edino.site.settings")
application = get_wsgi_application()
application.request_class = Request

# What start-up made lives as long as the process, and a batch of events makes tens of thousands of objects that die
# with its request: looking at all of them every 700 allocations cost a tenth of the collector's time. Every 50,000 is
# too seldom: a request leaves some hundred objects in cycles, and freeing 50,000 at once stops all requests for 80 ms.
# Addresses are asked for, since the first request would import them otherwise, too late to be frozen.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 20, 50)

WARM_UP = 5
"""So many full collections still find what first requests load (telephone plans, templates, statements)."""


def settle(phase: str, info: dict[str, int]) -> None:
    """Freeze what outlives the first full collections: each walked it for up to 75 ms while requests waited."""
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
        settled.append(info["collected"])
        if len(settled) >= WARM_UP:
            gc.callbacks.remove(settle)


settled: list[int] = []
gc.callbacks.append(settle)
