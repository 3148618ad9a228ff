"""The estimate a viewer may see, and its workbook, for pages, interface and command alike."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from sqlalchemy import ColumnElement, and_

from api import auth, clock, places
from api.exports.budget import Cover, write_budget
from api.extensions import db
from api.language import minute
from api.law_texts import programme_title, unverified_notes
from survey.assessment import queries as assessment
from survey.finance import queries as finance
from survey.finance.rows import Estimate
from survey.registry.models import Household


def viewer_estimate(code: str) -> Estimate:
    """The estimate of an area as of today. Problem 1004 where the viewer may not read its budget."""
    places.visible_area(code, "budget.read")
    return finance.estimate(db.session(), viewer_condition(code), code, clock.today())


def viewer_condition(code: str) -> ColumnElement[bool]:
    """The viewer's households inside the area."""
    return and_(auth.visible(Household.area_code, "budget.read"), *places.inside(code))


def write_workbook(
    target: Path | IO[bytes], estimate: Estimate, made_by: str, condition: ColumnElement[bool], *, names: bool
) -> None:
    """Write the workbook; `condition` selects the same households as the estimate's."""
    cover = Cover(
        title="Dự toán nhu cầu kinh phí xóa nhà tạm, nhà dột nát",
        made_at=minute(clock.now()),
        made_by=made_by,
        filter="Hộ có kết quả đối chiếu hiện hành; không tính phiếu tập huấn",
        notes=(
            "Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ. Mẫu của dự án.",
            *unverified_notes(estimate.release_sha256s),
        ),
    )
    houses = assessment.houses(db.session(), condition, as_of=estimate.as_of, names=names, amounts=True)
    write_budget(target, estimate, houses, cover, places.area_name, programme_title)
