"""Security headers of every answer: a strict content security policy, with the hashes a page declares."""

from __future__ import annotations

from flask import Flask, Response, g


def allow_script(sha256_base64: str) -> None:
    """Let this answer run one inline script, named by the SHA-256 of its text (base64).

    Hashes, not nonces: a cached page must still run after a 304.
    """
    g.setdefault("script_hashes", []).append(sha256_base64)


def allow_style(sha256_base64: str) -> None:
    """Let this answer use one inline style block, named like a script."""
    g.setdefault("style_hashes", []).append(sha256_base64)


def policy() -> str:
    """The content security policy of this answer."""
    scripts = "".join(f" 'sha256-{digest}'" for digest in g.get("script_hashes", []))
    styles = "".join(f" 'sha256-{digest}'" for digest in g.get("style_hashes", []))
    return (
        f"default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; "
        "img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def init_app(app: Flask) -> None:
    """Set the headers after every request."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "geolocation=(self), camera=(self)"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response
