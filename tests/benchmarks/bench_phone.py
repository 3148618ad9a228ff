"""The field app on a slow phone: what travels, how soon it is of use, how it answers.

Run: python bench_phone.py. Chromium with its main thread six times slower (workers and cryptography are
not slowed), the server on loopback. Figures are medians of several tries, with the least and the most beside:
compare them on a quiet machine.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench_field import BATCH, send_surveys
from handset import MAKE_RECORDS, PIN, SCREEN, Handset
from headless import ARGUMENTS, chromium_path, running_chromium
from page_server import fill_people, serve_app

SLOWER = 6
TRIES = 7
QUESTIONS, MEMBERS = 60, 30

WATCH = """() => {
  const isShown = { pin: () => document.querySelector("#pin:not([disabled])"),
    home: () => /#\\/home/.test(location.hash) && document.querySelector("#main .task") };
  globalThis.seen = {};
  const look = () => {
    for (const [name, find] of Object.entries(isShown)) {
      if (name in seen || !find()) continue;
      seen[name] = null;
      requestAnimationFrame(() => setTimeout(() => (seen[name] = performance.now())));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}"""
"""Notes in `seen` when the PIN screen and the tasks have been painted, in ms since the page was asked for."""

NOTE_INPUTS = """() => {
  globalThis.waits = [];
  addEventListener("input", () => {
    const from = performance.now();
    requestAnimationFrame(() => {
      const frame = new MessageChannel();
      frame.port1.onmessage = () => waits.push(performance.now() - from);
      frame.port2.postMessage(null);
    });
  }, true);
}"""
"""Notes in `waits` the ms from each input event to the end of the next frame."""

NOTE_CHANGES = """() => {
  globalThis.changes = [];
  let from = null;
  addEventListener("input", () => (from = performance.now()), true);
  new MutationObserver(() => {
    const begun = from;
    from = null;
    const painted = () => changes.push(performance.now() - begun);
    if (begun !== null) requestAnimationFrame(() => setTimeout(painted));
  }).observe(document.querySelector("main"), {subtree: true, attributeFilter: ["hidden"]});
}"""
"""Notes in `changes` the ms from each input that hides or shows questions to the frame that shows it."""

LARGE_DRAFT = """async (m, questions, members) => {
  const form = structuredClone(m.me.me.forms.household);
  const all = form.sections.flatMap(section => section.questions);
  const plain = all.filter(one => one.kind === "choice" && one.when);
  for (let at = 0; all.length < questions; at += 1)
    all.push({...plain[at % plain.length], code: `more_${at}`, fact: null});
  form.sections = [{...form.sections[0], code: "all", questions: all}];
  m.me.me.forms.household = form;
  const member = at => ({name: `Hoàng Thị ${at}`, birth_year: 1950 + at, sex: "female", relation: "child"});
  const answers = {visit: "interviewed", area_code: "V1", head_name: "Hoàng", people: members,
    members: Array.from({length: members}, (_, at) => member(at))};
  const draft = m.drafts.begin(form, answers);
  await m.drafts.save(draft);
  return draft.id;
}"""
"""A draft of the household form with all its questions on one page, filled up to so many."""


ANSWER_AT_ONCE = """async m => {
  const hashes = new Map((await m.queue.records()).map(one => [one.id, one.content_sha256]));
  const real = globalThis.fetch;
  const receipt = id =>
    ({id, version: 1, content_sha256: hashes.get(id), photos: [], missing_photos: [], state: "stored"});
  globalThis.fetch = async (path, how) => {
    if (!String(path).endsWith("/batch")) return real(path, how);
    const all = JSON.parse(how.body).map(({id}, index) => ({index, status: 201, receipt: receipt(id)}));
    return new Response(JSON.stringify(all), {headers: {"Content-Type": "application/json"}});
  };
}"""
"""From now on no record leaves the phone: it gives itself the receipts."""

SEND = """async m => {
  const begun = performance.now();
  while (!await m.sync.sendAll({isAsked: true})) await new Promise(done => setTimeout(done));
  return performance.now() - begun;
}"""
"""Sends everything, in ms; waits for a sender that began by itself."""


class RealPhone(Handset):
    """A phone whose clock is the real one, so that what it measures is time."""

    def start(self, is_offline: bool = False) -> Any:
        """Switch it on."""
        self.context = self.browser_type.launch_persistent_context(
            str(self.folder), executable_path=chromium_path(), args=list(ARGUMENTS), viewport=SCREEN
        )
        self.page = self.context.pages[0]
        self._listen()
        self.context.set_offline(is_offline)
        return self.open()


def report() -> None:
    """Print every figure."""
    with _visited() as phone:
        _print_size(phone.url)
        _print_start(phone)
        _print_inputs(phone)
        _print_sync(phone)


@contextmanager
def _visited() -> Iterator[Handset]:
    """A phone with an assignment of 300 households, signed in, its clock the real one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_app(Path(folder) / "site", fill_people) as site,
        running_chromium() as browser,
    ):
        send_surveys(site.url, 300)
        phone = RealPhone(browser.browser_type, Path(folder) / "phone", site.url)
        phone.start()
        try:
            phone.sign_in()
            yield phone
        finally:
            phone.stop()


# --- what travels


def _print_size(url: str) -> None:
    sizes = sizes_of(url)
    total = sum(sizes.values()) / 1000
    print(f"scripts and styles as they travel: {total:.1f} kB in {len(sizes)} files")


def sizes_of(url: str) -> dict[str, int]:
    """The bytes of each script and style of the app as they are sent, by address."""
    worker = _sent(f"{url}/field/sw.js")
    kept = json.loads(re.match(r"self\.PRECACHE = (.*);\n", worker[1])[1])  # type: ignore[index]
    wanted = [path for path in kept if path.endswith((".js", ".css"))]
    return {"/field/sw.js": worker[0]} | {path: _sent(url + path)[0] for path in wanted}


def _sent(address: str) -> tuple[int, str]:
    """How many bytes an address answers with, and what they say."""
    import gzip

    with urlopen(Request(address, headers={"Accept-Encoding": "gzip"})) as answer:
        body = answer.read()
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(body), (gzip.decompress(body) if is_packed else body).decode()


# --- starting


def _print_start(phone: Handset) -> None:
    phone.offline()
    phone.context.add_init_script(f"({WATCH})()")
    found = [_start(phone) for _ in range(TRIES)]
    _say("offline, to the PIN screen", [pin for pin, _ in found])
    _say("offline, from the PIN to the tasks", [home for _, home in found])
    phone.offline(False)


def _start(phone: Handset) -> tuple[float, float]:
    """Milliseconds to the PIN screen, and from its last digit to the tasks."""
    phone.kill()
    _slow_down(phone)
    phone.page.goto(f"{phone.url}/field/")
    phone.page.wait_for_function("() => seen.pin")
    pin_ms = phone.page.evaluate("() => seen.pin")
    phone.page.keyboard.type(PIN[:-1])
    phone.page.wait_for_timeout(300)
    phone.page.evaluate(
        "() => addEventListener('keydown', event => (globalThis.typed = event.timeStamp), true)"
    )
    phone.page.keyboard.type(PIN[-1])
    phone.page.wait_for_function("() => seen.home")
    return pin_ms, phone.page.evaluate("() => seen.home - typed")


def _slow_down(phone: Handset, rate: int = SLOWER) -> None:
    session = phone.context.new_cdp_session(phone.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})


# --- filling in


def _print_inputs(phone: Handset) -> None:
    draft_id = phone.call(LARGE_DRAFT, QUESTIONS, MEMBERS)
    phone.go(f"#/form/{draft_id}")
    phone.page.wait_for_selector("[data-q='members'] summary")
    _slow_down(phone)
    phone.page.evaluate(NOTE_INPUTS)
    page = phone.page
    page.locator("[data-q='members'] summary").nth(MEMBERS - 1).click()
    _say("a letter in a text", _waits(phone, lambda: _type(phone, "#q-head_name")))
    last = f"[data-q='members[{MEMBERS - 1}].name'] input"
    _say("a letter in the last member's name", _waits(phone, lambda: _type(phone, last)))
    tiles = page.locator("[data-q='visit'] label.tile")
    page.evaluate(NOTE_CHANGES)
    _say("a touch that hides or shows the page", _waits(phone, lambda: _touch(tiles, phone)))
    _say("until the page is hidden or shown", page.evaluate("() => changes"))
    _slow_down(phone, 1)


def _type(phone: Handset, selector: str) -> None:
    phone.page.locator(selector).click()
    for letter in "Thị Mẩy Hoàng":
        phone.page.keyboard.type(letter)
        phone.page.wait_for_timeout(120)


def _touch(tiles: Any, phone: Handset) -> None:
    for at in (1, 0) * 5:
        tiles.nth(at).click()
        phone.page.wait_for_timeout(300)


def _waits(phone: Handset, act: Any) -> list[float]:
    phone.page.wait_for_timeout(500)
    phone.page.evaluate("() => { waits.length = 0; }")
    act()
    phone.page.wait_for_timeout(500)
    return phone.page.evaluate("() => waits")


# --- sending


def _print_sync(phone: Handset) -> None:
    phone.go("#/home")
    phone.page.wait_for_selector("#main .task")
    whole_s = _sync_s(phone)
    phone.call(ANSWER_AT_ONCE)
    own_s, slow_s = _sync_s(phone), _sync_s(phone, SLOWER)
    print(f"{BATCH} records without photos in one sync, beside the list of tasks: {whole_s:.2f} s")
    print(f"the phone's own share: {own_s:.2f} s ({own_s / whole_s:.0%}), {slow_s:.2f} s on a slow phone")


def _sync_s(phone: Handset, rate: int = 1) -> float:
    """Seconds to send so many new records."""
    phone.offline()
    phone.call(MAKE_RECORDS, BATCH, "Hộ đo")
    phone.page.wait_for_timeout(1000)
    _slow_down(phone, rate)
    begun = time.perf_counter()
    phone.offline(False)
    phone.call(SEND)
    took_s = time.perf_counter() - begun
    _slow_down(phone, 1)
    return took_s


def _say(what: str, found_ms: list[float]) -> None:
    middle, least, most = statistics.median(found_ms), min(found_ms), max(found_ms)
    print(f"{what}: {middle:.0f} ms ({least:.0f} to {most:.0f}, {len(found_ms)} times)")


if __name__ == "__main__":
    report()
