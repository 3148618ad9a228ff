"""Headers of every answer: a strict content security policy with the hashes a page declares, and caching.

Nothing personal may lie in a shared cache, and no page is shown again without asking whether it still holds.
"""

from __future__ import annotations

import hashlib

from flask import Flask, Response, g, request, session


def allow_script(sha256_base64: str) -> None:
    """Let this answer run one inline script, named by the SHA-256 of its text (base64).

    Hashes, not nonces: a cached page must still run after a 304.
    """
    g.setdefault("script_hashes", []).append(sha256_base64)


def allow_image(origin: str) -> None:
    """Let this answer show images of one other host: the tile server an operator configured."""
    g.setdefault("image_origins", []).append(origin)


def policy() -> str:
    """The content security policy of this answer."""
    scripts = "".join(f" 'sha256-{digest}'" for digest in g.get("script_hashes", []))
    images = "".join(f" {origin}" for origin in g.get("image_origins", []))
    return (
        f"default-src 'none'; script-src 'self'{scripts}; style-src 'self'; "
        f"img-src 'self' data: blob:{images}; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def page_mark(page: bytes) -> str:
    """The ETag of a page: data, rights and language show in what is written, so its text decides.

    The form token is another one every second while it means the same, so the session's secret behind it
    stands in its place: a page kept from before signing out is not called fresh.
    """
    token: bytes = g.get("csrf_token", "").encode()
    secret: bytes = session.get("csrf_token", "").encode()
    return hashlib.sha256((page.replace(token, b"") if token else page) + secret).hexdigest()


def keep_privately(response: Response) -> None:
    """Let only the person's own browser keep an answer, and ask each time; pages get their mark."""
    if request.endpoint == "static" or response.cache_control.no_store:
        return
    response.headers["Cache-Control"] = "private, no-cache"
    is_page = response.mimetype == "text/html" and not response.direct_passthrough
    if is_page and request.method == "GET" and response.status_code == 200:
        response.set_etag(page_mark(response.get_data()))
        response.make_conditional(request)


def init_app(app: Flask) -> None:
    """Set the headers after every request."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "geolocation=(self), camera=(self)"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        keep_privately(response)
        return response
