"""Files for a GIS desk: what can be taken away of an area, and the files themselves."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

from flask import Blueprint, render_template, request, send_file

from api.gis.choose import NAMED_CRS, crs_of, layer_of, zone_of
from api.gis.files import FORMS, write
from api.gis.layers import KINDS
from api.shared import area_names
from api.web import auth
from api.web.language import t
from survey.problems import Problem

blueprint = Blueprint("gis", __name__)


@blueprint.get("/areas/<code>/export")
def choose(code: str) -> Any:
    """What can be taken away of an area, in which form and coordinate system. Problem 1004."""
    viewer = auth.viewer()
    unit = area_names.visible_area(viewer, code)
    return render_template(
        "gis/export.html",
        area=unit,
        crumbs=area_names.crumbs(viewer, code, t("Dữ liệu GIS", "GIS data")),
        zone=zone_of(viewer, code),
        sees_names=viewer.may("person.read", code),
        sees_amounts=viewer.may("amount.read", code),
    )


@blueprint.get("/areas/<code>/export/<kind>.<form>")
def file(code: str, kind: str, form: str) -> Any:
    """One file by the viewer's rights; `?crs=vn2000` for the province's zone. Problems 1004, 7021–7023."""
    viewer = auth.viewer()
    area_names.visible_area(viewer, code)
    named = request.args.get("crs", "wgs84")
    if kind not in KINDS or form not in FORMS or named not in NAMED_CRS:
        raise Problem(1004, what=request.path)
    layer, crs = layer_of(viewer, kind, code), crs_of(viewer, named, code)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.{form}"
        write(layer, path, crs)
        kept = _until_sent(path)
    place = "".join(letter if letter.isalnum() else "-" for letter in code)
    name = f"{kind}-{place}-{named}-{viewer.today:%Y%m%d}.{form}"
    return send_file(kept, mimetype=FORMS[form], as_attachment=True, download_name=name)


def _until_sent(path: Path) -> IO[bytes]:
    """A copy of the file that is gone when it is closed, on Windows too."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115  closed when it has been sent
    with path.open("rb") as made:
        shutil.copyfileobj(made, kept)
    kept.seek(0)
    return kept
