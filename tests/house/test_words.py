"""Words and problems: each in both languages, in order, and everything a screen names exists."""

from __future__ import annotations

import re
from pathlib import Path

from survey import problems, words

ROOT = Path(__file__).resolve().parents[2]


def test_every_word_has_both_languages() -> None:
    for code, labels in words.glossary().items():
        assert set(labels) == {"vi", "en"}, code
        assert all(labels.values()), code


def test_the_assessment_is_never_called_a_decision() -> None:
    for code, labels in words.glossary().items():
        if code.startswith(("outcome.", "house_class.")):
            assert "quyết định" not in labels["vi"], code


def test_problems_are_in_order_and_complete_in_both_languages() -> None:
    kinds = list(problems.catalogue().values())
    assert [kind.number for kind in kinds] == sorted(kind.number for kind in kinds)
    for kind in kinds:
        for texts in (kind.message, kind.next_step):
            assert set(texts) >= {"vi", "en"}, kind.number
            assert all(texts[lang].strip() for lang in ("vi", "en")), kind.number


def test_both_languages_of_a_problem_name_the_same_details() -> None:
    for kind in problems.catalogue().values():
        vi, en = (
            {re.sub("_(vi|en)$", "", name) for name in re.findall(r"{(\w+)", kind.message[lang])}
            for lang in ("vi", "en")
        )
        assert vi == en, kind.number


def test_every_problem_raised_stands_in_the_catalogue_and_every_entry_is_raised() -> None:
    source = "\n".join(path.read_text("utf-8") for path in python_files())
    raised = {int(number) for number in re.findall(r"\b([1-8]\d{3})\b", source)}
    known = set(problems.catalogue())
    assert {int(number) for number in re.findall(r"Problem\(\s*(\d{4})", source)} <= known
    assert known <= raised


def python_files() -> list[Path]:
    """Every Python file of the program."""
    return [path for package in ("survey", "maps", "api") for path in (ROOT / package).rglob("*.py")]


def test_every_glossary_word_a_template_names_outright_exists() -> None:
    for path in (ROOT / "api" / "templates").rglob("*.html"):
        for code in re.findall(r"""\bword\(["']([\w.]+)["']\)""", path.read_text("utf-8")):
            assert code in words.glossary(), f"{path.name}: {code}"


def test_templates_carry_no_inline_style_script_or_unescaped_text() -> None:
    for path in (ROOT / "api" / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"\bstyle=|<style|\son\w+=|\|\s*safe\b", text), path.name
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path.name
