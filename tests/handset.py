"""A phone with the field app, in headless Chromium: its own storage, its own network, a faked position."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from headless import ARGUMENTS, chromium_path
from makers import FIRST_DAY, NOON, password_of

PIN = "274951"
HERE = {"longitude": 105.62, "latitude": 22.42, "accuracy": 6}
SCREEN = {"width": 390, "height": 844}
MODULES = {
    "queue": "store/queue",
    "drafts": "store/drafts",
    "sync": "store/sync",
    "me": "store/me",
    "store": "store/database",
    "vault": "store/vault",
    "photos": "form/photos",
}
"""What scripts in tests call the app's own modules -> where they lie."""


def now() -> datetime:
    """The phone's clock: the present time of day on the server's pinned day."""
    return datetime.combine(FIRST_DAY, datetime.now(NOON.tzinfo).timetz())


class Handset:
    """One phone. `page` is the app; `reopen` is what killing and starting it again does."""

    modules = MODULES

    def __init__(self, browser_type: Any, folder: Path, url: str, **options: Any) -> None:
        self.browser_type, self.folder, self.url, self.options = browser_type, folder, url, options
        self.faults: list[str] = []
        self.context: Any = None
        self.page: Any = None

    def start(self, is_offline: bool = False) -> Any:
        """Switch the phone on, with what its storage holds; opens the app."""
        told = {
            "viewport": SCREEN,
            "locale": "vi-VN",
            "timezone_id": "Asia/Ho_Chi_Minh",
            "geolocation": HERE,
            "permissions": ["geolocation"],
            "accept_downloads": True,
            **self.options,
        }
        self.context = self.browser_type.launch_persistent_context(
            str(self.folder), executable_path=chromium_path(), args=list(ARGUMENTS), **told
        )
        self.context.set_default_timeout(15_000)
        self.context.clock.install(time=now())
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self._listen()
        self.context.set_offline(is_offline)
        return self.open()

    def _listen(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._note)

    def _note(self, line: Any) -> None:
        if line.type == "error" and "Failed to load resource" not in line.text:
            self.faults.append(line.text)

    def open(self) -> Any:
        """Open the app's address."""
        self.page.goto(f"{self.url}/field/")
        self.page.wait_for_selector("h1")
        return self.page

    def kill(self) -> None:
        """End the page without a warning, as a phone does that needs its memory."""
        closing, self.page = self.page, self.context.new_page()
        closing.close(run_before_unload=False)
        self._listen()

    def settle(self) -> None:
        """Wait until every change is on the disk, which the app says by "đã lưu"."""
        self.call("async m => m.drafts.settled()")

    def reopen(self, pin: str = PIN) -> Any:
        """Kill the page once what was done is saved, open the app again and unlock it."""
        self.settle()
        return self.revive(pin)

    def revive(self, pin: str = PIN) -> Any:
        """Kill the page at this very moment, open the app again and unlock it."""
        self.kill()
        self.open()
        return self.unlock(pin)

    def reboot_offline(self, pin: str = PIN) -> Any:
        """Close the browser once what was done is saved; start it on the same storage, without a signal."""
        self.settle()
        self.context.close()
        self.start(is_offline=True)
        return self.unlock(pin)

    def unlock(self, pin: str = PIN) -> Any:
        """Type the PIN."""
        self.page.fill("#pin", pin)
        self.page.wait_for_selector("h1:not(:text-is('Nhà Vững'))")
        return self.page

    def sign_in(self, username: str = "lan", pin: str = PIN, fetch: bool = True) -> Any:
        """The first visit: password, PIN, fetching the assignment; ready for the valley afterwards."""
        self.give_password(username)
        self.page.wait_for_selector("#pin-again")
        self.page.fill("#pin", pin)
        self.page.fill("#pin-again", pin)
        self.press("Dùng PIN này")
        self.page.wait_for_selector("h1:text-is('Tải danh sách được giao')")
        self.press("Tải về máy" if fetch else "Để sau")
        self.page.wait_for_selector("h1:text-is('Việc cần làm')")
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        return self.page

    def give_password(self, username: str, password: str | None = None) -> None:
        """Fill in the sign-in screen."""
        if not self.page.url.endswith("#/sign-in"):
            self.page.goto(f"{self.url}/field/#/sign-in")
        self.page.wait_for_selector("#password")
        self.page.fill("#name", username)
        self.page.fill("#password", password or password_of(username))
        self.press("Đăng nhập")

    def press(self, text: str) -> None:
        """Press the button (or link) that says so."""
        self.page.locator(f".btn:visible:text-is('{text}')").first.click()

    def go(self, hash_: str) -> None:
        """Go to a screen of the app."""
        self.page.evaluate("hash => { location.hash = hash; }", hash_)

    def pass_frames(self) -> None:
        """Let the page paint: counted in frames and not in time, so a slow machine waits longer."""
        self.page.evaluate(
            "async () => { for (let n = 0; n < 20; n++) await new Promise(requestAnimationFrame); }"
        )

    def offline(self, is_off: bool = True) -> None:
        """No signal; or a signal again."""
        self.context.set_offline(is_off)

    def call(self, script: str, *arguments: Any) -> Any:
        """Run a function with the app's own modules at hand: `m.queue`, `m.drafts`, `m.send` …"""
        loading = "".join(
            f"m.{name} = await import('/static/field/{path}.js');" for name, path in self.modules.items()
        )
        whole = f"async given => {{ const m = {{}}; {loading} return ({script})(m, ...given); }}"
        return self.page.evaluate(whole, list(arguments))

    def records(self) -> list[dict[str, Any]]:
        """Every record on the phone, newest first, as the app sees it."""
        return self.call("async m => (await m.queue.records()).map(({draft, ...one}) => one)")

    def wait_for_states(self, **states: int) -> None:
        """Wait until there are so many records in these states."""
        until = time.monotonic() + 90
        while True:
            found = Counter(one["state"] for one in self.records())
            if all(found[state] == count for state, count in states.items()):
                return
            assert time.monotonic() < until, f"expected {states}, found {dict(found)}"
            self.page.wait_for_timeout(100)

    def wait_for_call(self, script: str) -> None:
        """Wait until a function with the app's own modules at hand gives true."""
        until = time.monotonic() + 30
        while not self.call(script):
            assert time.monotonic() < until, script
            self.page.wait_for_timeout(50)

    def stop(self) -> None:
        """Switch the phone off."""
        if self.context:
            self.context.close()


