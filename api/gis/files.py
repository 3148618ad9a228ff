"""Layers as files: GeoPackage with styles and described columns for QGIS, GeoJSON (RFC 7946) for programs."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.gis.layers import KINDS, Layer
from api.gis.styles import qml, table_qml
from survey.areas.shapes import LON_LAT
from survey.problems import Problem

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

FORMS = {"gpkg": "application/geopackage+sqlite3", "geojson": "application/geo+json"}
TABLES = Path(__file__).with_name("geopackage.sql")

Watch = Callable[[Iterable[Any]], Iterable[Any]]
"""Walks the frames, showing how far it is."""


@dataclass(frozen=True, slots=True)
class Written:
    """Rows with a place on the map, and rows without one."""

    drawn: int
    undrawn: int


def write(layer: Layer, path: Path, crs: str = LON_LAT, watch: Watch = iter) -> Written:
    """Write the layer in the form the file's name ends in; what stood there is replaced when all is well.

    Raises: Problem 7020 another ending, 7023 GeoJSON in another CRS than WGS 84; OSError.
    """
    form = path.suffix.lower().lstrip(".")
    if form not in FORMS:
        raise Problem(7020, file=path.name)
    if form == "geojson" and crs != LON_LAT:
        raise Problem(7023, crs=crs)
    write_form = _write_geopackage if form == "gpkg" else _write_geojson
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / f"{layer.kind}.{form}"
        written = write_form(layer, made, crs, watch)
        os.replace(made, path)
    return written


def _write_geopackage(layer: Layer, path: Path, crs: str, watch: Watch) -> Written:
    """One frame after another: what is held at a time does not grow with the file.

    Rows without a place stand in a table of their own, which exists only where there are any.
    """
    drawn, undrawn = 0, 0
    for frame in watch(layer.frames):
        has_place = frame.geometry.notna()
        _append(frame[has_place].to_crs(crs), path, layer)
        drawn += int(has_place.sum())
        if not has_place.all():
            _append_undrawn(frame[~has_place], path, layer)
            undrawn += int((~has_place).sum())
    _describe(path, layer, has_undrawn=bool(undrawn))
    return Written(drawn, undrawn)


def _append(frame: GeoDataFrame, path: Path, layer: Layer) -> None:
    shape = KINDS[layer.kind].shape
    frame.to_file(
        path,
        driver="GPKG",
        layer=layer.kind,
        mode="a" if path.exists() else "w",
        index=False,
        geometry_type=shape,
        promote_to_multi=shape.startswith("Multi"),
        VERSION="1.2",  # newer ones make the GDAL of QGIS 3.22 warn
        IDENTIFIER=KINDS[layer.kind].title,
        DESCRIPTION=layer.about,
    )


def _append_undrawn(frame: GeoDataFrame, path: Path, layer: Layer) -> None:
    import pyogrio

    pyogrio.write_dataframe(
        frame.drop(columns="geometry"),
        path,
        driver="GPKG",
        layer=KINDS[layer.kind].undrawn,
        append=True,
        IDENTIFIER=KINDS[layer.kind].undrawn_title,
        DESCRIPTION=layer.about,
    )


def _describe(path: Path, layer: Layer, *, has_undrawn: bool) -> None:
    """Titles and descriptions of the columns, and the styles in which QGIS opens the tables."""
    kind = KINDS[layer.kind]
    styles = [(layer.kind, "geom", f"{kind.title} (Nhà Vững)", qml(layer.kind, layer.columns), layer.about)]
    if has_undrawn:
        styles.append((kind.undrawn, "", kind.undrawn_title, table_qml(layer.columns), layer.about))
    titles = [
        (table, column.name, column.title, column.title, column.about)
        for table, *_ in styles
        for column in layer.columns
    ]
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(TABLES.read_text("utf-8"))
        file.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description)"
            " VALUES (?, ?, ?, ?, ?)",
            titles,
        )
        file.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
            " styleName, styleQML, useAsDefault, description) VALUES ('', '', ?, ?, ?, ?, 1, ?)",
            styles,
        )


def _write_geojson(layer: Layer, path: Path, crs: str, watch: Watch) -> Written:
    """All frames at once: a GeoJSON cannot be added to. Rows without a place have the geometry null."""
    import pandas

    whole = pandas.concat(list(watch(layer.frames)), ignore_index=True)
    whole.to_file(
        path,
        driver="GeoJSON",
        index=False,
        RFC7946="YES",
        ID_FIELD=layer.columns[0].name,
        DESCRIPTION=layer.about,
    )
    drawn = int(whole.geometry.notna().sum())
    return Written(drawn, len(whole) - drawn)
