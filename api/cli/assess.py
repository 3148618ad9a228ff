"""`nhavung assess`: assess all households of an area again by the law in force."""

from __future__ import annotations

import click

from api.cli.context import app_context

CHUNK = 200


@click.command("assess")
@click.option("--area", "area_code", help="Only this area and what is under it.")
def command(area_code: str | None) -> None:
    """Assess all households (of an area) again by the law in force; old assessments stay."""
    from api import clock, transaction
    from api.desk import book_in_force
    from api.extensions import db
    from api.places import exists, inside
    from survey.assessment import actions, queries
    from survey.problems import Problem

    with app_context():
        if area_code and not exists(area_code):
            raise Problem(1004, what=area_code)
        ids = queries.household_ids(db.session(), *inside(area_code))
        book = book_in_force(db.session())
        done, changed = 0, 0
        with click.progressbar(length=len(ids), label="Đối chiếu lại") as bar:
            for start in range(0, len(ids), CHUNK):
                with transaction.write() as session:
                    for household in actions.reassess(session, ids[start : start + CHUNK], book, clock.now()):
                        done, changed = done + 1, changed + household.has_changed
                bar.update(len(ids[start : start + CHUNK]))
        said = f"Đã đối chiếu lại {done} trên {len(ids)} hộ theo bản luật {book.release[:8]}"
        click.echo(f"{said}; {changed} hộ đổi kết quả.")
