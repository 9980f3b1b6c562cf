"""The device: a token, a document sent, its report asked for. Every call may be repeated."""

import os
import threading
from dataclasses import dataclass
from typing import Any, Final

import httpx
import msgspec

from edino.integrations.atol.document import Company, WrongDocument, build
from edino.orders.types.fiscal import (
    FiscalDocument,
    FiscalRefused,
    FiscalState,
    FiscalUnavailable,
    fiscal_devices,
)

URL: Final = "https://online.atol.ru/possystem/v5"
SECONDS: Final = 20.0
NAME: Final = "atol"
_EXPIRED: Final = frozenset({10, 11})
_EXISTS: Final = 33
_NOT_YET: Final = 34
_OURS: Final = frozenset({31, 32})
"""Errors that say the document itself is wrong: it will not become right by being sent again."""
_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Account:
    """The access to ATOL Online: log-in, password, group of devices, address of the service and of our callback."""

    login: str
    password: str
    group: str
    url: str = URL
    callback_url: str = ""


class Atol:
    """A `FiscalDevice`."""

    def __init__(self, account: Account, company: Company) -> None:
        self.account = account
        self.company = company
        self._token = ""
        self._lock = threading.Lock()
        self._http = httpx.Client(timeout=SECONDS)

    def send(self, document: FiscalDocument, *, email: str, phone: str) -> str:
        """Hand a receipt over; the uuid it has there, the same when it was handed over before."""
        try:
            made = build(document, self.company, email=email, phone=phone, callback_url=self.account.callback_url)
        except WrongDocument as wrong:
            raise FiscalRefused(str(wrong)) from wrong
        told = self._call("POST", f"/{self.account.group}/{document.operation}", made)
        error = told.get("error") or {}
        code = error.get("code")
        if told.get("uuid") and (not error or code == _EXISTS):
            return str(told["uuid"])
        if code in _OURS:
            raise FiscalRefused(_reason(error))
        raise FiscalUnavailable(_reason(error) or "no uuid in the answer")

    def state(self, device_uid: str) -> FiscalState:
        """What became of a receipt."""
        told = self._call("GET", f"/{self.account.group}/report/{device_uid}", None)
        error = told.get("error") or {}
        if told.get("status") == "done":
            return FiscalState("done", told.get("payload") or {})
        if told.get("status") == "fail" and error.get("code") != _NOT_YET:
            return FiscalState("fail", {}, _reason(error))
        return FiscalState("wait", {})

    def _call(self, method: str, path: str, body: Any) -> dict[str, Any]:
        told = self._once(method, path, body, self._known_token())
        if (told.get("error") or {}).get("code") in _EXPIRED:
            with self._lock:
                self._token = ""
            told = self._once(method, path, body, self._known_token())
        return told

    def _known_token(self) -> str:
        """A token is valid for a day; it is asked for when there is none, or when it was refused."""
        with self._lock:
            if not self._token:
                access = {"login": self.account.login, "pass": self.account.password}
                told = self._once("POST", "/getToken", access, "")
                self._token = str(told.get("token") or "")
                if not self._token:
                    raise FiscalUnavailable(_reason(told.get("error") or {}) or "no token in the answer")
            return self._token

    def _once(self, method: str, path: str, body: Any, token: str) -> dict[str, Any]:
        headers = {"Content-Type": "application/json; charset=utf-8", **({"Token": token} if token else {})}
        content = None if body is None else _encode(body)
        try:
            answer = self._http.request(method, f"{self.account.url}{path}", content=content, headers=headers)
            told = msgspec.json.decode(answer.content)
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise FiscalUnavailable(type(error).__name__) from error
        if answer.status_code >= 500 or not isinstance(told, dict):
            raise FiscalUnavailable(f"HTTP {answer.status_code}")
        return told


def _reason(error: dict[str, Any]) -> str:
    return f"{error.get('code', '')} {error.get('text', '')}".strip()


def register() -> None:
    """Offer ATOL Online to the order book when this installation has an access (docs/fiscal.md)."""
    login = os.environ.get("EDINO_ATOL_LOGIN", "")
    if not login or fiscal_devices.get(NAME) is not None:
        return
    account = Account(
        login,
        os.environ.get("EDINO_ATOL_PASSWORD", ""),
        os.environ.get("EDINO_ATOL_GROUP", ""),
        os.environ.get("EDINO_ATOL_URL") or URL,
        os.environ.get("EDINO_ATOL_CALLBACK", ""),
    )
    company = Company(
        os.environ.get("EDINO_ATOL_INN", ""),
        os.environ.get("EDINO_SHOP_ADDRESS", "http://127.0.0.1:8000"),
        os.environ.get("EDINO_ATOL_EMAIL", ""),
        os.environ.get("EDINO_ATOL_TAX_SYSTEM", "osn"),
    )
    fiscal_devices.register(NAME, Atol(account, company))
