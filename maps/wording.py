"""The words a map needs, in one language, handed to the browser as one small dictionary."""

from __future__ import annotations

from maps.states import states
from survey.words import glossary, word

# Short sentences of the map itself. Words that other screens share stand in the glossary.
_TEXT = {
    "vi": {
        "map": "Bản đồ {area}",
        "list": "Danh sách nhà",
        "zoom_in": "Phóng to",
        "zoom_out": "Thu nhỏ",
        "close": "Đóng",
        "back": "Toàn cảnh",
        "house": "Nhà {n}",
        "head": "Chủ hộ",
        "state": "Kết quả đối chiếu",
        "no_name": "(không hiển thị tên)",
        "village": "Nơi ở",
        "programme": "Chương trình",
        "amount": "Mức hỗ trợ",
        "currency": "đồng",
        "position": "Vị trí",
        "accuracy": "sai số ±{m} m",
        "surveyed": "Ngày khảo sát",
        "coordinates": "Tọa độ",
        "directions": "Chỉ đường",
        "open": "Mở hồ sơ hộ",
        "several": "{n} nhà ở chỗ này",
        "show": "Xem nhà {n} trên bản đồ",
        "search": "Tìm theo số, tên, thôn",
        "found": "{n} trong {all} nhà",
        "more": "Hiện thêm {n} nhà",
        "empty": "Chưa có nhà nào trong danh sách này.",
        "none_found": "Không có nhà nào khớp.",
        "far": "ngoài khung",
        "noscript": "Bản đồ cần JavaScript. Danh sách hộ vẫn xem được ở trang Danh sách.",
        "as_of": "Số liệu đến {day}: {n} nhà trong danh sách",
        "no_boundary": "chưa có ranh giới",
        "approximate": "ranh giới gần đúng",
        "uncertain": "ranh giới có thể lệch đến {m} m",
        "missing": "{n} nhà không có vị trí nên không vẽ, xem cuối danh sách",
        "outside": "{n} nhà ở ngoài khung, bấm trong danh sách để xem",
        "sources": "Nguồn: {sources}",
        "locator": "{area} trong {parent}",
        "advice": "Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ. Tệp dùng được khi không có mạng.",
    },
    "en": {
        "map": "Map of {area}",
        "list": "List of houses",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
        "close": "Close",
        "back": "Whole area",
        "house": "House {n}",
        "head": "Head of household",
        "state": "Assessment",
        "no_name": "(name not shown)",
        "village": "Place",
        "programme": "Programme",
        "amount": "Support",
        "currency": "đồng",
        "position": "Position",
        "accuracy": "accurate to ±{m} m",
        "surveyed": "Surveyed on",
        "coordinates": "Coordinates",
        "directions": "Directions",
        "open": "Open the household",
        "several": "{n} houses here",
        "show": "Show house {n} on the map",
        "search": "Find by number, name, village",
        "found": "{n} of {all} houses",
        "more": "Show {n} more",
        "empty": "No house in this list yet.",
        "none_found": "No house matches.",
        "far": "outside the frame",
        "noscript": "The map needs JavaScript. The households can be read on the list page.",
        "as_of": "As of {day}: {n} houses in the list",
        "no_boundary": "no boundary yet",
        "approximate": "approximate boundary",
        "uncertain": "the boundary may be off by up to {m} m",
        "missing": "{n} houses without a position are not drawn, see the end of the list",
        "outside": "{n} houses lie outside the frame, choose them in the list",
        "sources": "Sources: {sources}",
        "locator": "{area} in {parent}",
        "advice": "An assessment is advice, not a decision on support. This file works without a network.",
    },
}


def text(key: str, lang: str, **details: object) -> str:
    """A sentence of the map in `lang`, its `{names}` filled in."""
    return _TEXT[lang][key].format(**details)


def browser_text(lang: str) -> dict[str, str]:
    """Everything the map's scripts say in `lang`, incl. the words of states and of sources of a point."""
    words = {f"state.{state.code}": word(f"legend.{state.code}", lang) for state in states()}
    sources = [key for key in glossary() if key.startswith("point_source.")]
    return {**_TEXT[lang], **words, **{key: word(key, lang) for key in sources}}


def flag_text(flag: str, lang: str) -> str:
    """A flag as people read it: a glossary word if it is one, otherwise the sentence itself."""
    return word(flag, lang) if flag in glossary() else flag
