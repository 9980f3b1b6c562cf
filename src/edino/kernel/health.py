"""Addresses for machines that watch: does the process live, can it serve, what does it count.

They are open to anybody, so a stranger learns one word; details and metrics are for this machine and for whoever
holds EDINO_METRICS_TOKEN.
"""

import ipaddress
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from edino.kernel import clock, log, observe, sql
from edino.kernel.errors import Forbidden

BEHIND_FOR_LONG = timedelta(minutes=5)

_migrated: dict[str, bool] = {}


@dataclass(frozen=True, slots=True)
class ReaderState:
    """A reader of the log: does it stand behind, and for how many seconds has it not moved."""

    reader: str
    behind: bool
    idle_seconds: float

    @property
    def late(self) -> bool:
        """Rows wait and nobody takes them: the worker is down or stuck."""
        return self.behind and self.idle_seconds > BEHIND_FOR_LONG.total_seconds()


@require_GET
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process can answer at all; asks nobody else."""
    return JsonResponse({"status": "alive"})


@require_GET
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served: the database answers and its tables are of this version; 503 otherwise.

    Readers that stand behind are told (`late`) and do not take the web out of service.
    """
    missing = _missing()
    answer: dict[str, object] = {"status": "not ready" if missing else "ready"}
    if missing:
        answer["missing"] = missing
    if trusted(request) and "database" not in missing:
        states = readers() if not missing else []
        answer["readers"] = [
            {"reader": state.reader, "behind": state.behind, "idle_seconds": round(state.idle_seconds, 1)}
            for state in states
        ]
        answer["late"] = [state.reader for state in states if state.late]
    return JsonResponse(answer, status=503 if missing else 200)


@require_GET
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics. Raises Forbidden for strangers."""
    if not trusted(request):
        raise Forbidden("Metrics are for this machine, or for the bearer of EDINO_METRICS_TOKEN.")
    ready = not _missing()
    states = readers() if ready else []
    gauges = observe.Gauges([(each.reader, each.behind, each.idle_seconds) for each in states], database=ready)
    return HttpResponse(observe.metrics(gauges), content_type=CONTENT_TYPE_LATEST)


def trusted(request: HttpRequest) -> bool:
    """Whether the caller is this very machine, not through a proxy, or bears the metrics token."""
    token = os.environ.get("EDINO_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and secrets.compare_digest(given.encode(), token.encode()):
        return True
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def readers() -> list[ReaderState]:
    """Every reader of the log that ever ran."""
    now = clock.now()
    return [
        ReaderState(reader, behind, max(0.0, (now - moved).total_seconds()))
        for reader, _seen, moved, behind in log.lag()
    ]


def migrated() -> bool:
    """Whether the database has every migration of this code. A yes is remembered, a no is asked again."""
    connection = connections[DEFAULT_DB_ALIAS]
    name = str(connection.settings_dict["NAME"])
    if not _migrated.get(name):
        executor = MigrationExecutor(connection)
        _migrated[name] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated[name]


def _missing() -> list[str]:
    try:
        sql.scalar("SELECT 1")
        return [] if migrated() else ["migrations"]
    except DatabaseError:
        # A broken connection would be met again by the next request of this thread.
        connections[DEFAULT_DB_ALIAS].close()
        return ["database"]


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
