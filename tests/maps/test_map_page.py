"""A map as a page under our policy and as one file."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from map_makers import hostile_view, make_house, make_view, village

from maps import page, single_file
from maps.rows import AreaView
from maps.village import TileServer, area_map
from survey.problems import Problem


def parts_of(view: AreaView, lang: str = "vi", **options) -> page.Parts:
    return page.parts(area_map(view, lang, **options))


def test_two_renders_of_one_view_are_equal():
    assert parts_of(make_view()) == parts_of(make_view())
    assert single_file.html(make_view()) == single_file.html(make_view())


def test_rendering_a_map_twice_changes_nothing():
    drawing = area_map(make_view())
    assert page.parts(drawing) == page.parts(drawing)


def test_the_hash_is_that_of_the_script_as_it_stands_in_the_page():
    parts = parts_of(hostile_view())
    script = re.fullmatch(r'<script type="module">(.*)</script>', parts.script_html, re.DOTALL)
    assert script is not None
    digest = hashlib.sha256(script.group(1).encode()).digest()
    assert base64.b64encode(digest).decode() == parts.script_sha256


def test_links_point_where_the_page_says():
    parts = page.parts(area_map(make_view()), lambda name: f"/s/{name}?v=1")
    assert '<script defer src="/s/vendor/leaflet/leaflet.js?v=1"></script>' in parts.head_html
    assert "/static/" not in parts.head_html


def test_no_part_holds_an_inline_style_or_a_foreign_address():
    parts = parts_of(make_view())
    whole = parts.head_html + parts.body_html + parts.script
    assert "style=" not in whole
    assert "<style" not in whole
    assert "//" not in whole


def test_hostile_text_is_never_markup_in_the_page():
    parts = parts_of(hostile_view())
    for harm in ("<img", "<svg onload", "</script", "<!--"):
        assert harm not in parts.script
        assert harm not in parts.body_html


def test_a_name_that_looks_like_a_template_is_not_run():
    parts = parts_of(make_view([make_house(1, head_name="{{ 7 * 7 }}")], area=village(1, name="{% raise %}")))
    assert "{{ 7 * 7 }}" in parts.script
    assert "{% raise %}" in parts.body_html


def test_a_map_class_shares_no_links_with_folium():
    import folium

    drawing = area_map(make_view())
    assert all(url.startswith("/static/") for _, url in drawing.default_js + drawing.default_css)
    assert any("cdn" in url for _, url in folium.Map.default_js)


def test_without_tiles_no_address_is_in_the_script_and_with_tiles_only_theirs():
    server = TileServer("https://tiles.example/{z}/{x}/{y}.png", "© example", "https://tiles.example")
    assert "tiles.example" not in parts_of(make_view()).script
    assert "tiles.example" in parts_of(make_view(), tiles=server).script


def test_english_maps_hold_no_vietnamese_sentence():
    parts = parts_of(make_view(), "en")
    assert "As of 15/05/2025" in parts.body_html
    assert "Số liệu" not in parts.body_html


def test_the_single_file_names_each_of_its_blocks_by_hash():
    html = single_file.html(make_view())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1).replace("&#39;", "'")
    blocks = re.findall(r"<(?:script|style)[^>]*>(.*?)</(?:script|style)>", html, re.DOTALL)
    assert len(blocks) == 9
    assert all(f"'sha256-{page.sha256_base64(block)}'" in policy for block in blocks)
    assert "unsafe" not in policy


def test_the_single_file_refers_to_no_file_beside_it():
    html = single_file.html(make_view())
    assert not re.search(r"(?:src|href)=", re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL))
    assert all(url.startswith("data:") for url in re.findall(r"url\(([^)#]+)\)", html) if "png" in url)


def test_an_incomplete_installation_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(single_file, "STATIC", tmp_path)
    with pytest.raises(Problem) as caught:
        single_file.write(make_view(), tmp_path / "map.html")
    assert caught.value.number == 7001
    assert not (tmp_path / "map.html").exists()


def test_ten_thousand_houses_and_none_both_make_a_map(tmp_path):
    assert single_file.write(make_view([]), tmp_path / "none.html") > 100_000
    assert len(parts_of(make_view(10_000)).script) < 1_500_000
