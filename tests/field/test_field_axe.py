"""Every screen of the field app for everybody: judged by axe-core, by keyboard alone, twice as large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handset import (
    HERE,
    MAKE_RECORDS,
    PIN,
    Handset,
    camera_photo,
    choose,
    enter,
    fill_survey,
    finish,
    focused,
    forward,
    photograph,
    reach,
    switched_on,
    tile,
    write,
)
from makers import password_of, payload
from page_server import Site, fill_small_world, serve_app

axe = pytest.importorskip("axe_playwright_python.base", reason="no axe-core: install the dev extra")

NARROW = {"width": 195, "height": 422}
"""A phone of 390 px enlarged to 200 %."""
FAULTS = """async rules => (await axe.run(document, {resultTypes: ["violations"], ...rules})).violations
  .filter(one => ["serious", "critical"].includes(one.impact))
  .map(one => `${one.impact} ${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(" | ")}`)"""
WIDE = """() => {
  const edge = document.documentElement.clientWidth + 1;
  const isOut = one => one.getBoundingClientRect().right > edge || one.getBoundingClientRect().left < -1;
  const scrolls = document.documentElement.scrollWidth > edge ? ["the page scrolls sideways"] : [];
  const out = [...document.querySelectorAll("body *:not(option)")]
    .filter(one => one.getClientRects().length && !one.closest(".scroll, .hidden-text") && isOut(one));
  return [...scrolls, ...out.map(one => one.outerHTML.slice(0, 160))];
}"""
SPOIL = """() => {
  document.querySelector("h1").style.color = "#0a6b5d";
  const picture = document.body.appendChild(document.createElement("img"));
  Object.assign(picture, {src: "/static/mark.svg", width: 500});
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with a village of households."""
    with serve_app(tmp_path_factory.mktemp("field-axe"), fill_small_world) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, tmp_path: Path) -> Iterator[Handset]:
    """A new phone, nobody signed in yet."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        yield made


# --- the walk: every screen, one after the other, by its name


def coming_in(phone: Handset) -> Iterator[str]:
    """From the first visit to the list of tasks."""
    phone.page.wait_for_selector("#password")
    yield "sign-in"
    phone.give_password("lan", "không phải")
    phone.page.wait_for_selector(".problem.bad")
    yield "sign-in refused"
    phone.give_password("lan")
    phone.page.wait_for_selector("#pin-again")
    phone.press("Dùng PIN này")
    phone.page.wait_for_selector(".problem.bad")
    yield "choosing a PIN, refused"
    for field in ("#pin", "#pin-again"):
        phone.page.fill(field, PIN)
    phone.press("Dùng PIN này")
    phone.page.wait_for_selector("h1:text-is('Tải danh sách được giao')")
    yield "fetching"
    phone.press("Tải về máy")
    phone.page.wait_for_selector(".task")
    yield "home"


def looking_around(phone: Handset, house: str) -> Iterator[str]:
    """Lists, a household, what can be begun."""
    phone.go("#/households")
    phone.page.wait_for_selector("#find")
    yield "households"
    phone.page.fill("#find", "không có ai tên thế")
    yield "no household found"
    phone.page.fill("#find", "")
    phone.go(f"#/household/{house}")
    phone.page.wait_for_selector("dl.facts")
    yield "household"
    phone.go("#/household/unknown")
    phone.page.wait_for_selector("text=Hộ không có trên máy")
    yield "household not here"
    phone.go("#/act")
    phone.page.wait_for_selector("h1:text-is('Ghi việc mới')")
    yield "what can be begun"


def placing(phone: Handset) -> Iterator[str]:
    """The first pages of a survey: choosing a village, taking a position, the map."""
    phone.go("#/act/household")
    phone.page.wait_for_selector("h1:text-is('Chuyến thăm')")
    yield "form: visit"
    tile(phone, "visit", "Đã phỏng vấn")
    forward(phone)
    phone.press("Chọn thôn")
    phone.page.wait_for_selector("dialog .option")
    yield "choosing a village"
    phone.page.locator(".option").first.click()
    phone.press("Lấy vị trí")
    phone.page.wait_for_selector("text=± 6 m")
    yield "taking a position"
    phone.press("Dùng vị trí này")
    yield "form: point"
    phone.press("Đặt tay trên bản đồ")
    phone.page.wait_for_selector("dialog canvas")
    yield "map"
    phone.page.locator("dialog .btn:text-is('Thôi')").click()


def surveying(phone: Handset) -> Iterator[str]:
    """Every page of a survey, with a row open in each list."""
    fill_survey(phone)
    while phone.page.inner_text("h1") != "Chủ hộ":
        phone.press("Trước")
    while (title := phone.page.inner_text("h1")) != "Ảnh và chữ ký":
        if title == "Hỗ trợ nhà ở đã nhận":
            tile(phone, "has_earlier_help", "Có")
        for adder in phone.page.locator(".btn:visible:text-is('Thêm dòng')").all():
            adder.click()
        yield f"form: {title}"
        forward(phone)
    photograph(phone, camera_photo())
    yield "photos"
    phone.press("Chủ hộ ký")
    phone.page.wait_for_selector("dialog canvas")
    yield "signature"
    phone.page.locator("dialog .btn:text-is('Thôi')").click()


def ending(phone: Handset) -> Iterator[str]:
    """The result with faults, without, the question before throwing away."""
    forward(phone, "Xem lại và lưu")
    phone.page.wait_for_selector(".result")
    yield "result"
    phone.press("Bỏ bản đang ghi")
    phone.page.wait_for_selector("dialog")
    yield "a question before something is lost"
    phone.page.keyboard.press("Escape")
    finish(phone)
    phone.wait_for_states(sent=1)
    yield "record sent"


COME_BACK = """async m => {
  const [one, two, three, four] = await m.queue.records();
  const details = {who: "Triệu Thị Mai", when: "2025-05-15T10:00+07:00", changed: "people", version: 2};
  await m.queue.update(one, {state: "conflict", reason: {message: {vi: "Đã có bản khác", en: ""}, details}});
  const back = {state: "corrected", by: "Triệu Thị Mai", comment: "Đếm lại số khẩu",
                faults: [], changed: [{question: "people", was: 3, now: 5}]};
  await m.queue.update(two, {state: "returned", back});
  await m.queue.update(three, {state: "refused", reason: {message: {vi: "Không đọc được", en: ""}}});
  await m.queue.update(four, {saved_at: Date.now() - 4 * 864e5});
  return [one.key, two.key, three.key];
}"""


def waiting(phone: Handset) -> Iterator[str]:
    """Records that wait, came back, were refused; an act half done with a row of its list open."""
    phone.offline()
    phone.call(MAKE_RECORDS, 5, "Hộ")
    keys = phone.call(COME_BACK)
    for key, name in zip(keys, ("conflict", "returned", "refused"), strict=True):
        phone.go(f"#/record/{key}")
        phone.page.wait_for_selector(".problem, .chip.bad")
        yield f"record: {name}"
    phone.go("#/act/meeting/V1")
    phone.press("Thêm dòng")
    phone.page.wait_for_selector("[data-q='households[0].household']")
    yield "form: meeting"
    phone.go("#/queue")
    phone.page.wait_for_selector("h1:text-is('Bản ghi trên máy')")
    yield "queue"
    phone.go("#/home")
    phone.page.wait_for_selector("h2:text-is('Cần sửa')")
    yield "home with what waits"


def closing(phone: Handset) -> Iterator[str]:
    """The settings, and the app when it is locked."""
    phone.go("#/settings")
    phone.page.locator("summary:has-text('Đổi PIN')").click()
    phone.press("Đổi PIN")
    phone.page.wait_for_selector("details .problem.bad")
    yield "settings"
    phone.press("Khóa ngay")
    phone.page.wait_for_selector("text=Chưa gửi trên máy này")
    yield "locked"
    phone.page.fill("#pin", "111112")
    phone.page.wait_for_selector(".problem.bad")
    yield "locked, a wrong PIN"


def walk(phone: Handset, house: str) -> Iterator[str]:
    """Every screen by its name, shown on the phone while its name is out."""
    yield from coming_in(phone)
    yield from looking_around(phone, house)
    for part in (placing, surveying, ending, waiting, closing):
        yield from part(phone)


def look(phone: Handset) -> dict[str, list[str]]:
    """What is gravely wrong with the screen shown: by axe, in the dark, enlarged, with larger text."""
    page, found = phone.page, {}
    if page.evaluate("() => typeof axe === 'undefined'"):
        page.evaluate(axe.AXE_SCRIPT)
    found["light"] = page.evaluate(FAULTS, {})
    page.emulate_media(color_scheme="dark")
    found["dark"] = page.evaluate(FAULTS, {"runOnly": ["color-contrast"]})
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    found["enlarged"] = page.evaluate(WIDE)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    found["larger text"] = page.evaluate(WIDE)
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    return found


def test_no_screen_keeps_anybody_out(phone: Handset, site: Site) -> None:
    looks = {name: look(phone) for name in walk(phone, site.filled["new"])}
    assert len(looks) >= 37
    assert {"form: Người trong hộ", "photos", "form: point", "result", "queue", "settings"} <= set(looks)
    wrong = {(name, how): lines for name, found in looks.items() for how, lines in found.items() if lines}
    assert wrong == {}


DRAFTS = """async (m, answers) => {
  const form = m.me.me.forms.household;
  const pages = [...form.sections.map(section => section.code), "@photos", "@end"];
  return Promise.all(pages.map(async page => {
    const draft = m.drafts.begin(form, answers, {at: {page}});
    await m.vault.put("draft", draft.id, draft);
    return `#/form/${draft.id}`;
  }));
}"""
"""A draft for each page of a survey, left there; their addresses."""


def in_english(phone: Handset, house: str) -> Iterator[str]:
    """The screens that have an address of their own, in English."""
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 5, "Hộ")
    records = [f"#/record/{key}" for key in phone.call(COME_BACK)]
    members = [{"name": "Lường Thị Bé", "birth_year": 2015, "sex": "female", "relation": "child"}]
    pages = phone.call(DRAFTS, payload(members=members, has_earlier_help=True, earlier_help=[{}]))
    acts = [f"#/act/{kind}/{house}" for kind in ("registration", "start", "stage", "obstacle", "withdrawal")]
    lists = ["#/home", "#/households", f"#/household/{house}", "#/act", "#/act/meeting/V1", "#/queue"]
    phone.page.evaluate("() => localStorage.setItem('nhavung.lang', 'en')")
    phone.kill()
    phone.open()
    yield "#/pin"
    phone.unlock()
    for address in (*lists, *records, *pages, *acts, "#/settings"):
        phone.go(address)
        phone.pass_frames()
        yield address