@contextmanager
def switched_on(browser_type: Any, folder: Path, url: str, **options: Any) -> Iterator[Handset]:
    """A phone that is switched off at the end, and must have met no fault of its own."""
    made = Handset(browser_type, folder, url, **options)
    try:
        made.start()
        yield made
        assert made.faults == []
    finally:
        made.stop()


@contextmanager
def desk_of(browser: Any, url: str, username: str, password: str | None = None) -> Iterator[Any]:
    """Somebody's page at the office, signed in on the website."""
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password or password_of(username))
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: not address.endswith("/sign-in"))
    yield page
    context.close()


# --- filling in


def tile(phone: Handset, question: str, text: str) -> None:
    """Touch one of the choices of a question."""
    phone.page.locator(f'[data-q="{question}"] label.tile:has-text("{text}")').first.click()


def forward(phone: Handset, title: str | None = None) -> None:
    """Press "Tiếp" once, or until the page has this title."""
    for _ in range(15):
        if title and phone.page.inner_text("h1") == title:
            return
        phone.press("Tiếp")
        if title is None:
            return
    raise AssertionError(f"no page {title}")


def turn_to(phone: Handset, title: str) -> None:
    """Turn the pages of a form that is being opened, whichever way, until this one."""
    phone.page.wait_for_selector("footer.tools .btn")
    while phone.page.locator(".btn:visible:text-is('Trước')").count():
        phone.press("Trước")
    forward(phone, title)


