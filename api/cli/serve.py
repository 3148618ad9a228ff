"""`nhavung serve`: the pages and the interface, by waitress on Windows and Linux."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING

import click
from flask import Flask

from api.app import create_app
from survey.problems import Problem

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option("--threads", default=8, show_default=True, help="Requests handled at once.")
def command(host: str, port: int, threads: int) -> None:
    """Serve the web pages and the interface; an empty data folder is set up first."""
    from api.web import sealer

    app = create_app()
    set_up(app)
    server = bind(app, host, port, threads)
    click.echo(f"Nhà Vững: http://{host}:{port}  (Ctrl+C để dừng)")
    tell_next_steps(app)
    sealer.start(app)
    run(server)


def set_up(app: Flask) -> None:
    """Make the database where there is none yet, refuse one that does not fit, and say what the disk lacks.

    Problems 8001–8011.
    """
    from api.web import start_checks, storage
    from api.web.database import revisions, upgrade

    with app.app_context():
        is_new = revisions().found is None
    if is_new:
        start_checks.check_place(app)
        upgrade(app)
    start_checks.check(app)
    with app.app_context():
        if fault := storage.fault():
            click.secho(
                f"[{fault.number}] {fault.message('vi')}\n  {fault.next_step('vi')}", fg="yellow", err=True
            )


NEXT_STEPS = {
    "areas": (
        "Nhập địa bàn, từ tỉnh xuống / import areas, from the province down",
        "nhavung import areas FILE --level province --from 2025-07-01",
    ),
    "users": (
        "Tạo quản trị viên đầu tiên / make the first administrator",
        'nhavung users create admin --name "Họ và tên" --role admin --area 19',
    ),
    "law_releases": ("Ban hành bộ quy định / release the law", "nhavung law release"),
}
"""What an empty table asks for, in the order in which it is done, and the command."""


def tell_next_steps(app: Flask) -> None:
    """Say what an installation still lacks before somebody can work with it, each with its command."""
    from sqlalchemy import literal, select, table

    from api.web.extensions import db

    with app.app_context():
        missing = [
            name
            for name in NEXT_STEPS
            if not db.session.scalar(select(literal(1)).select_from(table(name)).limit(1))
        ]
    if missing:
        click.echo("Còn phải làm, ở một cửa sổ lệnh khác / still to do, in another terminal:")
    for name in missing:
        told, command_line = NEXT_STEPS[name]
        click.echo(f"  {told}:\n    {command_line}")


def bind(app: Flask, host: str, port: int, threads: int = 8) -> BaseWSGIServer:
    """A server that holds its address already, so that what is printed next is true. Problem 1014."""
    from waitress import create_server

    from api.field.queue_files import MAX_UPLOAD_BYTES

    limit = max(app.config["MAX_CONTENT_LENGTH"], MAX_UPLOAD_BYTES)  # the application itself refuses sooner
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=threads,
            max_request_body_size=limit,
            clear_untrusted_proxy_headers=app.config["SETTINGS"].proxies == 0,
        )
    except OSError as error:
        raise Problem(1014, host=host, port=port, reason=error.strerror or error) from None


def run(server: BaseWSGIServer) -> None:
    """Serve until stopped; folium is imported meanwhile, or the first map would wait seconds for it."""
    threading.Thread(target=importlib.import_module, args=("maps.elements",), daemon=True).start()
    server.run()
