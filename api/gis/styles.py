"""How QGIS draws a layer: its own style language (QML), in the colours and words of our maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from api.gis.layers import Column
from maps.states import State, states
from survey.words import word

CLASSES = (
    # households entitled in a unit: least, most, fill
    (0, 0, "#f4f6f7"),
    (1, 5, "#cfe5e0"),
    (6, 15, "#8fc4ba"),
    (16, 50, "#3f9a8b"),
    (51, 1_000_000, "#0b6b5e"),
)
INK, LINE = "#17242d", "#51606b"
DOT_MM = "3.2"


def qml(kind: str, columns: Sequence[Column]) -> str:
    """The style of a layer: houses by their state, units by how many households are entitled."""
    root = _style(columns)
    if kind == "households":
        _houses(root)
    else:
        _units(root)
        _labels(root)
    # QGIS shows this expression as HTML beside the pointer: never a text that somebody typed.
    SubElement(root, "previewExpression").text = '"state_title"' if kind == "households" else '"code"'
    return tostring(root, encoding="unicode")


def table_qml(columns: Sequence[Column]) -> str:
    """The style of a table without shapes: the titles of its columns."""
    return tostring(_style(columns), encoding="unicode")


def _style(columns: Sequence[Column]) -> Element:
    """A style that so far gives columns their titles: not every QGIS reads them from the GeoPackage."""
    root = Element("qgis", version="3.22", styleCategories="Symbology|Labeling|Fields|MapTips")
    titles = SubElement(root, "aliases")
    for index, column in enumerate(columns, 1):  # 0 is the number GDAL gives each row
        SubElement(titles, "alias", index=str(index), field=column.name, name=column.title)
    return root


def _houses(root: Element) -> None:
    renderer = SubElement(root, "renderer-v2", type="categorizedSymbol", attr="state", symbollevels="0")
    categories, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for number, state in enumerate(states()):
        label = word(f"legend.{state.code}")
        SubElement(
            categories,
            "category",
            {"symbol": str(number), "value": state.code, "label": label, "type": "string", "render": "true"},
        )
        _symbol(symbols, str(number), "marker", "SimpleMarker", _dot(state))


def _dot(state: State) -> dict[str, str]:
    # A white line around a filled dot would leave it without an edge on white paper.
    line = LINE if state.line == "#ffffff" else state.line
    return {
        "name": state.shape_name,
        "color": _rgba(state.fill),
        "outline_color": _rgba(line),
        "outline_style": "dash" if state.dashed else "solid",
        "outline_width": "0.3",
        "size": DOT_MM,
        "size_unit": "MM",
    }


def _units(root: Element) -> None:
    renderer = SubElement(
        root, "renderer-v2", type="graduatedSymbol", attr="entitled", graduatedMethod="GraduatedColor"
    )
    ranges, symbols = SubElement(renderer, "ranges"), SubElement(renderer, "symbols")
    for number, (least, most, fill) in enumerate(CLASSES):
        SubElement(
            ranges,
            "range",
            symbol=str(number),
            lower=str(least),
            upper=str(most),
            label=f"{_span(least, most)} hộ đủ điều kiện",
            render="true",
        )
        look = {
            "color": _rgba(fill),
            "outline_color": _rgba(LINE),
            "outline_width": "0.3",
            "outline_style": "solid",
        }
        symbol = _symbol(symbols, str(number), "fill", "SimpleFill", look)
        _dashed_where_approximate(symbol)


def _span(least: int, most: int) -> str:
    if least == most:
        return str(least)
    return f"từ {least}" if most == CLASSES[-1][1] else f"{least}–{most}"


def _dashed_where_approximate(layer: Element) -> None:
    """An approximate boundary is drawn dashed, as on our maps."""
    properties = SubElement(layer, "data_defined_properties")
    options = SubElement(properties, "Option", type="Map")
    SubElement(options, "Option", name="name", value="", type="QString")
    chosen = SubElement(SubElement(options, "Option", name="properties", type="Map"), "Option")
    chosen.attrib |= {"name": "outlineStyle", "type": "Map"}
    expression = "if(\"is_approximate\", 'dash', 'solid')"
    _options(
        chosen, {"active": ("bool", "true"), "type": ("int", "3"), "expression": ("QString", expression)}
    )
    SubElement(options, "Option", name="type", value="collection", type="QString")


def _labels(root: Element) -> None:
    root.set("labelsEnabled", "1")
    settings = SubElement(SubElement(root, "labeling", type="simple"), "settings")
    SubElement(
        settings,
        "text-style",
        fieldName="name",
        fontSize="8",
        fontSizeUnit="Point",
        textColor=_rgba(INK),
        allowHtml="0",
    )


def _symbol(symbols: Element, name: str, kind: str, drawn_by: str, look: Mapping[str, str]) -> Element:
    """A symbol of one layer; gives that layer."""
    symbol = SubElement(symbols, "symbol", type=kind, name=name, alpha="1")
    layer = SubElement(symbol, "layer", {"class": drawn_by, "enabled": "1", "pass": "0", "locked": "0"})
    options = SubElement(layer, "Option", type="Map")
    _options(options, {option: ("QString", value) for option, value in look.items()})
    return layer


def _options(parent: Element, values: Mapping[str, tuple[str, str]]) -> None:
    for name, (kind, value) in values.items():
        SubElement(parent, "Option", name=name, type=kind, value=value)


def _rgba(colour: str) -> str:
    """#rrggbb as QGIS writes it: red,green,blue,255."""
    return ",".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5)) + ",255"
