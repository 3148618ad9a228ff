"""Rows with shapes from any file GDAL reads, or from a table; shapes come out as EPSG:4326.

The coordinate system is the one the file declares; it is said aloud, and never assumed for shapes: VN-2000
read as WGS 84 lies about 224 m off. Vietnamese surveyors call north X and east Y: where only the exchanged
reading lies in Viet Nam, it is taken, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from api.shared.tables import SHEET_SUFFIXES, cell_text, decode, read_table
from survey.areas import names
from survey.areas.shapes import LON_LAT, in_viet_nam
from survey.problems import Problem

if TYPE_CHECKING:
    from geopandas import GeoSeries
    from numpy.typing import NDArray
    from pandas import DataFrame
    from pyproj import CRS

TABLE_SUFFIXES = SHEET_SUFFIXES | {".csv", ".tsv", ".txt", ".gz"}
LON_TITLES = ("lon", "long", "longitude", "lng", "kinh_do", "kinhdo", "x", "toa_do_x")
LAT_TITLES = ("lat", "latitude", "vi_do", "vido", "y", "toa_do_y")
BYTES = "ISO-8859-1"
"""Read so, every byte of a shapefile's texts is one letter; GDAL says it of one that declares nothing."""
NO_VIETNAMESE = frozenset({BYTES, "CP1252", "WINDOWS-1252"})
"""Encodings that cannot hold Vietnamese: declared by habit."""
LEAST_FITTING = 0.5
"""A column is told by its content where at least this share of its cells fits."""
MOST_STRANGE = 0.25
"""Names of minorities have some signs of their own; with more names that do, the encoding is another one."""
LINES_SHOWN = 20


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
    path: str | Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    likely_layer: str | None = None,
    encoding: str | None = None,
) -> Source:
    """Read a map file or a table. `crs` names the system of a file that declares none (or a wrong one),

    `encoding` that of a shapefile's texts.
    Raises: Problem 3001–3005 unreadable, 3016 no declared CRS, 3017 which layer, 3021 unknown CRS,
    3026 a CRS that cannot be tied to WGS 84, 3042 another encoding.
    """
    path = Path(path)
    if path.suffix.lower() in TABLE_SUFFIXES:
        return _from_table(path, layer, crs)
    return _from_map(path, layer, crs, likely_layer, encoding)


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
    shapes, exchanged, said = to_lon_lat(points, crs or LON_LAT, path.name)
    notes += [f"Tọa độ / coordinates: {lon}, {lat}", said]
    notes += _lines_said(EXCHANGED, [rows[place].line for place in exchanged])
    unread = numbers.isna().any(axis=1) & (texts != "").any(axis=1)
    notes += _lines_said(UNREAD, [rows[place].line for place in unread.to_numpy().nonzero()[0]])
    pointed = [SourceRow(row.line, row.values, shape) for row, shape in zip(rows, shapes, strict=True)]
    return Source(path.name, table.columns, pointed, notes)


EXCHANGED = "X, Y đã đổi chỗ vì chỉ như thế mới nằm ở Việt Nam (X là hướng bắc) / X, Y exchanged (X is north)"
UNREAD = "tọa độ không đọc được, để trống / coordinates that cannot be read, left empty"


def _lines_said(what: str, lines: Sequence[int]) -> list[str]:
    """A note of what befell some lines; none where it befell no line."""
    listed = ", ".join(str(line) for line in lines[:LINES_SHOWN])
    more = " …" if len(lines) > LINES_SHOWN else ""
    return [f"{len(lines)} dòng / rows: {what}: {listed}{more}"] if len(lines) else []


def _from_map(
    path: Path, layer: str | None, crs: str | None, likely_layer: str | None, asked: str | None
) -> Source:
    import geopandas
    import pyogrio

    try:
        layer = _choose_layer(path, list(geopandas.list_layers(path)["name"]), layer, likely_layer)
        about = pyogrio.read_info(path, layer=layer)
        is_shapefile = about["driver"] == "ESRI Shapefile"
        read_as = {"encoding": BYTES} if is_shapefile else {"encoding": asked} if asked else {}
        frame = geopandas.read_file(path, layer=layer, force_2d=True, **read_as)
    except (LookupError, UnicodeDecodeError) as error:
        raise Problem(3042, file=path.name, encoding=asked) from error
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise Problem(
            3001, file=path.name, reason=str(error).split(";")[0].replace(str(path), path.name)
        ) from error
    if "geometry" not in frame:
        frame = geopandas.GeoDataFrame(frame, geometry=[None] * len(frame))
    shapes, exchanged, said = to_lon_lat(frame.geometry, crs or frame.crs, path.name, declared=frame.crs)
    fields, encoding = frame.drop(columns="geometry"), asked or about["encoding"]
    if is_shapefile:
        fields, encoding = _decoded(fields, path.name, about["encoding"], asked)
    fields = fields.rename(columns=lambda title: names.nfc(str(title)))
    columns = list(fields.columns)
    cells = fields.astype(object).where(fields.notna(), "").itertuples(index=False, name=None)
    rows = [
        SourceRow(line, dict(zip(columns, map(cell_text, values), strict=True)), shape)
        for line, (values, shape) in enumerate(zip(cells, shapes, strict=True), 1)
    ]
    notes = [f"Lớp / layer: {layer}, {len(rows)} dòng / rows", said, f"Bảng mã / encoding: {encoding}"]
    notes += _lines_said(EXCHANGED, [rows[place].line for place in exchanged])
    return Source(path.name, columns, rows, notes, layer)


