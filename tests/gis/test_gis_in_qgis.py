"""The files as QGIS itself opens them, without a screen. Skips where QGIS is not installed.

Debian: apt install --no-install-recommends python3-qgis qgis-providers
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sending import send, send_village

PYTHON = os.environ.get("NHAVUNG_TEST_QGIS", "/usr/bin/python3")
"""The Python that has QGIS: the system's."""
OPEN = """
import json, sys
from qgis.core import QgsApplication, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
found = {}
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    is_styled = layer.loadDefaultStyle()[1]
    renderer = layer.renderer()
    classes = renderer.legendSymbolItems() if renderer else []
    found[name] = {
        "rows": layer.featureCount(), "crs": layer.crs().authid(), "is_styled": is_styled,
        "classes": {item.label(): item.symbol().color().name() for item in classes},
        "titles": {field.name(): field.alias() for field in layer.fields()},
        "says": layer.displayExpression(),
    }
print(json.dumps(found))
"""


def opened(path: Path, *layers: str) -> dict[str, Any]:
    """What QGIS finds in the layers of a file."""
    settings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(path.parent)}
    run = subprocess.run(
        [PYTHON, "-c", OPEN, path, *layers],
        env=settings,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def saved(client: FlaskClient, path: Path, **query: str) -> Path:
    """The file of Nam Mẫu of this name, as this person gets it."""
    with client.get(f"/areas/01900/export/{path.name}", query_string=query) as answer:
        path.write_bytes(answer.data)
    return path


@pytest.fixture(scope="module", autouse=True)
def qgis() -> None:
    """A skip that says how to get QGIS."""
    try:
        subprocess.run([PYTHON, "-c", "import qgis.core"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        pytest.skip(f"no QGIS for {PYTHON}: apt install python3-qgis, or name a Python in NHAVUNG_TEST_QGIS")


def test_qgis_opens_a_file_coloured_and_titled_in_vietnamese(sign_in, tmp_path: Path) -> None:
    lan = sign_in("lan")
    send_village(lan)
    send(lan, {"head_name": "Nông Văn Đài", "point": None})
    path = saved(sign_in("mai"), tmp_path / "households.gpkg", crs="vn2000")
    found = opened(path, "households", "households_without_point")
    houses, apart = found["households"], found["households_without_point"]
    listed = sign_in("mai").get("/households?area=01900").text
    assert f"{houses['rows'] + apart['rows']} hộ" in listed
    assert houses["crs"] == "EPSG:9213"
    assert houses["is_styled"]
    assert apart["is_styled"]
    assert houses["classes"]["đủ điều kiện, xây mới"] == "#c25200"
    assert houses["titles"]["head_name"] == apart["titles"]["head_name"] == "Chủ hộ"
    # QGIS draws this as HTML beside the pointer: it must be our word, never a name.
    assert houses["says"] == '"state_title"'


def test_qgis_draws_villages_by_how_many_are_entitled(sign_in, tmp_path: Path) -> None:
    send(sign_in("lan"))
    path = saved(sign_in("mai"), tmp_path / "villages.gpkg")
    found = opened(path, "villages")["villages"]
    assert (found["rows"], found["crs"], found["is_styled"]) == (2, "EPSG:4326", True)
    assert "1–5 hộ đủ điều kiện" in found["classes"]
    assert found["titles"]["households"] == "Số hộ"
