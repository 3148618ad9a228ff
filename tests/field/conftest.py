"""A page of headless Chromium with the field app's modules of thought loaded, and nothing else of the app."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import api
from survey.law import json_law, load_book
from survey.questionnaire import forms, load_form
from survey.questionnaire.phone import json_forms

FIELD = Path(api.__file__).parent / "static" / "field"
ADDRESS = "http://phone.localhost"
LOAD = """async () => {
  globalThis.kept = {};
  for (const name of ["law/expressions", "law/rules", "law/law", "law/explain",
                      "form/facts", "form/check", "form/doubts", "form/relevance", "form/numbers"]) {
    Object.assign(globalThis, await import(`/${name}.js`));
  }
}"""


@dataclass
class Phone:
    """A page in which every export of the modules is a global name."""

    page: Any

    def keep(self, name: str, value: Any) -> None:
        """Put a value under `kept.<name>`, for the functions of later calls."""
        self.page.evaluate("([name, text]) => { kept[name] = JSON.parse(text); }", [name, json.dumps(value)])

    def each(self, function: str, cases: list[Any]) -> list[Any]:
        """What a function of JavaScript such as "one => one + 1" gives for every case, in one evaluation."""
        script = f"text => JSON.stringify(JSON.parse(text).map({function}))"
        return json.loads(self.page.evaluate(script, json.dumps(cases)))

    def one(self, function: str, case: Any) -> Any:
        """The same for one case."""
        return self.each(function, [case])[0]


def _serve(route: Any) -> None:
    """A module from the static folder, or an empty page."""
    path = FIELD / route.request.url.removeprefix(f"{ADDRESS}/")
    if path.is_file():
        route.fulfill(body=path.read_text("utf-8"), content_type="text/javascript; charset=utf-8")
    else:
        route.fulfill(body="<!doctype html><title>-</title>", content_type="text/html")


@pytest.fixture(scope="module")
def phone(chromium: Any) -> Iterator[Phone]:
    """The page, with the shipped law under `kept.law` and all forms under `kept.forms` and `kept.texts`."""
    context = chromium.new_context()
    page = context.new_page()
    page.route(f"{ADDRESS}/**", _serve)
    page.goto(f"{ADDRESS}/")
    page.evaluate(LOAD)
    made = Phone(page)
    made.keep("law", json_law(load_book()))
    document = json_forms(map(load_form, forms()))
    made.keep("forms", document["forms"])
    made.keep("texts", document["texts"])
    yield made
    context.close()