def _decoded(fields: DataFrame, file: str, declared: str, asked: str | None) -> tuple[DataFrame, str]:
    """The texts of a shapefile, read as `BYTES`, in their encoding, and which one that is.

    That is the one asked for, UTF-8 where they are, the one declared unless it cannot be, else the one that
    tables of such bytes are read in.
    """
    texts = sorted({text for column in fields for text in (column, *fields[column]) if isinstance(text, str)})
    lines = b"\n".join(text.replace("\n", " ").encode(BYTES) for text in texts)
    encoding = asked or _declared_in(lines, declared)
    try:
        encoding, said = (encoding, lines.decode(encoding)) if encoding else decode(lines, file)
    except (LookupError, UnicodeDecodeError, Problem) as error:
        tried = error.details["tried"] if isinstance(error, Problem) else encoding
        raise Problem(3042, file=file, encoding=tried) from error
    meant = dict(zip(texts, said.split("\n"), strict=True))

    def again(cell: Any) -> Any:
        return meant.get(cell, cell) if isinstance(cell, str) else cell

    return fields.rename(columns=again).map(again), encoding


def _declared_in(lines: bytes, declared: str) -> str | None:
    """UTF-8 for bytes that are, else the encoding declared; None where nothing usable is."""
    try:
        lines.decode("utf-8")
    except UnicodeDecodeError:
        return None if declared.upper() in NO_VIETNAMESE else declared
    return "UTF-8"


def require_vietnamese(source: Source, column: str) -> None:
    """Refuse a file whose names were read in a wrong encoding. Raises: Problem 3043."""
    told = [row.values[column] for row in source.rows if row.values[column]]
    strange = [name for name in told if not names.is_vietnamese(name)]
    if len(strange) > MOST_STRANGE * len(told):
        raise Problem(3043, file=source.file, column=column, name=strange[0])


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
) -> tuple[GeoSeries, NDArray[np.intp], str]:
    """Shapes (or None) moved from `crs` to EPSG:4326, the places of those exchanged, and the sentence on it.

    Raises: Problem 3016 no CRS, 3021 an unknown one, 3026 one that cannot be tied to WGS 84.
    """
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
    if system != CRS.from_user_input(LON_LAT):
        said += f" → {LON_LAT}, ±{max(mover.accuracy, 0):g} m"

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(mover.transform(points[:, 0], points[:, 1]))

    there = shapes.transform(moved)
    astray = np.flatnonzero(shapes.notna() & ~in_viet_nam(there.to_numpy()))
    turned = shapes.iloc[astray].transform(lambda points: moved(points[:, ::-1]))
    fits = in_viet_nam(turned.to_numpy())
    there.iloc[astray[fits]] = turned[fits]
    return there, astray[fits], said


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


def column_by_content(
    what: str, asked: str | None, source: Source, wanted: Sequence[str], fits: Callable[[str], bool]
) -> tuple[str | None, Iterator[str]]:
    """The column asked for, else the one whose cells fit best, its title deciding between equals.

    A title alone does not tell `new_commune_code` from `commune_code`: which codes exist on the day does.
    Where less than half of any column fits, the title counts.
    Raises: Problem 3018 when the column asked for is not there.
    """
    titled, said = chosen_column(what, asked, source.columns, wanted)
    if asked is not None:
        return titled, said
    fitting = {column: _share_fitting(source, column, fits) for column in source.columns}
    best = max(fitting, key=lambda column: (fitting[column], column == titled), default=None)
    if best is None or best == titled or fitting[best] < LEAST_FITTING:
        return titled, said
    beside = f"; {titled}: {fitting[titled]:.0%}" if titled else ""
    return best, said_by_content(what, best, f": {fitting[best]:.0%}{beside}")


def said_by_content(what: str, column: str | None, figures: str = "") -> Iterator[str]:
    """What to say about a column that its content told; nothing for none."""
    said = f"Cột / column {what}: {column} (theo nội dung / by content{figures})"
    return iter([said] if column else [])


def most_told(source: Source, fits: Callable[[str], bool]) -> str | None:
    """Of the columns most of whose cells fit, the one with the most different cells: names of the units."""
    fitting = [column for column in source.columns if _share_fitting(source, column, fits) >= LEAST_FITTING]
    return max(fitting, key=lambda column: len({row.values[column] for row in source.rows}), default=None)


def _share_fitting(source: Source, column: str, fits: Callable[[str], bool]) -> float:
    """The share of a column's filled cells that fit."""
    filled = [row.values[column] for row in source.rows if row.values[column]]
    return sum(map(fits, filled)) / len(filled) if filled else 0.0
