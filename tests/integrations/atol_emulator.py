"""ATOL Online v5 as its protocol describes it, over real HTTP: tokens, documents kept once per external id, reports."""

import http.client
import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOGIN, PASSWORD, GROUP = "v5-shop", "secret", "shop_1"


class AtolEmulator:
    """A group of devices in the cloud."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.operations: dict[str, str] = {}
        self.uids: dict[str, str] = {}
        self.tokens: list[str] = []
        self.calls: list[str] = []
        self.ill = 0
        self.lose = 0
        self.refuse = ""
        self.slow = 0
        self.fail = ""
        emulator = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                emulator.answer(self)

            def do_GET(self) -> None:
                emulator.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/possystem/v5"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        path = request.path.removeprefix("/possystem/v5")
        self.calls.append(f"{request.command} {path.split('/report/')[0]}")
        if self.ill:
            self.ill -= 1
            self._send(request, 503, {"error": "ill"})
            return
        status, told = self._told(path, request.headers.get("Token", ""), body)
        if self.lose and "uuid" in told:
            self.lose -= 1
            request.connection.close()
            return
        self._send(request, status, told)

    def _told(self, path: str, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if path == "/getToken":
            given = json.loads(body)
            if (given["login"], given["pass"]) != (LOGIN, PASSWORD):
                return 401, {"token": "", "error": {"code": 12, "text": "wrong login or password"}}
            self.tokens.append(uuid.uuid4().hex)
            return 200, {"token": self.tokens[-1], "error": None}
        if not self.tokens or token != self.tokens[-1]:
            return 401, {"error": {"code": 11, "text": "the token has expired"}}
        _, group, operation, *rest = path.split("/")
        if group != GROUP:
            return 401, {"error": {"code": 20, "text": "the group and the token do not match"}}
        if operation == "report":
            return 200, self._report(rest[0])
        return self._take(operation, json.loads(body))

    def _take(self, operation: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.refuse:
            return 400, {"uuid": None, "status": "fail", "error": {"code": 32, "text": self.refuse}}
        external = document["external_id"]
        if external in self.documents:
            known = {"code": 33, "text": f"there is a receipt with external_id: {external}"}
            return 400, {"uuid": self.uids[external], "status": "wait", "error": known}
        self.documents[external] = document
        self.operations[external] = operation
        self.uids[external] = str(uuid.uuid4())
        return 200, {"uuid": self.uids[external], "status": "wait", "error": None}

    def _report(self, uid: str) -> dict[str, Any]:
        if self.slow:
            self.slow -= 1
            return {"uuid": uid, "status": "wait", "error": {"code": 34, "text": "not yet"}}
        if self.fail:
            return {"uuid": uid, "status": "fail", "error": {"code": 1, "text": self.fail}}
        payload = {
            "fiscal_document_number": 133,
            "fiscal_document_attribute": 3449555941,
            "fn_number": "1110000100238211",
        }
        return {"uuid": uid, "status": "done", "error": None, "payload": payload}

    def _send(self, request: BaseHTTPRequestHandler, status: int, told: dict[str, Any]) -> None:
        content = json.dumps(told).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json; charset=utf-8")
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
        except (BrokenPipeError, http.client.HTTPException):
            pass
