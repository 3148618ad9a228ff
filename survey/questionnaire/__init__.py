"""ASK: the forms as data, the checking of what was answered, and the facts it gives the law."""

from survey.questionnaire.describe import answers, describe
from survey.questionnaire.doubts import doubts
from survey.questionnaire.facts import survey_facts
from survey.questionnaire.loader import act_forms, forms, load_form
from survey.questionnaire.people import split_personal, split_texts
from survey.questionnaire.rows import (
    Answer,
    CheckedPayload,
    DescribedQuestion,
    Fault,
    Form,
    PersonInput,
    Question,
    Section,
)
from survey.questionnaire.schema import check

__all__ = [
    "Answer",
    "CheckedPayload",
    "DescribedQuestion",
    "Fault",
    "Form",
    "PersonInput",
    "Question",
    "Section",
    "act_forms",
    "answers",
    "check",
    "describe",
    "doubts",
    "forms",
    "load_form",
    "split_personal",
    "split_texts",
    "survey_facts",
]