def test_no_screen_keeps_anybody_out_in_english(phone: Handset, site: Site) -> None:
    looks, titles = {}, set()
    for address in in_english(phone, site.filled["new"]):
        looks[address] = look(phone)
        titles.add(phone.page.inner_text("h1"))
    assert {"To do", "Records on this phone", "Settings", "Review and save"} <= titles
    assert len(looks) >= 25
    wrong = {(name, how): lines for name, found in looks.items() for how, lines in found.items() if lines}
    assert wrong == {}


def test_the_ways_of_looking_find_what_is_wrong(phone: Handset) -> None:
    phone.page.evaluate(SPOIL)
    found = look(phone)
    assert {one.split(":")[0] for one in found["light"]} >= {"serious color-contrast", "critical image-alt"}
    assert found["dark"]
    assert "the page scrolls sideways" in found["enlarged"]


# --- by the keyboard alone


def title(phone: Handset, text: str) -> None:
    """Wait for the screen of this title."""
    phone.page.wait_for_selector(f"h1:text-is('{text}')")


def test_the_keyboard_alone_signs_in_surveys_and_sends(phone: Handset) -> None:
    title(phone, "Nhà Vững")
    write(phone, "Tên đăng nhập", "lan")
    write(phone, "Mật khẩu", password_of("lan"))
    enter(phone, "Đăng nhập")
    title(phone, "Chọn mã PIN")
    write(phone, "Mã PIN 6 số", PIN)
    write(phone, "Nhập lại", PIN)
    enter(phone, "Dùng PIN này", "Tải về máy")
    title(phone, "Việc cần làm")
    enter(phone, "Ghi mới", "Khảo sát hộ chưa có")
    title(phone, "Chuyến thăm")
    choose(phone, "Đã phỏng vấn", "Không có ai ở nhà")
    enter(phone, "Tiếp", "Chọn thôn")
    phone.page.keyboard.type("thon 1")
    enter(phone, "Thôn 1", "Lấy vị trí", "Dùng vị trí này")
    while phone.page.inner_text("h1") != "Xem lại và lưu":
        enter(phone, "Tiếp")
    enter(phone, "Hoàn tất và lưu")
    phone.wait_for_states(sent=1)
    assert phone.call("async m => (await m.queue.records())[0].draft.answers.visit") == "nobody_home"


