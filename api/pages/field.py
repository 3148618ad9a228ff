"""The shell of the field app: a page without data, its service worker and its manifest.

What a phone keeps of the app is one list of addresses and hashes, made from the files themselves: a changed
file is a new version, and nothing else is.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template

blueprint = Blueprint("field", __name__, url_prefix="/field")

Kept = dict[str, str]
"""One address of the shell: `url` and the `sha256` of what it answers."""
STATIC = Path(__file__).parents[1] / "static"
OLDEST = {"chrome": "93", "samsung": "18", "firefox": "98", "safari": "15.4"}
"""The first versions with everything the app uses; `too_old.js` looks for what they brought."""
OWN = ("field/**/*.js", "field/*.css", "field/*.png")
BESIDE = ("look.css", "mark.svg", "vendor/idb/**/*.js")
"""What the app uses of the rest of the program, below `static/`."""
ICONS = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"))
MASKABLE = ("icon-maskable-512.png", "512x512", "maskable")


@blueprint.get("/")
def shell() -> Any:
    """The page of the app: it asks to sign in, or says why it cannot run here."""
    return _shell()


def _shell() -> str:
    own = sorted(path.name for path in (STATIC / "field").glob("*.css"))
    styles = ["/static/look.css", *(f"/static/field/{name}" for name in own)]
    return render_template("field/shell.html", oldest=OLDEST, styles=styles)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Any:
    """What a phone needs to install the app."""
    response = jsonify(_manifest())
    response.mimetype = "application/manifest+json"
    return response


def _manifest() -> dict[str, Any]:
    return {
        "id": "/field/",
        "name": "Nhà Vững",
        "short_name": "Nhà Vững",
        "description": "Khảo sát và ghi việc tại thôn, cả khi không có mạng",
        "lang": "vi",
        "dir": "ltr",
        "start_url": "/field/",
        "scope": "/field/",
        "display": "standalone",
        "background_color": "#f5f7f6",
        "theme_color": "#0b6b5d",
        "icons": [
            {"src": f"/static/field/{name}", "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in (*ICONS, MASKABLE)
        ],
    }


@blueprint.get("/sw.js")
def service_worker() -> Any:
    """The service worker, told which files make this version of the app."""
    worker = (STATIC / "field" / "sw.js").read_text("utf-8")
    kept = [*_pages(), *_files()]
    version = hashlib.sha256(json.dumps([kept, worker]).encode()).hexdigest()[:16]
    head = f"self.PRECACHE = {json.dumps(kept)};\nself.SHELL_VERSION = {json.dumps(version)};\n"
    response = Response(head + worker, mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = "/field/"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _pages() -> list[Kept]:
    """What is made, not stored: the page and the manifest."""
    told = json.dumps(_manifest())
    return [_kept("/field/", _shell().encode()), _kept("/field/manifest.webmanifest", told.encode())]


@cache
def _files() -> tuple[Kept, ...]:
    """Address and hash of every file of the app, read once a process; the service worker is none of it."""
    found = {path for pattern in (*OWN, *BESIDE) for path in STATIC.glob(pattern) if path.name != "sw.js"}
    addresses = {f"/static/{path.relative_to(STATIC).as_posix()}": path for path in found}
    return tuple(_kept(address, path.read_bytes()) for address, path in sorted(addresses.items()))


def _kept(address: str, content: bytes) -> Kept:
    return {"url": address, "sha256": hashlib.sha256(content).hexdigest()}
