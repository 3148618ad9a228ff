"""The survey form on paper, made from the questionnaire itself, for a day without a phone."""

from __future__ import annotations

from itertools import groupby

from api.papers.blocks import (
    Block,
    Choices,
    Column,
    Field,
    Fields,
    Heading,
    Note,
    Option,
    Paper,
    Paragraph,
    Signature,
    Signatures,
    StateHeading,
    Table,
    Title,
)
from api.papers.data import BlankFormData
from api.papers.parts import address, mark
from survey.questionnaire.describe import UNIT_SIGNS, YES_NO, describe
from survey.questionnaire.loader import load_form
from survey.questionnaire.rows import DescribedQuestion

ROSTER_ROWS = 4
FORM = "household"
UNITS = {**UNIT_SIGNS, "VND": "đồng", "person": "người", "year": ""}


def blank_form(data: BlankFormData) -> Paper:
    """Every question of the current household form in its order, numbered, with room for the answer."""
    form = load_form(FORM)
    title = form.labels["vi"]
    numbered = list(enumerate(describe(form, "vi"), 1))
    blocks: list[Block] = [
        StateHeading(),
        Title(title, lines=(f"Phiên bản {form.version}",)),
        *address(data.place),
        Fields((Field("Cán bộ khảo sát"),)),
    ]
    for section, questions in groupby(numbered, lambda one: one[1].section_label):
        blocks.append(Heading(section))
        blocks += [block for number, question in questions for block in _question(number, question)]
    blocks.append(Signatures((Signature("Cán bộ khảo sát"), Signature("Chủ hộ"))))
    return Paper(title, mark(""), tuple(blocks))


def _question(number: int, question: DescribedQuestion) -> tuple[Block, ...]:
    label = f"{number}. {question.label}"
    if question.kind == "roster":
        return _roster(label, question)
    if question.kind in ("choice", "boolean"):
        return (Choices(label, tuple(Option(text) for text in _options(question)), question.hint),)
    hint = (Note(question.hint),) if question.hint else ()
    if question.kind == "point":
        fields = (Field(f"{label}: vĩ độ", width=1.8), Field("kinh độ"), Field("sai số (m)"))
        return (Fields(fields), *hint)
    if question.kind == "date":
        return (Fields((Field(label, "……/……/…………"),)), *hint)
    lines = 3 if question.code == "note" else 1
    return (Fields((Field(_with_unit(label, question), lines=lines),)), *hint)


def _with_unit(label: str, question: DescribedQuestion) -> str:
    unit = UNITS.get(question.unit or "", question.unit)
    return f"{label} ({unit})" if unit and f"({unit})" not in label else label


def _options(question: DescribedQuestion) -> tuple[str, ...]:
    if question.kind == "boolean":
        return YES_NO[True]["vi"], YES_NO[False]["vi"]
    return tuple(question.choices.values())


def _roster(label: str, question: DescribedQuestion) -> tuple[Block, ...]:
    """A table with empty lines; what may be written in a column of choices stands above it."""
    columns = tuple(
        Column(_with_unit(column.label, column), 1.6 if column.kind == "text" else 1.0)
        for column in question.columns
    )
    legends = (
        f"{column.label}: {', '.join(_options(column))}."
        for column in question.columns
        if column.kind in ("choice", "boolean")
    )
    hint = f"{question.hint}. " if question.hint else ""
    rows = ((None,) * len(columns),) * ROSTER_ROWS
    return Paragraph(label, keep=True), Note(f"{hint}{' '.join(legends)}"), Table(columns, rows)
