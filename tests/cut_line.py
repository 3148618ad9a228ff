"""A line between a phone and the server that breaks where a test says: in a request, or before its answer."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread

PIECE = 16_384


@dataclass(frozen=True)
class Cut:
    """Where to break: after this share of the request's body (0 to 1), or, if None, before its answer."""

    after_share: float | None


@dataclass
class CutLine:
    """Passes every request on from a free port; `plan(method, path)` says which to break, and where."""

    server_port: int
    plan: Callable[[str, str], Cut | None] = lambda _method, _path: None
    is_down: bool = False
    breaks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the phone finds the server."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening."""
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self.listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(phone,), daemon=True).start()

    def _serve(self, phone: socket.socket) -> None:
        """One request: read whole, passed on as far as the plan lets it, its answer passed back."""
        with phone, contextlib.suppress(OSError):  # whoever hangs up first ends the line
            self._pass(phone)

    def _pass(self, phone: socket.socket) -> None:
        head, body = _request(phone)
        if not head or self.is_down:
            return
        method, path = head.split(b" ", 2)[:2]
        cut = self.plan(method.decode(), path.decode())
        with socket.create_connection(("127.0.0.1", self.server_port)) as server:
            server.sendall(_closing(head))
            if cut and cut.after_share is not None:
                server.sendall(body[: int(len(body) * cut.after_share)])
                self.breaks.append(f"{method.decode()} {cut.after_share}")
                return
            server.sendall(body)
            server.shutdown(socket.SHUT_WR)  # a server that answers before it has read all waits for this end
            answer = _all(server)
        if cut:
            self.breaks.append(f"{method.decode()} answer")
            return
        phone.sendall(answer)


def _request(phone: socket.socket) -> tuple[bytes, bytes]:
    """The head of a request with its blank line, and its body."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = phone.recv(PIECE)
        if not piece:
            return b"", b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":", 1)[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    while lengths and len(body) < int(lengths[0]):
        piece = phone.recv(PIECE)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n", body


def _closing(head: bytes) -> bytes:
    """The head, asking the server to close after its answer."""
    lines = head.rstrip(b"\r\n").split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n"


def _all(server: socket.socket) -> bytes:
    answer = b""
    while piece := server.recv(PIECE):
        answer += piece
    return answer