def test_the_keyboard_places_a_house_on_the_map(phone: Handset) -> None:
    phone.sign_in()
    phone.go("#/act/household")
    tile(phone, "visit", "Không có ai ở nhà")
    forward(phone)
    enter(phone, "Đặt tay trên bản đồ")
    reach(phone, "Bản đồ: kéo, hoặc dùng phím mũi tên")
    for key in ("ArrowLeft", "ArrowUp", "ArrowUp"):
        phone.page.keyboard.press(key)
    enter(phone, "Đặt ở đây")
    phone.page.wait_for_selector("text=đặt tay trên bản đồ")


SCREENS_WITH_WHAT_WAITS = [("#/home", "Lưu ra tệp"), ("#/queue", "KS"), ("#/record/{key}", "Gửi ngay")]


@pytest.mark.parametrize(("screen", "name"), SCREENS_WITH_WHAT_WAITS)
def test_who_is_at_a_button_stays_there_when_records_change(phone: Handset, screen: str, name: str) -> None:
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 2, "Hộ")
    phone.go(screen.format(key=phone.records()[0]["key"]))
    phone.page.wait_for_selector(".unsent, .stack")
    reach(phone, name)
    here = focused(phone)
    phone.call("async m => { m.queue.changed(); await m.queue.records(); }")
    phone.pass_frames()
    assert focused(phone) == here


