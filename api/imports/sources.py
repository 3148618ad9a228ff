"""Rows with shapes from any file GDAL reads, or from a table; shapes come out as EPSG:4326.

The coordinate system is the one the file declares; it is said aloud, and never assumed for shapes: VN-2000
read as WGS 84 lies about 224 m off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.shared.tables import SHEET_SUFFIXES, cell_text, read_table
from survey.areas import names
from survey.areas.shapes import LON_LAT
from survey.problems import Problem

if TYPE_CHECKING:
    from geopandas import GeoSeries
    from pyproj import CRS

TABLE_SUFFIXES = SHEET_SUFFIXES | {".csv", ".tsv", ".txt", ".gz"}
LON_TITLES = ("lon", "long", "longitude", "lng", "kinh_do", "kinhdo", "x")
LAT_TITLES = ("lat", "latitude", "vi_do", "vido", "y")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: its line (a feature's number in a map file), its values as text, its shape or None."""

    line: int
    values: dict[str, str]
    shape: Any = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened: its columns, its rows, and what was found out about it."""

    file: str
    columns: list[str]
    rows: Sequence[SourceRow]
    notes: list[str] = field(default_factory=list)
    layer: str = ""


def read_source(
    path: str | Path, *, layer: str | None = None, crs: str | None = None, likely_layer: str | None = None
) -> Source:
    """Read a map file or a table. `crs` names the system of a file that declares none (or a wrong one).

    Raises: Problem 3001–3005 unreadable, 3016 no declared CRS, 3017 which layer, 3021 unknown CRS,
    3026 a CRS that cannot be tied to WGS 84.
    """
    path = Path(path)
    if path.suffix.lower() in TABLE_SUFFIXES:
        return _from_table(path, layer, crs)
    return _from_map(path, layer, crs, likely_layer)


def _from_table(path: Path, sheet: str | None, crs: str | None) -> Source:
    from geopandas import GeoSeries
    from pandas import DataFrame, to_numeric

    table = read_table(path, sheet)
    lon, lat = title_among(table.columns, LON_TITLES), title_among(table.columns, LAT_TITLES)
    rows, notes = list(table.rows), list(table.notes)
    if lon is None or lat is None:
        notes.append("Không có cột tọa độ / no columns of coordinates")
        return Source(path.name, table.columns, [SourceRow(row.line, row.values) for row in rows], notes)
    texts = DataFrame([(row.values[lon], row.values[lat]) for row in rows], columns=["x", "y"], dtype=str)
    numbers = texts.apply(lambda column: to_numeric(column.str.replace(",", "."), errors="coerce"))
    points = GeoSeries.from_xy(numbers.x, numbers.y)
    points[numbers.isna().any(axis=1)] = None
    shapes, said = to_lon_lat(points, crs or LON_LAT, path.name)
    notes += [f"Tọa độ / coordinates: {lon}, {lat}", said]
    pointed = [SourceRow(row.line, row.values, shape) for row, shape in zip(rows, shapes, strict=True)]
    return Source(path.name, table.columns, pointed, notes)


def _from_map(path: Path, layer: str | None, crs: str | None, likely_layer: str | None) -> Source:
    import geopandas
    import pyogrio

    try:
        layer = _choose_layer(path, list(geopandas.list_layers(path)["name"]), layer, likely_layer)
        encoding = pyogrio.read_info(path, layer=layer)["encoding"]
        frame = geopandas.read_file(path, layer=layer, force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise Problem(
            3001, file=path.name, reason=str(error).split(";")[0].replace(str(path), path.name)
        ) from error
    if "geometry" not in frame:
        frame = geopandas.GeoDataFrame(frame, geometry=[None] * len(frame))
    shapes, said = to_lon_lat(frame.geometry, crs or frame.crs, path.name, declared=frame.crs)
    fields = frame.drop(columns="geometry").rename(columns=lambda title: names.nfc(str(title)))
    columns = list(fields.columns)
    cells = fields.astype(object).where(fields.notna(), "").itertuples(index=False, name=None)
    rows = [
        SourceRow(line, dict(zip(columns, map(cell_text, values), strict=True)), shape)
        for line, (values, shape) in enumerate(zip(cells, shapes, strict=True), 1)
    ]
    notes = [f"Lớp / layer: {layer}, {len(rows)} dòng / rows", said, f"Bảng mã / encoding: {encoding}"]
    return Source(path.name, columns, rows, notes, layer)


def _choose_layer(path: Path, layers: list[str], asked: str | None, likely: str | None) -> str:
    if asked in layers:
        return str(asked)
    if asked is None and len(layers) == 1:
        return layers[0]
    if asked is None and likely in layers:
        return str(likely)
    raise Problem(3017, file=path.name, layers=", ".join(layers), layer=asked or "")


def to_lon_lat(
    shapes: GeoSeries, crs: str | CRS | None, file: str, declared: CRS | None = None
) -> tuple[GeoSeries, str]:
    """Shapes (or None) moved from `crs` to EPSG:4326, and the sentence that says so.

    Raises: Problem 3016 no CRS, 3021 an unknown one, 3026 one that cannot be tied to WGS 84.
    """
    import numpy as np
    from pyproj import CRS
    from pyproj.exceptions import CRSError
    from pyproj.transformer import TransformerGroup

    if not crs:
        raise Problem(3016, file=file)
    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise Problem(3021, crs=str(crs)) from error
    # Not `to_crs`: away from where an old datum (Hanoi 1972) is tied, it takes it for WGS 84 in silence.
    mover = TransformerGroup(system, LON_LAT, always_xy=True).transformers[0]
    if mover.accuracy < 0:
        raise Problem(3026, file=file, crs=system.name)
    authority = ":".join(system.to_authority(min_confidence=70) or ())
    said = f"Hệ tọa độ / CRS: {system.name} {authority}".rstrip()
    if declared and declared != system:
        said += f" (--crs; tệp ghi / the file says {declared.name})"
    if system == CRS.from_user_input(LON_LAT):
        return shapes, said
    said += f" → {LON_LAT}, ±{max(mover.accuracy, 0):g} m"
    moved = shapes.transform(lambda points: np.column_stack(mover.transform(points[:, 0], points[:, 1])))
    return moved, said


def title_among(columns: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The first column whose title, without marks and signs, is one of `wanted` (in their order).

    >>> title_among(["STT", "Mã xã"], ("code", "ma_xa"))
    'Mã xã'
    """
    plain = {plain_title(column): column for column in reversed(columns)}
    return next((plain[title] for title in wanted if title in plain), None)


def plain_title(title: str) -> str:
    """A column's title without marks, signs and capitals: Mã xã is ma_xa."""
    folded = names.folded_name(title)
    return "_".join("".join(letter if letter.isalnum() else " " for letter in folded).split())


def chosen_column(
    what: str, asked: str | None, columns: Sequence[str], wanted: Sequence[str]
) -> tuple[str | None, Iterator[str]]:
    """The column asked for, else one found by its title, with what to say about it.

    Raises: Problem 3018 when the column asked for is not there.
    """
    if asked is not None and asked not in columns:
        raise Problem(3018, what=what, got=asked, columns=", ".join(columns))
    found = asked or title_among(columns, wanted)
    said = f"Cột / column {what}: {found}" + ("" if asked else " (tự nhận / detected)")
    return found, iter([said] if found else [])
