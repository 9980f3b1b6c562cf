"""Stories are told through the public API alone: each step is a call that a real system would make, and is printed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from edino.kernel.errors import Refusal

PATIENCE: Final = 30


class StoryBroken(Refusal):
    """The story stopped at: %(step)s"""

    code = "story_broken"
    status = 500


@dataclass(slots=True)
class Told:
    """What a story said: its steps in order."""

    title: str
    steps: list[str] = field(default_factory=list)


class Teller:
    """Speaks to the API as the systems of a shop do: each with its own key, each call under an Idempotency-Key."""

    def __init__(self, url: str, keys: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.keys = keys
        self.say = say
        self.told = Told("")
        self._client = httpx.Client(base_url=url, timeout=PATIENCE)

    def __enter__(self) -> "Teller":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def begin(self, title: str) -> None:
        """Start a story."""
        self.told = Told(title)
        self.say(title)

    def step(self, text: str) -> None:
        """Say what happened."""
        self.told.steps.append(text)
        self.say(f"  {len(self.told.steps):>2}. {text}")

    def call(self, who: str, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """One call by a system, the answer as JSON; StoryBroken when the answer has another status."""
        headers = {"Authorization": f"Bearer {self.keys[who]}"}
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid4())
        answer = self._client.request(method, f"/api/v1{path}", json=body, headers=headers)
        if answer.status_code != status:
            raise StoryBroken(step=f"{method} {path} answered {answer.status_code}: {answer.text[:400]}")
        return answer.json() if answer.content else None

    def page(self, path: str) -> str:
        """A page of the shop, as a browser without an account gets it."""
        answer = self._client.get(path, follow_redirects=True)
        if answer.status_code != 200:
            raise StoryBroken(step=f"GET {path} answered {answer.status_code}")
        return answer.text

    def must(self, what: bool, otherwise: str) -> None:
        """Stop the story when something is not as it should be."""
        if not what:
            raise StoryBroken(step=otherwise)


class Pocket:
    """The telephone of whoever is sent a code: a fresh installation prints its messages into the log of its web."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._read = log.stat().st_size if log.exists() else 0

    def messages(self) -> str:
        """What came since this pocket was made."""
        with self.log.open("rb") as file:
            file.seek(self._read)
            return file.read().decode("utf-8", "replace")