def test_who_is_at_a_button_stays_there_when_a_position_or_a_photo_comes(phone: Handset) -> None:
    phone.sign_in()
    phone.go("#/act/household")
    tile(phone, "visit", "Không có ai ở nhà")
    forward(phone)
    phone.press("Lấy vị trí")
    phone.page.wait_for_selector("text=lần đo thứ 1")
    reach(phone, "Dùng vị trí này")
    phone.context.set_geolocation(HERE | {"accuracy": 9})
    phone.page.wait_for_selector("text=lần đo thứ 2")
    assert focused(phone) == "Dùng vị trí này"
    phone.press("Dùng vị trí này")
    forward(phone, "Ảnh và chữ ký")
    reach(phone, "Chụp ảnh: Mặt trước nhà")
    photograph(phone, camera_photo())
    assert focused(phone) == "Chụp ảnh: Mặt trước nhà"


def test_a_row_keeps_what_it_shows_when_another_is_removed_and_added(phone: Handset) -> None:
    phone.sign_in()
    phone.go("#/act/household")
    tile(phone, "visit", "Đã phỏng vấn")
    forward(phone, "Người trong hộ")
    for _ in range(2):
        phone.press("Thêm dòng")
    tile(phone, "members[1].sex", "Nam")
    phone.press("Bỏ dòng này")
    phone.press("Thêm dòng")
    tile(phone, "members[1].sex", "Nữ")
    for summary in phone.page.locator(".roster details:not([open]) summary").all():
        summary.click()
    phone.page.locator('[data-q="members[0].sex"]').wait_for()  # a row is filled once it is open
    shown = phone.page.locator(
        ".roster .tile:has(:checked)"
    ).all_text_contents()  # also what is not drawn yet
    assert shown == ["Nam", "Nữ"]
