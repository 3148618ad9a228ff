"""The budget workbook of an estimate, for the page and the command alike."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from sqlalchemy import ColumnElement

from api import clock, places
from api.exports.budget import Cover, write_budget
from api.extensions import db
from api.language import minute
from api.law_texts import programme_title, unverified_notes
from survey.assessment import queries as assessment
from survey.finance.rows import Estimate


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
    houses = assessment.houses(db.session(), condition, names=names, amounts=True)
    write_budget(target, estimate, houses, cover, places.area_name, programme_title)
