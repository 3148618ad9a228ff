"""The shell of the field app: a page without data, its service worker and its manifest.

What a phone keeps of the app is one list of addresses; its version is made from the files themselves: a
changed file is a new version, and nothing else is.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify, render_template

from api.web import static_files

blueprint = Blueprint("field", __name__, url_prefix="/field")

STATIC = Path(__file__).parents[1] / "static"
OLDEST = {"chrome": "93", "samsung": "18", "firefox": "98", "safari": "15.4"}
"""The first versions with everything the app uses; `too_old.js` looks for what they brought."""
KEPT = ("field/**/*.js", "field/*.css", "field/*.png", "mark.svg", "vendor/idb/**/*.js")
"""The files of the app below `static/`; of the rest of the program it uses no style and no script."""
NOT_KEPT = ("sw.js", "types.js")
"""The service worker, which browsers keep themselves, and what only readers need."""
IMPORT = re.compile(r'^(?:import|export) [^;("=]*"([^"]+[.]js)";', re.MULTILINE)
"""What a module imports before it runs; what it asks for later stands in `import()`."""
ICONS = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"))
MASKABLE = ("icon-maskable-512.png", "512x512", "maskable")


@blueprint.get("/")
def shell() -> Any:
    """The page of the app: it asks to sign in, or says why it cannot run here."""
    return _shell()


def _shell() -> str:
    return render_template("field/shell.html", oldest=OLDEST, modules=_needed_first())


@cache
def _needed_first() -> tuple[str, ...]:
    """Addresses of the modules without which the app does not start, told to the browser before it asks."""
    needed = ["/static/field/app.js"]
    for address in needed:
        text = (STATIC.parent / address[1:]).read_text("utf-8")
        found = (_resolved(address, name) for name in IMPORT.findall(text))
        needed.extend(dict.fromkeys(one for one in found if one not in needed))
    return tuple(needed)


def _resolved(address: str, name: str) -> str:
    """The address of what a module at `address` imports as `name`."""
    path = name if name.startswith("/") else f"{address.rpartition('/')[0]}/{name}"
    return posixpath.normpath(path)


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
    worker = static_files.packed_file(STATIC / "field" / "sw.js").plain.decode()
    files = _files()
    kept = {**_pages(), **{address: static_files.packed_file(path).sha256 for address, path in files.items()}}
    version = hashlib.sha256(json.dumps([kept, worker]).encode()).hexdigest()[:16]
    head = f"self.PRECACHE = {json.dumps(list(kept))};\nself.SHELL_VERSION = {json.dumps(version)};\n"
    response = static_files.answer(static_files.packed((head + worker).encode()), "text/javascript")
    response.headers["Service-Worker-Allowed"] = "/field/"
    return response


def _pages() -> dict[str, str]:
    """What is made, not stored: the page and the manifest, each with the hash of what it says."""
    texts = {"/field/": _shell(), "/field/manifest.webmanifest": json.dumps(_manifest())}
    return {address: hashlib.sha256(text.encode()).hexdigest() for address, text in texts.items()}


@cache
def _files() -> dict[str, Path]:
    """Every file of the app by its address."""
    found = {path for pattern in KEPT for path in STATIC.glob(pattern) if path.name not in NOT_KEPT}
    return {f"/static/{path.relative_to(STATIC).as_posix()}": path for path in sorted(found)}
