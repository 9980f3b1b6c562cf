"""Observation: logs as JSON lines that carry no personal data, and metrics for Prometheus.

Personal data is kept out by name (a key called `phone` never gets its value into a line) and by shape (an address or
a long number inside an error's text, as PostgreSQL puts them there, is blanked).
"""

import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

PERSONAL: Final = frozenset(
    {
        *("authorization", "cookie", "key", "passport", "password", "secret", "session", "token", "write_key"),
        *("birth_date", "birthday", "first_name", "full_name", "last_name", "middle_name", "name", "patronymic"),
        *("address", "card", "email", "emails", "identifier", "identifiers", "ip", "loyalty_card", "phone", "phones"),
        *("body", "code", "comment", "coupon", "note", "surname", "text", "traits", "user_agent", "value", "values"),
    }
)
"""Keys whose values never reach a log line. Operators' names for things use other words: `reader`, `route`, `job`."""

FREE_TEXT: Final = ("event", "error", "exception", "message", "reason")

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ ()-]{0,2}\d){8,}(?![\w])")
_DATABASE_DETAIL = re.compile(r"\)=\(.*?\)(?= |$|\.)")
_FAILING_ROW = re.compile(r"(Failing row contains )\(.*\)", re.DOTALL)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+\S+")

REQUESTS: Final = Counter("edino_requests", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS: Final = Histogram(
    "edino_request_seconds",
    "Time to answer a request",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
READER_EVENTS: Final = Counter("edino_reader_events", "Rows of the log that readers moved past", ["reader"])


def request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. `route` is the pattern, never the path, which may hold an identifier."""
    REQUESTS.labels(method, route, str(status)).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)


def without_personal_data(_logger: Any, _method: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """The structlog processor: drops personal keys at any depth, blanks personal shapes in free text."""
    kept = _dropped(line)
    for key in FREE_TEXT:
        if isinstance(kept.get(key), str):
            kept[key] = blanked(kept[key])
    return kept


def blanked(text: str) -> str:
    """A text without e-mail addresses, long numbers, credentials and the values PostgreSQL quotes in its details."""
    text = _BEARER.sub(r"\1 …", text)
    text = _FAILING_ROW.sub(r"\1(…)", text)
    text = _DATABASE_DETAIL.sub(")=(…)", text)
    text = _EMAIL.sub("…@…", text)
    return _LONG_NUMBER.sub("…", text)


def _dropped(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _inside(value) for key, value in line.items() if str(key).lower() not in PERSONAL}


def _inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _dropped(value)
    if isinstance(value, (list, tuple)):
        return [_inside(each) for each in value]
    return value


def configure(level: str | None = None) -> None:
    """Send every log of the process, ours and the libraries', as JSON lines to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    handler = _StandardError()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for ours in [each for each in root.handlers if isinstance(each, _StandardError)]:
        root.removeHandler(ours)
    root.addHandler(handler)
    root.setLevel((level or os.environ.get("EDINO_LOG_LEVEL") or "INFO").upper())
    for chatty in ("procrastinate", "httpx", "asyncio", "django.request", "psycopg"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _StandardError(logging.StreamHandler[Any]):
    """Writes to what standard error is now, so that a redirection (a test, a progress bar) is respected."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


class Gauges(Collector):
    """Numbers asked from the database when somebody looks, instead of being kept by each process."""

    def __init__(self, readers: Iterable[tuple[str, bool, float]], *, database: bool) -> None:
        self.readers = list(readers)
        self.database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Whether the database answers, and for each reader of the log whether and how long it stands behind."""
        yield GaugeMetricFamily("edino_database_up", "1 when the database answers", value=int(self.database))
        behind = GaugeMetricFamily("edino_reader_behind", "1 when rows of the log wait", labels=["reader"])
        idle = GaugeMetricFamily("edino_reader_idle_seconds", "Since the reader last moved", labels=["reader"])
        for reader, waiting, seconds in self.readers:
            behind.add_metric([reader], int(waiting))
            idle.add_metric([reader], seconds)
        yield behind
        yield idle


def metrics(gauges: Gauges) -> bytes:
    """All metrics in Prometheus' text format, summed over the processes of `edino serve`."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for own in (REQUESTS, REQUEST_SECONDS, READER_EVENTS):
            registry.register(own)
    registry.register(gauges)
    return generate_latest(registry)
