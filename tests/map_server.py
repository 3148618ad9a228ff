"""A tiny server for map tests: one page under our policy, with an ETag, and the static files it names."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

from waitress.server import create_server

from maps import page
from maps.single_file import STATIC

_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Map</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">{head}</head><body>{body}{script}</body></html>"""


@dataclass
class Served:
    """The address of the page and the status of each answer it gave."""

    url: str
    statuses: list[str] = field(default_factory=list)


@contextmanager
def serve(parts: page.Parts) -> Iterator[Served]:
    """Serves the map at `/` for the time of the block.

    By waitress, because it speaks HTTP/1.1: of an older server Chromium ignores the ETag.
    """
    served = Served("")
    server = create_server(_application(parts, served), host="127.0.0.1", port=0, threads=4)
    served.url = f"http://127.0.0.1:{server.effective_port}/"
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.close()
        thread.join(timeout=5)


def _application(parts: page.Parts, served: Served) -> Callable:
    content = _PAGE.format(head=parts.head_html, body=parts.body_html, script=parts.script_html).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    policy = (
        f"default-src 'none'; script-src 'self' 'sha256-{parts.script_sha256}'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'"
    )
    headers = [("Content-Security-Policy", policy), ("ETag", etag), ("Cache-Control", "private, no-cache")]

    def answer(environ: dict, start: Callable) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            start("200 OK", [("Content-Type", mimetypes.guess_type(file.name)[0] or "text/plain")])
            return [file.read_bytes()]
        status = "304 Not Modified" if environ.get("HTTP_IF_NONE_MATCH") == etag else "200 OK"
        served.statuses.append(status)
        start(status, [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [] if status.startswith("304") else [content]

    return answer
