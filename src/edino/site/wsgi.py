"""The WSGI application granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from edino.kernel.web import Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edino.site.settings")
application = get_wsgi_application()
application.request_class = Request

# What start-up made lives as long as the process, and a batch of events makes tens of thousands of objects that die
# with its request: looking at all of them every 700 allocations cost a tenth of the collector's time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
