"""A tiny server for map tests: one page under our policy, with an ETag, and the static files it names."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from maps import page
from maps.single_file import STATIC

_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Map</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">{head}</head><body>{body}{script}</body></html>"""


@dataclass
class Served:
    """The address of the page and the status of each answer it gave."""

    url: str
    statuses: list[int] = field(default_factory=list)


@contextmanager
def serve(parts: page.Parts) -> Iterator[Served]:
    """Serves the map at `/` for the time of the block."""
    served = Served("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(parts, served))
    server.block_on_close = False  # a browser keeps its connections open
    served.url = f"http://127.0.0.1:{server.server_port}/"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(parts: page.Parts, served: Served) -> type[BaseHTTPRequestHandler]:
    content = _PAGE.format(head=parts.head_html, body=parts.body_html, script=parts.script_html).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    policy = (
        f"default-src 'none'; script-src 'self' 'sha256-{parts.script_sha256}'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'"
    )
    headers = {"Content-Security-Policy": policy, "ETag": etag, "Cache-Control": "private, no-cache"}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # of an older server Chromium ignores the ETag

        def do_GET(self) -> None:
            if self.path.startswith("/static/"):
                file = STATIC / self.path.removeprefix("/static/")
                self.answer(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "text/plain", {})
                return
            status = 304 if self.headers.get("If-None-Match") == etag else 200
            served.statuses.append(status)
            self.answer(status, content if status == 200 else b"", "text/html; charset=utf-8", headers)

        def answer(self, status: int, body: bytes, kind: str, more: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """No lines in the test's output."""

    return Handler
