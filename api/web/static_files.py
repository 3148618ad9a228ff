"""Static files as they travel: texts gzipped once a process, a mark that holds as long as their bytes do.

A commune's server may have nothing before it that packs. Own scripts and styles are sent without the lines
that are only for their readers in the repository; pictures and fonts are packed already and go as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from rjsmin import jsmin
from werkzeug.security import safe_join

TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
BLOCK_COMMENT = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Packed:
    """A text as it is sent: plain, gzipped, and the SHA-256 of the plain bytes."""

    plain: bytes
    gzipped: bytes
    sha256: str


def packed(content: bytes) -> Packed:
    """A text ready to be sent."""
    return Packed(content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest())


def packed_file(path: Path) -> Packed:
    """A file below `static/` ready to be sent; read again when it changes."""
    return _packed_file(path, path.stat().st_mtime_ns)


@cache
def _packed_file(path: Path, _changed_ns: int) -> Packed:
    content = path.read_bytes()
    if path.suffix not in (".js", ".css") or "vendor" in path.parts:
        return packed(content)
    text = without_comments(content.decode())
    return packed((jsmin(text) if path.suffix == ".js" else text).encode())


def without_comments(text: str) -> str:
    """A script or style without whole-line comments, indentation and empty lines.

    Nothing else is touched, so no token changes: strings and expressions never span lines, and where a
    template literal does (a line with an odd number of backticks), the whole text stays as it is.
    """
    bare = BLOCK_COMMENT.sub("", text)
    lines = [line for line in map(str.strip, bare.split("\n")) if line and not line.startswith("//")]
    return text if any(line.count("`") % 2 for line in lines) else "\n".join(lines) + "\n"


def answer(content: Packed, mimetype: str) -> Response:
    """The answer that sends a text, gzipped where the client takes it; 304 where it has it already."""
    takes_gzip = request.accept_encodings["gzip"] > 0
    response = Response(content.gzipped if takes_gzip else content.plain, mimetype=mimetype)
    response.set_etag(content.sha256[:32] + ("-gz" if takes_gzip else ""))
    response.cache_control.no_cache = True
    response.vary.add("Accept-Encoding")
    if takes_gzip:
        response.content_encoding = "gzip"
    response.make_conditional(request)
    return response


def init_app(app: Flask) -> None:
    """Answer for `/static/…` in place of Flask's own view, which packs nothing."""
    folder = str(app.static_folder)

    def send(filename: str) -> Any:
        path = safe_join(folder, filename)
        mimetype = TYPES.get(Path(filename).suffix)
        if mimetype is None or path is None or not Path(path).is_file():
            return app.send_static_file(filename)
        return answer(packed_file(Path(path)), mimetype)

    app.view_functions["static"] = send
