"""The estimate a viewer may see, and its workbook, for pages, interface and command alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy import ColumnElement, and_

from api.budget.workbook import Cover, Naming, write_budget
from api.shared import area_names
from api.shared.law_texts import component_words, programme_title, unverified_notes
from api.web.language import minute, t
from survey.access.viewer import Viewer
from survey.assessment.rows import HouseRow
from survey.finance import queries as finance
from survey.finance.rows import Estimate
from survey.standing import queries as standing
from survey.standing.models import StandingLine


def viewer_estimate(viewer: Viewer, code: str) -> Estimate:
    """The estimate of an area as of today. Problem 1004 where the viewer may not read its budget."""
    area_names.visible_area(viewer, code, "budget.read")
    return finance.estimate(viewer.session, viewer_condition(viewer, code), code, viewer.today)


def viewer_condition(viewer: Viewer, code: str) -> ColumnElement[bool]:
    """The viewer's households inside the area."""
    return and_(
        viewer.visible(StandingLine.area_code, "budget.read"),
        *area_names.inside(viewer, StandingLine.area_code, code),
    )


def write_workbook(
    viewer: Viewer,
    target: Path | IO[bytes],
    estimate: Estimate,
    made_by: str,
    told: Callable[[int], object] = lambda _: None,
    page: str | None = None,
) -> None:
    """Write the workbook of an estimate with the households behind it; names by the viewer's right.

    `told` hears of every household that is written; `page` is the address that the cover leads back to.
    """
    condition, names = (
        viewer_condition(viewer, estimate.area_code),
        viewer.may("person.read", estimate.area_code),
    )
    cover = Cover(
        title=t(
            "Dự toán nhu cầu kinh phí xóa nhà tạm, nhà dột nát",
            "Estimate of the money needed to end temporary and dilapidated housing",
        ),
        made_at=minute(viewer.now),
        made_by=made_by,
        filter=t(
            "Hộ có kết quả đối chiếu hiện hành; không tính phiếu tập huấn",
            "Households with a current assessment; training surveys are not counted",
        ),
        notes=(
            t(
                "Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ. Mẫu của dự án.",
                "Assessments against the criteria, not decisions on support. A form of the project.",
            ),
            *unverified_notes(viewer, estimate.release_sha256s),
        ),
        page=page,
        names=names,
    )
    houses = standing.houses(viewer.session, condition, on=estimate.as_of, names=names, amounts=True)
    naming = Naming(
        area=partial(area_names.area_name, viewer),
        codes=partial(area_names.codes_by_level, viewer),
        programme=partial(programme_title, viewer),
        component=partial(component_words, viewer),
        line=finance.line_numbers(viewer.session, estimate),
    )
    write_budget(target, estimate, _counted(houses, told), cover, naming)


def _counted(houses: Iterable[HouseRow], told: Callable[[int], object]) -> Iterator[HouseRow]:
    for house in houses:
        yield house
        told(1)
