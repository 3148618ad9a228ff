"""`nhavung serve`: the pages and the interface, by waitress on Windows and Linux."""

from __future__ import annotations

import importlib
import threading

import click
from flask import Flask

from api.cli.context import app_context


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option("--threads", default=8, show_default=True, help="Requests handled at once.")
def command(host: str, port: int, threads: int) -> None:
    """Serve the web pages and the interface."""
    from api.database import upgrade

    with app_context() as app:
        upgrade(app)
    click.echo(f"Nhà Vững: http://{host}:{port}  (Ctrl+C để dừng)")
    run(app, host, port, threads)


def run(app: Flask, host: str, port: int, threads: int = 8) -> None:
    """Serve until stopped; folium is imported meanwhile, or the first map would wait seconds for it."""
    from waitress import serve

    threading.Thread(target=importlib.import_module, args=("maps.elements",), daemon=True).start()
    serve(app, host=host, port=port, threads=threads, max_request_body_size=app.config["MAX_CONTENT_LENGTH"])
