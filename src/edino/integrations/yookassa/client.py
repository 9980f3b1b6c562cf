"""The wire: HTTP with Basic authentication, JSON, and the three ways in which a call can end."""

import threading
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec
import structlog

from edino.checkout.errors import ProviderRefused, ProviderUnavailable

URL: Final = "https://api.yookassa.ru/v3"
SECONDS: Final = 20.0
LONGEST_KEY: Final = 64
"""Letters of an Idempotence-Key, by the documentation."""
_TEMPORARY: Final = frozenset({401, 403, 429})
"""Wrong credentials and too many calls say nothing about the payment; somebody mends them, and we ask again."""

logger = structlog.get_logger("edino.yookassa")


@dataclass(frozen=True, slots=True)
class Account:
    """A shop at YooKassa: its number, its secret key, and where the API is."""

    shop: str
    secret: str
    url: str = URL


class Client:
    """Calls of one shop. `ProviderRefused` for what was understood and refused, `ProviderUnavailable` for the rest."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None

    def get(self, path: str) -> dict[str, Any]:
        """Read an object."""
        return self._call("GET", path, None, "")

    def post(self, path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
        """Do something, at most once per key."""
        if not 0 < len(key) <= LONGEST_KEY:
            raise ValueError(f"an Idempotence-Key has at most {LONGEST_KEY} letters")
        return self._call("POST", path, body, key)

    def _call(self, method: str, path: str, body: dict[str, Any] | None, key: str) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", **({"Idempotence-Key": key} if key else {})}
        content = msgspec.json.encode(body) if body is not None else None
        try:
            answer = self._connection().request(method, f"/{path}", content=content, headers=headers)
            told = msgspec.json.decode(answer.content)
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            logger.warning("no answer", path=path.partition("/")[0], error=type(error).__name__)
            raise ProviderUnavailable from error
        if answer.status_code == 200 and isinstance(told, dict):
            return told
        code = told.get("code", "") if isinstance(told, dict) else ""
        logger.warning("not done", path=path.partition("/")[0], status=answer.status_code, code=code)
        if answer.status_code in _TEMPORARY or not 400 <= answer.status_code < 500:
            raise ProviderUnavailable
        raise ProviderRefused(reason=str(told.get("description") or code))

    def _connection(self) -> httpx.Client:
        with self._lock:
            if self._http is None:
                auth = httpx.BasicAuth(self.account.shop, self.account.secret)
                self._http = httpx.Client(base_url=self.account.url, auth=auth, timeout=SECONDS)
            return self._http

    def close(self) -> None:
        """Let the connections go."""
        with self._lock:
            if self._http is not None:
                self._http.close()
                self._http = None
