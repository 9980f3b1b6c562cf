"""A keep-alive HTTP client that costs next to nothing, so that the machine measures the server."""

import select
import socket
from typing import Any

import msgspec


class Client:
    """One connection of one system, with its key."""

    def __init__(self, port: int, key: str) -> None:
        self.address = ("127.0.0.1", port)
        self.head = f"Host: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        self.socket: socket.socket | None = None

    def call(self, method: str, path: str, body: Any, *, key: str = "") -> tuple[int, Any]:
        """Send JSON; the status and what came back."""
        content = msgspec.json.encode(body)
        own = f"Idempotency-Key: {key}\r\n" if key else ""
        head = f"{method} /api/v1{path} HTTP/1.1\r\n{self.head}{own}Content-Length: {len(content)}\r\n\r\n"
        status, answer = self._sent(head.encode() + content)
        return status, msgspec.json.decode(answer) if answer else None

    def _sent(self, request: bytes) -> tuple[int, bytes]:
        if self.socket is not None and self._left():
            self.close()
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=120)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        top, _, rest = answer.partition(b"\r\n\r\n")
        lengths = [line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length")]
        length = int(lengths[0][15:]) if lengths else 0
        while len(rest) < length:
            rest += self._more()
        return int(top[9:12]), rest

    def _left(self) -> bool:
        """Whether the server has let go of a connection that was silent for long, as servers do."""
        assert self.socket is not None
        return bool(select.select([self.socket], [], [], 0)[0])

    def _more(self) -> bytes:
        assert self.socket is not None
        part = self.socket.recv(65536)
        if not part:
            self.close()
            raise ConnectionError("the server closed the connection")
        return part

    def close(self) -> None:
        """Let the connection go."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None
