"""YooKassa's API v3 as its documentation describes it, over real HTTP, with the troubles networks have.

It keeps payments and refunds, answers a repeated Idempotence-Key with the first answer, and can be told to lose an
answer, to fall ill, to let a payer pay or turn back, and to send notifications, also twice and in the wrong order.
"""

import base64
import http.client
import json
import threading
import uuid
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

SHOP, SECRET = "54401", "test_secret"


class YooKassaEmulator:
    """A shop at YooKassa."""

    def __init__(self, *, pays_at_once: bool = False) -> None:
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[str, int, dict[str, Any]]] = {}
        self.calls: list[tuple[str, str]] = []
        self.ill = 0
        self.lose = 0
        self.refuse = False
        self.pays_at_once = pays_at_once
        self.lock = threading.RLock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v3"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def pay(self, ref: str) -> None:
        """The payer confirms on the page."""
        with self.lock:
            payment = self.payments[ref]
            assert payment["status"] == "pending", payment["status"]
            payment["paid"] = True
            payment["status"] = "succeeded" if payment["capture"] else "waiting_for_capture"

    def turn_back(self, ref: str, reason: str = "expired_on_confirmation") -> None:
        """The payer never confirms."""
        with self.lock:
            self.payments[ref]["status"] = "canceled"
            self.payments[ref]["cancellation_details"] = {"party": "yoo_money", "reason": reason}

    def captured(self) -> int:
        """Kopecks that were really taken and not given back."""
        with self.lock:
            taken = [Decimal(one["amount"]["value"]) for one in self.payments.values() if one["status"] == "succeeded"]
            back = [Decimal(one["amount"]["value"]) for one in self.refunds.values() if one["status"] == "succeeded"]
        return int((sum(taken, Decimal(0)) - sum(back, Decimal(0))) * 100)

    def notify(self, port: int, ref: str, event: str = "", path: str = "/hooks/yookassa/") -> int:
        """Tell the shop of a payment; the status it answers."""
        with self.lock:
            thing = {name: value for name, value in self.payments[ref].items() if name != "capture"}
        names = {"succeeded": "payment.succeeded", "canceled": "payment.canceled"}
        told = {
            "type": "notification",
            "event": event or names.get(thing["status"], "payment.waiting_for_capture"),
            "object": thing,
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("POST", path, json.dumps(told), {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()

    def answer(self, method: str, path: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What the API answers; a key that was used answers as it did."""
        with self.lock:
            self.calls.append((method, path))
            if method == "GET":
                return self._read(path)
            if not key or len(key) > 64:
                return 400, _error("invalid_request", "Idempotence-Key is missing or too long")
            mark = json.dumps([path, body], sort_keys=True)
            if key in self.answers:
                known, status, told = self.answers[key]
                if known != mark:
                    return 400, _error("invalid_request", "Idempotence key duplicated")
                return status, told
            status, told = self._do(path, body)
            self.answers[key] = (mark, status, json.loads(json.dumps(told)))
            return status, told

    def _read(self, path: str) -> tuple[int, dict[str, Any]]:
        kind, _, ref = path.partition("/")
        found = {"payments": self.payments, "refunds": self.refunds}.get(kind, {}).get(ref)
        return (200, _shown(found)) if found else (404, _error("not_found", f"{kind} is not found"))

    def _do(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        parts = path.split("/")
        if path == "payments":
            return self._create(body)
        if path == "refunds":
            return self._refund(body)
        payment = self.payments.get(parts[1])
        if payment is None:
            return 404, _error("not_found", "payment is not found")
        if payment["status"] != "waiting_for_capture":
            return 400, _error("invalid_request", f"the payment is {payment['status']}")
        if parts[2] == "capture":
            assert body["amount"] == payment["amount"]
        payment["status"] = "succeeded" if parts[2] == "capture" else "canceled"
        if parts[2] == "cancel":
            payment["cancellation_details"] = {"party": "merchant", "reason": "canceled_by_merchant"}
        return 200, _shown(payment)

    def _create(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.refuse:
            return 400, _error("invalid_request", "this shop cannot take payments")
        if Decimal(body["amount"]["value"]) <= 0 or not body["confirmation"].get("return_url"):
            return 400, _error("invalid_request", "amount or return_url is wrong")
        if len(body["description"]) > 128:
            return 400, _error("invalid_request", "description is too long")
        ref = str(uuid.uuid4())
        self.payments[ref] = {
            "id": ref,
            "status": "pending",
            "paid": False,
            "amount": body["amount"],
            "confirmation": {"type": "redirect", "confirmation_url": f"{self.url}/confirm/{ref}"},
            "metadata": body["metadata"],
            "description": body["description"],
            "capture": body["capture"],
            "test": True,
        }
        if self.pays_at_once:
            self.pay(ref)
        return 200, _shown(self.payments[ref])

    def _refund(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        payment = self.payments.get(body["payment_id"])
        if payment is None or payment["status"] != "succeeded":
            return 400, _error("invalid_request", "the payment cannot be refunded")
        done = [Decimal(one["amount"]["value"]) for one in self.refunds.values() if one["payment_id"] == payment["id"]]
        if sum(done, Decimal(body["amount"]["value"])) > Decimal(payment["amount"]["value"]):
            return 400, _error("invalid_request", "more than was paid")
        ref = str(uuid.uuid4())
        self.refunds[ref] = {"id": ref, "status": "succeeded", "amount": body["amount"], "payment_id": payment["id"]}
        return 200, self.refunds[ref]


def _shown(payment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payment.items() if name != "capture"}


def _error(code: str, text: str) -> dict[str, Any]:
    return {"type": "error", "id": str(uuid.uuid4()), "code": code, "description": text}


def _handler(shop: YooKassaEmulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._answer(json.loads(self.rfile.read(length) or b"{}"))

        def _answer(self, body: dict[str, Any]) -> None:
            token = base64.b64encode(f"{SHOP}:{SECRET}".encode()).decode()
            path = urlsplit(self.path).path.removeprefix("/v3/")
            if self.headers.get("Authorization") != f"Basic {token}":
                status, told = 401, _error("invalid_credentials", "wrong shop or key")
            elif shop.ill > 0:
                shop.ill -= 1
                status, told = 500, _error("internal_server_error", "try again")
            else:
                status, told = shop.answer(self.command, path, self.headers.get("Idempotence-Key", ""), body)
            if shop.lose > 0 and status == 200:
                shop.lose -= 1
                self.close_connection = True
                return
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Tests tell enough themselves."""

    return Handler
