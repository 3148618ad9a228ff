"""From stored rows to what a map draws, cut to what the viewer may see."""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry import Point

from api.shared import area_names
from api.shared.law_texts import programme_title
from api.shared.point_words import POINT_SOURCES
from api.web.language import current, t
from maps.rows import AreaView, House, Outline
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.areas.rows import Area, Name
from survey.assessment.rows import HouseRow
from survey.standing import queries as standing
from survey.standing.models import StandingLine
from survey.words import word


def area_view(viewer: Viewer, name: Name, *, with_names: bool = True) -> AreaView:
    """Everything the map of one area shows the viewer on today's boundaries; without names to hand it on."""
    sees_names = with_names and viewer.may("person.read", name.code)
    rows = standing.houses(
        viewer.session,
        viewer.visible(StandingLine.area_code, "map.read"),
        *area_names.inside(viewer, StandingLine.area_code, name.code),
        on=viewer.today,
        names=sees_names,
        amounts=viewer.may("amount.read", name.code),
    )
    tree = areas.tree(viewer.session, viewer.today)
    area = _outlines(viewer, [name.code])[0]
    siblings = tree.below.get(name.parent_code or "", ())
    return AreaView(
        area=area,
        houses=tuple(_house(viewer, number, row, sees_names) for number, row in enumerate(rows, 1)),
        as_of=viewer.today,
        parents=tuple(_outlines(viewer, tree.path(name.code)[1:])),
        neighbours=tuple(_outlines(viewer, [code for code in siblings if code != name.code])),
        parts=tuple(_outlines(viewer, tree.below.get(name.code, ()))),
        sources=_sources(),
    )


def _outlines(viewer: Viewer, codes: Sequence[str]) -> list[Outline]:
    """Areas by code, in the order of `codes`, as outlines."""
    found = {area.code: area for area in areas.areas(viewer.session, list(codes), viewer.today)}
    return [_outline(found[code]) for code in codes if code in found]


def _outline(area: Area) -> Outline:
    return Outline(
        code=area.code,
        level=area.level,
        name=area.name,
        boundary=area.boundary,
        point=Point(area.point) if area.point else None,
        boundary_is_approximate=area.boundary_is_approximate,
        uncertainty_m=area.uncertainty_m,
    )


def _house(viewer: Viewer, number: int, row: HouseRow, sees_names: bool) -> House:
    """One house; flags in words, the programme by its title; a name not known is not a name withheld."""
    # The list beside the map says already, in these very words, that a house has no point.
    codes = [flag["code"] for flag in row.flags if flag["code"] != "no_point"]
    unknown = t("chưa rõ tên", "name unknown") if sees_names else None
    return House(
        household_id=row.household_id,
        number=number,
        head_name=row.head_name or unknown,
        lon=row.lon,
        lat=row.lat,
        accuracy_m=row.accuracy_m,
        village_name=area_names.area_name(viewer, row.village_code),
        outcome=row.outcome,
        programme=programme_title(viewer, row.programme) if row.programme else None,
        works_kind=row.works_kind,
        amount_vnd=row.amount_vnd,
        flags=tuple(word(f"flag.{code}", current()) for code in codes),
        surveyed_on=row.surveyed_on,
        point_source=POINT_SOURCES.get(row.point_source or "", "missing"),
    )


def _sources() -> tuple[str, ...]:
    """Where the figures and lines come from."""
    return (
        t(
            "Nhà: phiếu khảo sát và kết quả đối chiếu tiêu chí (chưa phải quyết định hỗ trợ)",
            "Houses: surveys and assessments (not decisions)",
        ),
        t("Ranh giới: danh mục địa bàn của tỉnh", "Boundaries: the province's list of areas"),
    )