def fill_survey(phone: Handset, head_name: str = "Hoàng Thị Mẩy") -> None:
    """A survey of a temporary house, from the home screen to the page of photos."""
    phone.go("#/act/household")
    phone.page.wait_for_selector("h1:text-is('Chuyến thăm')")
    tile(phone, "visit", "Đã phỏng vấn")
    forward(phone)
    phone.press("Chọn thôn")
    phone.page.fill("#pick", "thon 1")
    phone.page.locator(".option").first.click()
    phone.press("Lấy vị trí")
    phone.press("Dùng vị trí này")
    forward(phone)
    phone.page.fill("#q-head_name", head_name)
    forward(phone)
    phone.page.fill("#q-people", "4")
    forward(phone, "Nhà ở")
    tile(phone, "house_tenure", "Nhà của hộ")
    phone.page.fill("#q-area_m2", "36,5")
    for question, text in (
        ("foundation_material", "Đất"),
        ("frame_material", "Gỗ tạp"),
        ("wall_material", "Tre"),
        ("roof_frame_material", "Tre"),
        ("roof_material", "Lá"),
        ("degraded", "Có"),
        ("near_collapse", "Không"),
    ):
        tile(phone, question, text)
    forward(phone, "Đất ở")
    tile(phone, "land_disputed", "Không")
    forward(phone, "Ảnh và chữ ký")


def photograph(phone: Handset, content: bytes, slot: str = "front") -> None:
    """Take a photo by the camera's file chooser; returns when the app has kept it."""
    before = phone.page.locator(".thumbs figure").count()
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator(f'[data-q="photo.{slot}"] > .btn').click()
    chooser.value.set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})
    phone.page.wait_for_function(
        "before => document.querySelectorAll('.thumbs figure').length > before", arg=before, timeout=60_000
    )


def finish(phone: Handset) -> str:
    """Go to the end and finish; the key of the record, whose screen is shown."""
    forward(phone, "Xem lại và lưu")
    phone.press("Hoàn tất và lưu")
    phone.page.wait_for_function("() => location.hash.startsWith('#/record/')")
    phone.page.wait_for_selector("#main .stack")
    return phone.page.url.rpartition("/")[2]


# --- by the keyboard alone

NAME_OF_FOCUS = """() => {
  const here = document.activeElement;
  const labels = [...here.labels ?? []].map(one => one.innerText).join(" ");
  return here.getAttribute("aria-label") || labels || here.innerText || "";
}"""


def focused(phone: Handset) -> str:
    """What the thing that has the focus is called."""
    return str(phone.page.evaluate(NAME_OF_FOCUS)).strip()


def reach(phone: Handset, name: str) -> None:
    """Tab until something of this name has the focus."""
    for _ in range(90):
        if focused(phone).startswith(name):
            return
        phone.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {name}")


def enter(phone: Handset, *names: str) -> None:
    """Go to each of these by Tab and press Enter."""
    for name in names:
        reach(phone, name)
        phone.page.keyboard.press("Enter")


def write(phone: Handset, name: str, text: str) -> None:
    """Go to a field by Tab and write."""
    reach(phone, name)
    phone.page.keyboard.type(text)


def choose(phone: Handset, first: str, wanted: str) -> None:
    """Go to a group of choices by its first and on to the wanted one by the arrows."""
    reach(phone, first)
    phone.page.keyboard.press("Space")
    while not focused(phone).startswith(wanted):
        phone.page.keyboard.press("ArrowDown")


# --- what is recorded


def camera_photo(seed: int = 1, width_px: int = 900) -> bytes:
    """A photo as a camera writes it: full of detail, with its place and time in EXIF."""
    import io
    import random

    from PIL import Image

    detail = random.Random(seed).randbytes(width_px * width_px * 3 // 256)
    small = Image.frombytes("RGB", (width_px // 16, width_px // 16), detail[: (width_px // 16) ** 2 * 3])
    image = small.resize((width_px, width_px * 3 // 4))
    exif = image.getexif()
    exif[0x0132] = "2025:05:15 08:00:00"
    place = exif.get_ifd(0x8825)
    place.update({1: "N", 2: (22.0, 25.0, 12.0), 3: "E", 4: (105.0, 37.0, 12.0)})
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, exif=exif)
    return buffer.getvalue()


MAKE_RECORDS = """async (m, count, name, more = {}) => {
  const form = m.me.me.forms.household;
  for (let at = 0; at < count; at += 1) {
    const answers = {visit: "interviewed", area_code: "V1", head_name: `${name} ${at}`, people: 3, ...more};
    const draft = m.drafts.begin(form, answers);
    Object.assign(draft, {payload: answers, captured_at: "2025-05-15T07:00:00+07:00"});
    await m.queue.finish(draft, {title: answers.head_name, household_id: null, village: "", changes: []});
  }
}"""
"""Finished records without photos, made by the app's own functions; `more` are further answers."""
