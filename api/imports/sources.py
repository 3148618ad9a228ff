"""Rows with shapes from any file GDAL reads, or from a table; shapes come out as EPSG:4326.

The coordinate system is the one the file declares; it is said aloud, and never assumed for shapes: VN-2000
read as WGS 84 lies about 224 m off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.shared.tables import SHEET_SUFFIXES, cell_text, read_table
from survey.areas import names
from survey.problems import Problem

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
    table = read_table(path, sheet)
    lon, lat = title_among(table.columns, LON_TITLES), title_among(table.columns, LAT_TITLES)
    rows = list(table.rows)
    notes = list(table.notes)
    if lon is None or lat is None:
        notes.append("Không có cột tọa độ / no columns of coordinates")
        return Source(path.name, table.columns, [SourceRow(row.line, row.values) for row in rows], notes)
    move, said = to_lon_lat(crs or "EPSG:4326", path.name)
    notes += [f"Tọa độ / coordinates: {lon}, {lat}", said]
    points = [_point(row.values[lon], row.values[lat]) for row in rows]
    with_points = [
        SourceRow(row.line, row.values, move(point)) for row, point in zip(rows, points, strict=True)
    ]
    return Source(path.name, table.columns, with_points, notes)


def _point(lon: str, lat: str) -> Any:
    """A point from two texts (decimal comma or point); None where either is no number."""
    import shapely

    try:
        return shapely.Point(float(lon.replace(",", ".")), float(lat.replace(",", ".")))
    except ValueError:
        return None


def _from_map(path: Path, layer: str | None, crs: str | None, likely_layer: str | None) -> Source:
    import pyogrio
    import shapely

    try:
        layer = _choose_layer(path, [str(name) for name, _ in pyogrio.list_layers(path)], layer, likely_layer)
        info = pyogrio.read_info(path, layer=layer)
        _, _, shapes, fields = pyogrio.raw.read(path, layer=layer, force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise Problem(
            3001, file=path.name, reason=str(error).split(";")[0].replace(str(path), path.name)
        ) from error
    columns = [names.nfc(str(name)) for name in info["fields"]]
    move, said = to_lon_lat(crs or info["crs"], path.name, declared=info["crs"])
    rows = [
        SourceRow(line, _values(columns, fields, line - 1), move(shapely.from_wkb(shape)))
        for line, shape in enumerate(shapes, 1)
    ]
    notes = [
        f"Lớp / layer: {layer}, {len(rows)} dòng / rows",
        said,
        f"Bảng mã / encoding: {info['encoding']}",
    ]
    return Source(path.name, columns, rows, notes, layer)


def _choose_layer(path: Path, layers: list[str], asked: str | None, likely: str | None) -> str:
    if asked in layers:
        return str(asked)
    if asked is None and len(layers) == 1:
        return layers[0]
    if asked is None and likely in layers:
        return str(likely)
    raise Problem(3017, file=path.name, layers=", ".join(layers), layer=asked or "")


def _values(columns: Sequence[str], fields: Sequence[Any], number: int) -> dict[str, str]:
    return {column: field_text(values[number]) for column, values in zip(columns, fields, strict=True)}


def field_text(value: Any) -> str:
    """A field of a map file as text; numbers without decimals as integers, nothing as an empty text.

    >>> field_text(1834.0), field_text(None), field_text(float("nan")), field_text(" 06 ")
    ('1834', '', '', '06')
    """
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or plain != plain:  # NaN alone differs from itself
        return ""
    return cell_text(plain)


def to_lon_lat(crs: str | None, file: str, declared: str | None = None) -> tuple[Callable[[Any], Any], str]:
    """A function that moves a shape (or None) from `crs` to EPSG:4326, and the sentence that says so."""
    import numpy as np
    import shapely
    from pyproj import CRS
    from pyproj.exceptions import CRSError
    from pyproj.transformer import TransformerGroup

    if not crs:
        raise Problem(3016, file=file)
    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise Problem(3021, crs=crs) from error
    mover = TransformerGroup(system, "EPSG:4326", always_xy=True).transformers[0]
    if mover.accuracy < 0:  # PROJ would silently take the unknown datum for WGS 84
        raise Problem(3026, file=file, crs=system.name)

    def moved(points: Any) -> Any:
        return np.column_stack(mover.transform(points[:, 0], points[:, 1]))

    authority = ":".join(system.to_authority(min_confidence=70) or ())
    said = f"Hệ tọa độ / CRS: {system.name} {authority}".rstrip()
    if declared and declared != crs:
        said += f" (--crs; tệp ghi / the file says {CRS.from_user_input(declared).name})"
    if system == CRS.from_epsg(4326):
        return (lambda shape: shape), said
    said += f" → EPSG:4326, ±{max(mover.accuracy, 0):g} m"
    return (lambda shape: None if shape is None else shapely.transform(shape, moved)), said


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
