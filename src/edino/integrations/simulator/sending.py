"""Events on their way through the public API: batches per source, tried again until they are taken."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from edino.integrations.simulator.messages import Message
from edino.integrations.simulator.stream import SimulatedEvent
from edino.kernel.errors import Refusal, Unauthenticated

BATCH = 200
_TRIES = 8


class NotTaken(Refusal):
    """The collector at %(url)s did not take a batch: %(reason)s"""

    code = "not_taken"
    status = 502


@dataclass(slots=True)
class Sent:
    """What became of the events: by source, and how many the collector refused, with the first reasons."""

    events: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)


class Sender:
    """Sends messages to `/v1/batch`, each source with its own write key; `batch` messages a call.

    A batch goes out when its source has filled it, so sources overtake each other a little, as in life.
    """

    def __init__(self, url: str, keys: Mapping[str, str], *, batch: int = BATCH) -> None:
        self.sent = Sent()
        self._keys = keys
        self._batch = batch
        self._waiting: dict[str, list[Message]] = {}
        self._url = url.rstrip("/") + "/v1/batch"
        self._http = httpx.Client(timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            self._http.close()

    def add(self, event: SimulatedEvent) -> None:
        """Put an event in its source's batch, and send the batch when it is full."""
        waiting = self._waiting.setdefault(event.source, [])
        waiting.append(event.message)
        if len(waiting) >= self._batch:
            self._send(event.source)

    def flush(self) -> None:
        """Send what waits, in the order of the sources' first events."""
        for source in list(self._waiting):
            self._send(source)

    def _send(self, source: str) -> None:
        messages = self._waiting.pop(source)
        answer = self._post(self._keys[source], msgspec.json.encode({"batch": messages}))
        self.sent.events[source] += len(messages)
        self._note(source, answer)

    def _post(self, key: str, body: bytes) -> dict[str, Any]:
        reason = ""
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(min(0.25 * 2**attempt, 10.0))
            try:
                answer = self._http.post(
                    self._url, content=body, auth=(key, ""), headers={"content-type": "application/json"}
                )
            except httpx.TransportError as error:
                reason = type(error).__name__
                continue
            if answer.status_code in {401, 403}:
                raise Unauthenticated()
            if answer.status_code == 200:
                return dict(answer.json())
            reason = f"{answer.status_code} {answer.text[:200]}"
            if answer.status_code != 429 and answer.status_code < 500:
                break
        raise NotTaken(url=self._url, reason=reason)

    def _note(self, source: str, answer: dict[str, Any]) -> None:
        rejected = answer.get("rejected", [])
        count = rejected if isinstance(rejected, int) else len(rejected)
        self.sent.rejected += count
        errors = answer.get("errors", rejected)
        if isinstance(errors, list) and len(self.sent.reasons) < 5:
            self.sent.reasons += [f"{source}: {error}" for error in errors][: 5 - len(self.sent.reasons)]


def send(events: Iterable[SimulatedEvent], url: str, keys: Mapping[str, str], *, batch: int = BATCH) -> Sent:
    """Send all events; the count of what was sent and refused."""
    with Sender(url, keys, batch=batch) as sender:
        for event in events:
            sender.add(event)
    return sender.sent
