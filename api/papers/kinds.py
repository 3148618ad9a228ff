"""Every kind of paper: its code (also its word in the glossary), whom it is about, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from api.papers import data
from api.papers.blocks import Paper
from api.papers.layouts.blank_form import blank_form
from api.papers.layouts.commitments import commitments
from api.papers.layouts.completion_minutes import completion_minutes
from api.papers.layouts.disaster_request import disaster_request
from api.papers.layouts.household_notice import household_notice
from api.papers.layouts.meeting_minutes import meeting_minutes
from api.papers.layouts.not_registering import not_registering
from api.papers.layouts.posting_list import posting_list
from api.papers.layouts.stage_minutes import stage_minutes
from survey.words import word


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper. `per` is household or village; `make` turns an object of class `data` into a paper."""

    code: str
    per: str
    data: type
    make: Callable[[Any], Paper]

    def title(self, lang: str = "vi") -> str:
        """Its name in lists and on buttons."""
        return word(f"paper.{self.code}", lang)


_ALL = (
    Kind("meeting_minutes", "village", data.MeetingData, meeting_minutes),
    Kind("commitments", "village", data.CommitmentData, commitments),
    Kind("posting_list", "village", data.PostingData, posting_list),
    Kind("stage_minutes", "household", data.StageData, stage_minutes),
    Kind("completion_minutes", "household", data.CompletionData, completion_minutes),
    Kind("not_registering", "household", data.NotRegisteringData, not_registering),
    Kind("disaster_request", "household", data.DisasterRequestData, disaster_request),
    Kind("household_notice", "household", data.NoticeData, household_notice),
    Kind("blank_form", "household", data.BlankFormData, blank_form),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.code: kind for kind in _ALL})
