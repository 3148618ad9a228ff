"""Every table of the program, imported in one place so that the migrations see them all."""

import survey.access.models
import survey.approval.models
import survey.areas.models
import survey.assessment.models
import survey.cases.models
import survey.intake.models
import survey.operation.models
import survey.registry.models
import survey.standing.models
import survey.trail.models  # noqa: F401
