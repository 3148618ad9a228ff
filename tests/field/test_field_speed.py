"""What keeps the field app quick takes nothing away. Seconds are measured by `make bench`, never here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from handset import MAKE_RECORDS, Handset, switched_on
from page_server import fill_small_world, serve_app

pytestmark = pytest.mark.browser

LONG_DRAFT = """async m => {
  const form = structuredClone(m.me.me.forms.household);
  const all = form.sections.flatMap(section => section.questions);
  form.sections = [{...form.sections[0], code: "all", questions: all}];
  m.me.me.forms.household = form;
  const draft = m.drafts.begin(form, {visit: "interviewed", area_code: "V1"});
  draft.at = {page: "all", question: all.at(-1).code};
  await m.drafts.save(draft);
  return [draft.id, all.at(-1).code];
}"""
"""A draft with every question on one page, left at the last."""


@pytest.fixture(scope="module")
def phone(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handset]:
    """A phone on which an officer is at work."""
    folder = tmp_path_factory.mktemp("quick-site")
    with (
        serve_app(folder, fill_small_world) as site,
        switched_on(chromium.browser_type, folder / "phone", site.url) as made,
    ):
        made.sign_in()
        yield made


def test_a_long_form_comes_back_to_its_last_question_in_sight(phone: Handset) -> None:
    draft_id, code = phone.call(LONG_DRAFT)
    phone.go(f"#/form/{draft_id}")
    last = phone.page.locator(f"[data-q='{code}']").locator("input, textarea, button").first
    last.wait_for()
    phone.page.wait_for_function(
        """code => {
          const box = document.querySelector(`[data-q="${code}"]`).getBoundingClientRect();
          return box.top >= 0 && box.bottom <= innerHeight;
        }""",
        arg=code,
    )
    assert last.evaluate("one => one === document.activeElement")


def test_a_line_about_saving_changes_only_where_it_says_something_new(phone: Handset) -> None:
    phone.go("#/home")
    phone.go("#/act/household")
    phone.page.wait_for_selector("[data-q='visit'] label.tile")
    phone.page.evaluate(
        """() => {
          globalThis.lines = [];
          const line = document.querySelector(".saved");
          const note = () => lines.push(line.textContent);
          new MutationObserver(note).observe(line, {childList: true, characterData: true});
        }"""
    )
    for at in (0, 1, 0, 1, 0):
        phone.page.locator("[data-q='visit'] label.tile").nth(at).click()
    phone.settle()
    phone.page.wait_for_function("() => document.querySelector('.saved').textContent.startsWith('đã lưu')")
    assert len(phone.page.evaluate("() => lines")) <= 4
    assert phone.call("async m => (await m.drafts.all())[0].answers.visit") is not None


def test_hundreds_of_changes_paint_a_list_a_few_times_and_the_last_state_last(phone: Handset) -> None:
    phone.offline()
    phone.call(MAKE_RECORDS, 3, "Hộ bình tĩnh")
    painted = phone.call(
        """async m => {
          const wait = ms => new Promise(done => setTimeout(done, ms));
          let state = 0;
          const seen = [];
          const stop = m.queue.watch(async () => { const now = state; await wait(20); seen.push(now); });
          for (state = 1; state <= 200; state += 1) {
            m.queue.changed();
            if (state % 20 === 0) await wait(10);
          }
          await wait(1200);
          stop();
          m.queue.changed();
          await wait(600);
          return seen;
        }"""
    )
    assert painted[0] == 1
    assert painted[-1] == 201
    assert 2 <= len(painted) <= 5
    phone.offline(False)
    phone.wait_for_states(sent=3)
